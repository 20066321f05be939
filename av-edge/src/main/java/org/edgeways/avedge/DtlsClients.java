package org.edgeways.avedge;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.TlsIdentity;
import org.edgeways.turn.engine.AddressTable;
import org.edgeways.turn.engine.Forward;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * Clients of one shard over DTLS 1.2 (RFC 7350, 6347), by the engine of the Java runtime. Handshakes are done on the shard's thread, so
 * there is a limit of how many begin in a second. For that thread only.
 */
final class DtlsClients {

    /** Clients at once; more are not answered. */
    static final int MOST = 5_000;

    /** Handshakes that are begun in a second, with as many at once; more are not answered. */
    static final int HANDSHAKES_PER_SECOND = 100;

    /** How long a handshake may take. */
    private static final long HANDSHAKE_NANOS = Duration.ofSeconds(10).toNanos();

    /** After what silence what was sent in a handshake is sent again, and how often all is looked after. */
    private static final long AGAIN_NANOS = Duration.ofMillis(500).toNanos();

    private static final int FIRST_TYPE = 20;
    private static final int LAST_TYPE = 63;
    private static final int HANDSHAKE_TYPE = 22;

    /**
     * What an Ethernet carries: so long are a handshake's datagrams at most, since longer ones may not pass everywhere, and the runtime then
     * takes no longer ones of the client either.
     */
    private static final int LONGEST_RECEIVED = 1_472;

    /** What is encrypted never needs more. */
    private static final int LARGEST_PACKET = 16_384 + 512;

    private final ByteBuffer nothing = ByteBuffer.allocate(0);

    /** What this one works for. */
    interface Server {
        /** What a client has sent, decrypted; written around at will, and good until this returns. */
        void decrypted(
                int session, int listener, TransportAddress client, MemorySegment buffer, long offset, int length);

        /** Sends a datagram. */
        void send(int listener, TransportAddress to, byte[] datagram);

        /** Whether that client has an allocation. */
        boolean hasAllocation(int listener, TransportAddress client);

        /** That client has ended its session. */
        void ended(int listener, TransportAddress client);
    }

    private static final class Session {
        final int number;
        final int listener;
        final TransportAddress client;
        final SSLEngine engine;
        final long begun;
        long heard;
        boolean established;
        boolean gone;

        Session(int number, int listener, TransportAddress client, SSLEngine engine, long now) {
            this.number = number;
            this.listener = listener;
            this.client = client;
            this.engine = engine;
            this.begun = now;
            this.heard = now;
        }
    }

    private final ServerCertificates certificates;
    private final Server server;
    private final long idleNanos;
    private final AddressTable<Session> byClient;
    private final List<@Nullable Session> byNumber = new ArrayList<>();
    private final Deque<Integer> free = new ArrayDeque<>();
    private final Rate handshakes = new Rate();
    private final ByteBuffer plain = ByteBuffer.allocateDirect(Forward.HEADROOM + LARGEST_PACKET + Forward.TAILROOM);
    private final MemorySegment plainSegment = MemorySegment.ofBuffer(plain);
    private final ByteBuffer packet = ByteBuffer.allocate(LARGEST_PACKET);
    private @Nullable SSLContext context;
    private @Nullable TlsIdentity shown;
    private long nextLook;

    /**
     * None yet.
     *
     * @param certificates the first of which is shown
     * @param idle how long a client without an allocation may be silent
     * @param seed random
     */
    DtlsClients(ServerCertificates certificates, Duration idle, long seed, Server server) {
        this.certificates = certificates;
        this.idleNanos = idle.toNanos();
        this.byClient = new AddressTable<>(seed);
        this.server = server;
    }

    /** Whether a datagram is DTLS, by its first byte (RFC 7983). */
    static boolean isDtls(byte first) {
        return first >= FIRST_TYPE && first <= LAST_TYPE;
    }

    private static long key(int listener, int port) {
        return (long) listener << 16 | port;
    }

    /** How many clients there are. */
    int size() {
        return byClient.size();
    }

    /** When {@link #look} is to be called at the latest; a long time ahead if there is nobody. */
    long nextLook() {
        return byClient.size() == 0 ? Long.MAX_VALUE : nextLook;
    }

    /** A datagram that is DTLS. */
    void received(
            long now, int listener, long high, long low, int port, MemorySegment buffer, long offset, int length) {
        Session session = byClient.get(high, low, key(listener, port));
        if (session == null && length <= LONGEST_RECEIVED) {
            boolean may = buffer.get(java.lang.foreign.ValueLayout.JAVA_BYTE, offset) == HANDSHAKE_TYPE
                    && byClient.size() < MOST
                    && handshakes.take(1, HANDSHAKES_PER_SECOND, now);
            session = may ? begin(now, listener, new TransportAddress(high, low, port)) : null;
        }
        if (session == null || length > LONGEST_RECEIVED) {
            return;
        }
        session.heard = now;
        ByteBuffer datagram = buffer.asSlice(offset, length).asByteBuffer();
        try {
            boolean more = true;
            while (more && datagram.hasRemaining() && !session.gone) {
                more = unwrap(session, datagram);
            }
        } catch (SSLException e) { // the client's, or of somebody who pretends to be one
            end(session);
        }
    }

    private Session begin(long now, int listener, TransportAddress client) {
        SSLEngine engine;
        try {
            engine = context().createSSLEngine();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("DTLS does not take a certificate that TLS takes", e);
        }
        engine.setUseClientMode(false);
        packetSize(engine, LONGEST_RECEIVED);
        Integer reused = free.poll();
        int number = reused == null ? byNumber.size() : reused;
        Session session = new Session(number, listener, client, engine, now);
        if (reused == null) {
            byNumber.add(session);
        } else {
            byNumber.set(number, session);
        }
        if (byClient.size() == 0) {
            nextLook = now + AGAIN_NANOS;
        }
        byClient.put(client.high(), client.low(), key(listener, client.port()), session);
        return session;
    }

    private static void packetSize(SSLEngine engine, int bytes) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {"DTLSv1.2"});
        parameters.setMaximumPacketSize(bytes);
        engine.setSSLParameters(parameters);
    }

    private SSLContext context() throws GeneralSecurityException, IOException {
        TlsIdentity identity = certificates.all().getFirst().identity();
        SSLContext made = context;
        if (made == null || !identity.equals(shown)) {
            char[] password = {};
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, password);
            store.setKeyEntry(
                    "shown", identity.key(), password, identity.chain().toArray(Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, password);
            made = SSLContext.getInstance("DTLSv1.2");
            made.init(keys.getKeyManagers(), null, null);
            context = made;
            shown = identity;
        }
        return Objects.requireNonNull(made);
    }

    /** Takes one record; false if there was no use of what is left. */
    private boolean unwrap(Session session, ByteBuffer datagram) throws SSLException {
        plain.clear().position(Forward.HEADROOM).limit(plain.capacity() - Forward.TAILROOM);
        SSLEngineResult result;
        try {
            result = session.engine.unwrap(datagram, plain);
        } catch (RuntimeException e) { // anybody may send anything
            throw new SSLException("the runtime does not take it", e);
        }
        int length = plain.position() - Forward.HEADROOM;
        if (length > 0 && session.established) {
            server.decrypted(session.number, session.listener, session.client, plainSegment, Forward.HEADROOM, length);
        }
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            end(session);
            return false;
        }
        goOn(session, result.getHandshakeStatus());
        return result.bytesConsumed() > 0;
    }

    /** Does what the handshake needs until it needs something of the client. */
    private void goOn(Session session, HandshakeStatus first) throws SSLException {
        HandshakeStatus status = first;
        while (!session.gone) {
            switch (status) {
                case NEED_TASK -> {
                    for (Runnable task = session.engine.getDelegatedTask();
                            task != null;
                            task = session.engine.getDelegatedTask()) {
                        task.run();
                    }
                    status = session.engine.getHandshakeStatus();
                }
                case NEED_WRAP -> status = wrap(session, nothing).getHandshakeStatus();
                case NEED_UNWRAP_AGAIN -> {
                    plain.clear().position(Forward.HEADROOM);
                    status = session.engine.unwrap(nothing, plain).getHandshakeStatus();
                }
                case FINISHED -> {
                    session.established = true;
                    packetSize(session.engine, LARGEST_PACKET);
                    return;
                }
                case NEED_UNWRAP, NOT_HANDSHAKING -> {
                    return;
                }
            }
        }
    }

    private SSLEngineResult wrap(Session session, ByteBuffer from) throws SSLException {
        packet.clear();
        SSLEngineResult result = session.engine.wrap(from, packet);
        if (packet.position() > 0) {
            byte[] datagram = new byte[packet.flip().remaining()];
            packet.get(datagram);
            server.send(session.listener, session.client, datagram);
        }
        return result;
    }

    /** Encrypts and sends; does nothing if that client is gone. */
    void send(int number, TransportAddress client, ByteBuffer message) {
        Session session = number < byNumber.size() ? byNumber.get(number) : null;
        if (session == null || !session.established || !session.client.equals(client)) {
            return;
        }
        try {
            wrap(session, message);
        } catch (SSLException e) {
            end(session);
        }
    }

    /** Sends again what was not answered in a handshake, and ends what takes or is silent for too long. */
    void look(long now) {
        nextLook = now + AGAIN_NANOS;
        List<Session> late = new ArrayList<>();
        for (Session session : byNumber) {
            if (session == null) {
                continue;
            }
            if (session.established) {
                if (now - session.heard > idleNanos && !server.hasAllocation(session.listener, session.client)) {
                    late.add(session);
                }
            } else if (now - session.begun > HANDSHAKE_NANOS) {
                late.add(session);
            } else if (now - session.heard >= AGAIN_NANOS) {
                try {
                    goOn(session, HandshakeStatus.NEED_WRAP);
                } catch (SSLException e) {
                    late.add(session);
                }
            }
        }
        late.forEach(this::end);
    }

    private void end(Session session) {
        if (session.gone) {
            return;
        }
        session.gone = true;
        byClient.remove(session.client.high(), session.client.low(), key(session.listener, session.client.port()));
        byNumber.set(session.number, null);
        free.add(session.number);
        try {
            session.engine.closeOutbound();
            wrap(session, nothing);
        } catch (SSLException e) {
            // it was broken before: there is nothing to say
        }
        server.ended(session.listener, session.client);
    }
}
