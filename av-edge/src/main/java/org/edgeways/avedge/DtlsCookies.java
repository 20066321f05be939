package org.edgeways.avedge;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.edgeways.net.ServerCertificates;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * Asks each client for a cookie (RFC 6347, 4.2.1) and keeps nothing of it before that comes back. The cookies are the Java runtime's. It would keep an
 * engine for each client that it asks, so the engine that asks is thrown away; one that is given the cookie is first given what this client
 * must have begun with, and asks a second time, which nobody hears.
 *
 * <p>The runtime's cookies do not depend on the client's address, but on a secret of its context. So there are several contexts, and which one
 * a client has depends on its address and port by a key: a cookie that somebody has got for an address of their own is good for one in
 * {@link #SECRETS} others. Nobody gains by that: to have the handshake sent to another one's address they must send more than it is. For one thread only.
 */
final class DtlsCookies {

    /**
     * How many secrets there are; each takes 1 kB. So many ClientHellos with a cookie, of 99 bytes at least, are more than as many
     * times 60 bytes that ask for one, and {@link DtlsClients#HANDSHAKE_BYTES}.
     */
    static final int SECRETS = 1_024;

    /** Where the cookie stands in what asks for it: behind two heads, the version, and its length. */
    private static final int COOKIE = DtlsRecord.HEAD + 12 + 2 + 1;

    private static final int LARGEST_PACKET = 16_384 + 512;

    /** What becomes of a ClientHello. */
    sealed interface Answer {

        /** The client is asked for a cookie. */
        @SuppressWarnings("ArrayRecordComponent") // sent at once, and never compared
        record Ask(byte[] datagram) implements Answer {}

        /** It has brought it: the engine is to be given the ClientHello. What asked, which nobody hears, was its record 0. */
        record Begin(SSLEngine engine) implements Answer {}

        /** Nobody would have sent that. */
        enum Nothing implements Answer {
            NOTHING
        }
    }

    private final ServerCertificates certificates;
    private final int longestDatagram;
    private final Mac which;
    private final @Nullable SSLContext[] contexts = new @Nullable SSLContext[SECRETS];
    private final ByteBuffer nothing = ByteBuffer.allocate(0);
    private final ByteBuffer packet = ByteBuffer.allocate(LARGEST_PACKET);
    private final DtlsKeys keys = new DtlsKeys(); // of all contexts, so that their secrets outlive a certificate

    /**
     * Shows the first one of these certificates.
     *
     * @param longestDatagram of a handshake, in bytes
     */
    DtlsCookies(ServerCertificates certificates, int longestDatagram, RandomGenerator random) {
        this.certificates = certificates;
        this.longestDatagram = longestDatagram;
        byte[] key = new byte[32];
        random.nextBytes(key);
        try {
            which = Mac.getInstance("HmacSHA256");
            which.init(new SecretKeySpec(key, "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HMAC with SHA-256", e);
        }
    }

    /** Has the client asked, or its handshake begun. */
    Answer answer(DtlsHello hello, int listener, TransportAddress client) {
        SSLEngine engine;
        try {
            engine = context(secret(listener, client)).createSSLEngine();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("DTLS does not take a certificate that TLS takes", e);
        }
        engine.setUseClientMode(false);
        packetSize(engine, longestDatagram);
        byte[] asked;
        try {
            asked = ask(engine, hello);
        } catch (SSLException | RuntimeException e) { // anybody may send anything
            return Answer.Nothing.NOTHING;
        }
        if (asked.length <= COOKIE) {
            return Answer.Nothing.NOTHING;
        }
        byte[] expected = Arrays.copyOfRange(asked, COOKIE, asked.length);
        if (MessageDigest.isEqual(expected, hello.cookie())) {
            return new Answer.Begin(engine);
        }
        DtlsRecord.renumber(asked, hello.number()); // RFC 6347, 4.2.1; the engine's is 0
        return new Answer.Ask(asked);
    }

    private byte[] ask(SSLEngine engine, DtlsHello hello) throws SSLException {
        engine.unwrap(ByteBuffer.wrap(hello.first()), nothing);
        runTasks(engine);
        engine.wrap(nothing, packet.clear());
        byte[] asked = new byte[packet.flip().remaining()];
        packet.get(asked);
        return asked;
    }

    /** Does what an engine has to do beside reading and writing. */
    static void runTasks(SSLEngine engine) {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** Sets how long datagrams may be that an engine makes and takes. */
    static void packetSize(SSLEngine engine, int bytes) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {"DTLSv1.2"});
        parameters.setMaximumPacketSize(bytes);
        engine.setSSLParameters(parameters);
    }

    private int secret(int listener, TransportAddress client) {
        byte[] whose = ByteBuffer.allocate(2 * Long.BYTES + 2 * Integer.BYTES)
                .putLong(client.high())
                .putLong(client.low())
                .putInt(client.port())
                .putInt(listener)
                .array();
        return Math.floorMod(ByteBuffer.wrap(which.doFinal(whose)).getInt(), SECRETS);
    }

    private SSLContext context(int secret) throws GeneralSecurityException {
        keys.show(certificates.all().getFirst().identity());
        SSLContext context = contexts[secret];
        if (context == null) {
            context = SSLContext.getInstance("DTLSv1.2");
            context.init(new KeyManager[] {keys}, new TrustManager[0], null);
            context.getServerSessionContext().setSessionCacheSize(1); // hardly anybody comes back to the same one
            contexts[secret] = context;
        }
        return context;
    }
}
