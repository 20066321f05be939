package org.edgeways.avedge;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.edgeways.base.SourceNetwork;
import org.edgeways.net.ServerCertificates;
import org.edgeways.turn.engine.AddressTable;
import org.edgeways.turn.engine.Forward;
import org.edgeways.turn.engine.SourceBudget;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * Clients of one shard over DTLS 1.2 (RFC 7350, 6347), by the engine of the Java runtime. Handshakes are done on the shard's thread, so
 * there is a limit of how many begin in a second. For that thread only.
 *
 * <p>Nothing is kept of a client before it has brought a cookie ({@link DtlsCookies}). Then it has a handshake, and after that a session. A client that
 * begins again from the same address and port has its old session until the new handshake is over (RFC 6347, 4.2.8). What is in the clear
 * never gets to a session, so that whoever knows a client's address can do nothing to it.
 */
final class DtlsClients {

    /** Clients at once, those whose handshake is not over among them; more are not answered. */
    static final int MOST = 5_000;

    /** Handshakes that are begun in a second, with as many at once; more are not answered. */
    static final int HANDSHAKES_PER_SECOND = 100;

    /** Of {@link #MOST} one source network has this part at most. */
    static final int SOURCES_PART = 5;

    /** Of {@link #HANDSHAKES_PER_SECOND} so many of one source network. */
    static final int HANDSHAKES_PER_SOURCE = 25;

    /**
     * Clients that are asked for a cookie in a second, with as many at once; more are not answered. So many again may bring one that
     * does not fit; one that fits takes nothing.
     */
    static final int COOKIES_PER_SECOND = 1_000;

    /** Of those so many of one source network: no more of it could begin a handshake. */
    static final int COOKIES_PER_SOURCE = 100;

    /** Bytes that go to and fro in a handshake, so that what is kept of it and what is sent has an end; then it is over. */
    static final int HANDSHAKE_BYTES = 32 * 1_024;

    /** How long a handshake may take. */
    static final Duration HANDSHAKE = Duration.ofSeconds(10);

    /** After what silence what was sent in a handshake is sent again; then after twice as long (RFC 6347, 4.2.4.1). */
    static final Duration AGAIN = Duration.ofSeconds(1);

    /** How often the last flight of a handshake is sent again at most, for a client that did not get it. */
    static final int LAST_AGAIN = 4;

    /** How often all is looked after. */
    private static final long LOOK_NANOS = Duration.ofMillis(500).toNanos();

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

        /** A client is not answered, or refused, or does not get what is for it. */
        void dropped(AvEdgeErrorCode code);
    }

    private static final class Session {
        final int number;
        final int listener;
        final TransportAddress client;
        final SSLEngine engine;
        final long ahead; // how much higher numbers of records in the clear are than the engine has them
        final long begun;
        long heard; // when it was, decrypted
        long again; // when what was not answered is sent again
        long pause; // before that
        int bytes; // of the handshake, to and fro
        int lastAgain; // how often the last flight was sent again
        final List<byte[]> flight = new ArrayList<>(); // what was sent last, until the client has shown that it came
        boolean established;
        boolean gone;

        Session(int number, int listener, TransportAddress client, SSLEngine engine, long ahead, long now) {
            this.number = number;
            this.listener = listener;
            this.client = client;
            this.engine = engine;
            this.ahead = ahead;
            this.begun = now;
            this.heard = now;
            waitFrom(now);
        }

        /** Something came of the handshake: what is sent now is sent again after the first pause. */
        void waitFrom(long now) {
            pause = AGAIN.toNanos();
            again = now + pause;
        }
    }

    /** What those cost who have not brought a cookie that fits: of each source and together, so that no source takes all. */
    private static final class Cookies {
        private final SourceBudget each;
        private final Rate together = new Rate();

        Cookies(long seed) {
            each = new SourceBudget(seed, COOKIES_PER_SOURCE, COOKIES_PER_SOURCE);
        }

        /** Why there is nothing left; null if there is. */
        @Nullable
        AvEdgeErrorCode whyNot(TransportAddress source, long now) {
            if (!together.has(1, COOKIES_PER_SECOND, now)) {
                return AvEdgeErrorCode.DTLS_LIMIT;
            }
            return each.has(source, 1, now) ? null : AvEdgeErrorCode.DTLS_SOURCE_LIMIT;
        }

        void take(TransportAddress source, long now) {
            each.take(source, 1, now);
            together.takeAnyway(1, COOKIES_PER_SECOND, now);
        }
    }

    private final Server server;
    private final int most;
    private final long idleNanos;
    private final DtlsCookies cookies;
    private final AddressTable<Session> handshaking;
    private final AddressTable<Session> established;
    private final List<@Nullable Session> byNumber = new ArrayList<>();
    private final Deque<Integer> free = new ArrayDeque<>();
    private final Cookies without;
    private final Cookies unfit;
    private final Rate begun = new Rate();
    private final SourceBudget begunOfSources;
    private final Map<SourceNetwork, Integer> ofSources = new HashMap<>(); // clients, of whom there are any
    private final ByteBuffer plain = ByteBuffer.allocateDirect(Forward.HEADROOM + LARGEST_PACKET + Forward.TAILROOM);
    private final MemorySegment plainSegment = MemorySegment.ofBuffer(plain);
    private final ByteBuffer packet = ByteBuffer.allocate(LARGEST_PACKET);
    private long nextLook;

    /**
     * None yet.
     *
     * @param certificates the first of which is shown
     * @param most clients at once
     * @param idle how long a client without an allocation may be silent
     */
    DtlsClients(ServerCertificates certificates, int most, Duration idle, RandomGenerator random, Server server) {
        this.most = most;
        this.idleNanos = idle.toNanos();
        this.cookies = new DtlsCookies(certificates, LONGEST_RECEIVED, random);
        this.handshaking = new AddressTable<>(random.nextLong());
        this.established = new AddressTable<>(random.nextLong());
        this.without = new Cookies(random.nextLong());
        this.unfit = new Cookies(random.nextLong());
        this.begunOfSources = new SourceBudget(random.nextLong(), HANDSHAKES_PER_SOURCE, HANDSHAKES_PER_SOURCE);
        this.server = server;
    }

    private static long key(int listener, int port) {
        return (long) listener << 16 | port;
    }

    /** How many clients there are, those whose handshake is not over among them. */
    int size() {
        return handshaking.size() + established.size();
    }

    /** When {@link #look} is to be called at the latest; a long time ahead if there is nobody. */
    long nextLook() {
        return size() == 0 ? Long.MAX_VALUE : nextLook;
    }

    /** A datagram that is DTLS. */
    void received(
            long now, int listener, long high, long low, int port, MemorySegment buffer, long offset, int length) {
        if (length > LONGEST_RECEIVED) {
            server.dropped(AvEdgeErrorCode.DTLS_TOO_LONG);
            return;
        }
        ByteBuffer datagram = buffer.asSlice(offset, length).asByteBuffer();
        for (DtlsRecord next = DtlsRecord.next(datagram); next != null; next = DtlsRecord.next(datagram)) {
            long key = key(listener, port);
            if (next.isOfSession()) {
                take(now, established.get(high, low, key), next);
            } else if (next.isOfHandshake()) {
                Session session = handshaking.get(high, low, key);
                DtlsHello hello = DtlsHello.of(next);
                if (hello != null && (session == null || hello.cookie().length == 0)) {
                    session = begin(now, hello, listener, new TransportAddress(high, low, port));
                }
                if (session == null && next.isEncryptedHandshake()) {
                    lastFlightAgain(established.get(high, low, key));
                }
                take(now, session, next);
            }
        }
    }

    /** What is to be given the ClientHello; null if its client has still to bring a cookie. */
    private @Nullable Session begin(long now, DtlsHello hello, int listener, TransportAddress client) {
        if (!hello.offersVersion12()) {
            server.dropped(AvEdgeErrorCode.DTLS_VERSION);
            server.send(listener, client, DtlsHello.versionRefused());
            return null;
        }
        Cookies charged = hello.cookie().length == 0 ? without : unfit;
        AvEdgeErrorCode full = whyNoMore(client);
        if (full == null) {
            full = charged.whyNot(client, now);
        }
        if (full != null) {
            server.dropped(full);
            return null;
        }
        DtlsCookies.Answer answer = cookies.answer(hello, listener, client);
        if (!(answer instanceof DtlsCookies.Answer.Begin)) {
            charged.take(client, now);
        }
        switch (answer) {
            case DtlsCookies.Answer.Ask(byte[] datagram) -> server.send(listener, client, datagram);
            case DtlsCookies.Answer.Begin(SSLEngine engine) -> {
                if (!begunOfSources.has(client, 1, now)) {
                    server.dropped(AvEdgeErrorCode.DTLS_SOURCE_LIMIT);
                } else if (!begun.take(1, HANDSHAKES_PER_SECOND, now)) {
                    server.dropped(AvEdgeErrorCode.DTLS_LIMIT);
                } else {
                    begunOfSources.take(client, 1, now);
                    // the first one that the client hears is to have the number of its own (RFC 6347, 4.2.1); the
                    // engine's is 1
                    return begin(now, engine, hello.number() - 1, listener, client);
                }
            }
            case DtlsCookies.Answer.Nothing _ -> server.dropped(AvEdgeErrorCode.DTLS_BROKEN);
        }
        return null;
    }

    /** Why there are clients enough; null if there may be more. */
    private @Nullable AvEdgeErrorCode whyNoMore(TransportAddress client) {
        if (size() >= most) {
            return AvEdgeErrorCode.DTLS_LIMIT;
        }
        int ofSource = ofSources.getOrDefault(network(client), 0);
        return ofSource >= Math.max(1, most / SOURCES_PART) ? AvEdgeErrorCode.DTLS_SOURCE_LIMIT : null;
    }

    private static SourceNetwork network(TransportAddress client) {
        return SourceNetwork.of(client.toSocketAddress().getAddress());
    }

    private Session begin(long now, SSLEngine engine, long ahead, int listener, TransportAddress client) {
        if (size() == 0) {
            nextLook = now + LOOK_NANOS;
        }
        Integer reused = free.poll();
        int number = reused == null ? byNumber.size() : reused;
        Session session = new Session(number, listener, client, engine, ahead, now);
        if (reused == null) {
            byNumber.add(session);
        } else {
            byNumber.set(number, session);
        }
        handshaking.put(client.high(), client.low(), key(listener, client.port()), session);
        ofSources.merge(network(client), 1, Integer::sum);
        return session;
    }

    /** The client says its last words again, so it did not get ours (RFC 6347, 4.2.4). The runtime does not do that. */
    private void lastFlightAgain(@Nullable Session session) {
        if (session != null && session.lastAgain < LAST_AGAIN) {
            session.lastAgain++;
            session.flight.forEach(datagram -> server.send(session.listener, session.client, datagram));
        }
    }

    private void take(long now, @Nullable Session session, DtlsRecord record) {
        if (session == null || session.gone) {
            return;
        }
        try {
            if (!session.established) {
                session.waitFrom(now);
                session.flight.clear();
                charge(session, record.bytes().remaining());
            }
            unwrap(now, session, record.bytes());
        } catch (SSLException e) { // the client's, or of somebody who pretends to be one
            server.dropped(AvEdgeErrorCode.DTLS_BROKEN);
            end(session, true);
        }
    }

    private static void charge(Session session, int bytes) throws SSLException {
        session.bytes += bytes;
        if (session.bytes > HANDSHAKE_BYTES) {
            throw new SSLException("too much for a handshake");
        }
    }

    private void unwrap(long now, Session session, ByteBuffer bytes) throws SSLException {
        plain.clear().position(Forward.HEADROOM).limit(plain.capacity() - Forward.TAILROOM);
        SSLEngineResult result;
        try {
            result = session.engine.unwrap(bytes, plain);
        } catch (RuntimeException e) { // anybody may send anything
            throw new SSLException("the runtime does not take it", e);
        }
        int length = plain.position() - Forward.HEADROOM;
        if (length > 0 && session.established) {
            session.heard = now;
            session.flight.clear();
            server.decrypted(session.number, session.listener, session.client, plainSegment, Forward.HEADROOM, length);
        }
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            end(session, true);
            return;
        }
        goOn(session, result.getHandshakeStatus());
    }

    /** Does what the handshake needs until it needs something of the client. */
    private void goOn(Session session, HandshakeStatus first) throws SSLException {
        HandshakeStatus status = first;
        while (!session.gone) {
            switch (status) {
                case NEED_TASK -> {
                    DtlsCookies.runTasks(session.engine);
                    status = session.engine.getHandshakeStatus();
                }
                case NEED_WRAP -> status = wrap(session, nothing).getHandshakeStatus();
                case NEED_UNWRAP_AGAIN -> {
                    plain.clear().position(Forward.HEADROOM);
                    status = session.engine.unwrap(nothing, plain).getHandshakeStatus();
                }
                case FINISHED -> {
                    establish(session);
                    return;
                }
                case NEED_UNWRAP, NOT_HANDSHAKING -> {
                    return;
                }
            }
        }
    }

    private void establish(Session session) {
        long high = session.client.high();
        long low = session.client.low();
        long key = key(session.listener, session.client.port());
        Session before = established.get(high, low, key);
        if (before != null) {
            end(before, false); // the client is a new one, to which that says nothing
        }
        handshaking.remove(high, low, key);
        established.put(high, low, key, session);
        session.established = true;
        DtlsCookies.packetSize(session.engine, LARGEST_PACKET);
    }

    /** Sends what comes of it, unless {@code from} does not go into one record: then something of that remains, and it is dropped. */
    private SSLEngineResult wrap(Session session, ByteBuffer from) throws SSLException {
        packet.clear();
        SSLEngineResult result = session.engine.wrap(from, packet);
        if (packet.position() > 0 && !from.hasRemaining()) {
            byte[] datagram = new byte[packet.flip().remaining()];
            packet.get(datagram);
            if (!session.established) {
                DtlsRecord.renumber(datagram, session.ahead);
                charge(session, datagram.length);
                session.flight.add(datagram);
            }
            server.send(session.listener, session.client, datagram);
        }
        return result;
    }

    /**
     * Encrypts and sends, as one record in one datagram.
     *
     * @return false if it is dropped, which is counted: that client is gone, or the message is longer than a record may be (16,384
     *     bytes, or what the client has asked for)
     */
    boolean send(int number, TransportAddress client, ByteBuffer message) {
        Session session = number < byNumber.size() ? byNumber.get(number) : null;
        if (session == null || !session.established || !session.client.equals(client)) {
            server.dropped(AvEdgeErrorCode.CLIENT_GONE);
            return false;
        }
        try {
            wrap(session, message);
        } catch (SSLException e) {
            server.dropped(AvEdgeErrorCode.DTLS_BROKEN);
            end(session, true);
            return false;
        }
        if (message.hasRemaining()) {
            server.dropped(AvEdgeErrorCode.DTLS_RECORD_TOO_LONG);
            return false;
        }
        return true;
    }

    /** Sends again what was not answered in a handshake, and ends what takes or is silent for too long. */
    void look(long now) {
        nextLook = now + LOOK_NANOS;
        List<Session> late = new ArrayList<>();
        for (Session session : byNumber) {
            if (session == null) {
                continue;
            }
            if (session.established) {
                if (now - session.heard > idleNanos && !server.hasAllocation(session.listener, session.client)) {
                    late.add(session);
                }
            } else if (now - session.begun > HANDSHAKE.toNanos()) {
                late.add(session);
            } else if (session.again <= now) {
                session.pause *= 2;
                session.again = now + session.pause;
                session.flight.clear();
                try {
                    goOn(session, HandshakeStatus.NEED_WRAP);
                } catch (SSLException e) {
                    late.add(session);
                }
            }
        }
        late.forEach(session -> end(session, session.established));
    }

    private void end(Session session, boolean say) {
        if (session.gone) {
            return;
        }
        session.gone = true;
        (session.established ? established : handshaking)
                .remove(session.client.high(), session.client.low(), key(session.listener, session.client.port()));
        ofSources.computeIfPresent(network(session.client), (source, count) -> count == 1 ? null : count - 1);
        byNumber.set(session.number, null);
        free.add(session.number);
        if (say) {
            sayWhy(session);
        }
        if (session.established) {
            server.ended(session.listener, session.client);
        }
    }

    /** Tells the client with an alert, as far as it can be told. */
    private void sayWhy(Session session) {
        session.engine.closeOutbound();
        try {
            wrap(session, nothing);
        } catch (SSLException e) {
            // it was broken before: there is nothing to say
        }
    }
}
