package org.edgeways.joining.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.edgeways.joining.engine.ChannelProof;
import org.edgeways.net.TlsIdentity;

/**
 * TLS 1.3 of the Java runtime, which gives out the channel binding (RFC 9266). Neither end believes the other's certificate
 * here: that is what the proofs of the protocol are for, which hold the binding.
 */
final class JoinTls {

    /** The protocol's name in ALPN. */
    static final String PROTOCOL = "edgeways-join/1";

    private static final String VERSION = "TLSv1.3";
    private static final int READ_BYTES = 4096;

    private JoinTls() {}

    /** The node's end, not yet shaken hands; it shows {@code identity}, which it has made itself. */
    static SSLSocket server(SocketChannel channel, TlsIdentity identity) throws IOException {
        Socket socket = channel.socket();
        return configured(
                (SSLSocket) context(keyManagers(identity)).getSocketFactory().createSocket(socket, null, true));
    }

    /** The inside's end, not yet shaken hands. */
    static SSLSocket client(SocketChannel channel, String host, int port) throws IOException {
        return configured((SSLSocket)
                context(new KeyManager[0]).getSocketFactory().createSocket(channel.socket(), host, port, true));
    }

    private static SSLSocket configured(SSLSocket socket) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {VERSION});
        parameters.setApplicationProtocols(new String[] {PROTOCOL});
        socket.setSSLParameters(parameters);
        return socket;
    }

    /**
     * Shakes hands.
     *
     * @return the channel binding
     * @throws IOException if that fails, or the other end does not speak our protocol
     */
    static byte[] handshake(SSLSocket socket) throws IOException {
        socket.startHandshake();
        if (!(socket.getSession() instanceof ExtendedSSLSession session)
                || !session.getProtocol().equals(VERSION)
                || !PROTOCOL.equals(socket.getApplicationProtocol())) {
            throw new SSLException("the other end does not speak " + PROTOCOL);
        }
        return session.exportKeyingMaterialData(ChannelProof.EXPORTER_LABEL, new byte[0], ChannelProof.BINDING_BYTES);
    }

    /** What comes next; empty at the end. */
    static byte[] read(SSLSocket socket) throws IOException {
        byte[] buffer = new byte[READ_BYTES];
        int count = socket.getInputStream().read(buffer);
        return count < 0 ? new byte[0] : Arrays.copyOf(buffer, count);
    }

    static void write(SSLSocket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    private static SSLContext context(KeyManager[] keys) {
        try {
            // a new one for each connection: no session is resumed
            SSLContext context = SSLContext.getInstance(VERSION);
            context.init(keys, new TrustManager[] {new Anybody()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime has no " + VERSION, e);
        }
    }

    private static KeyManager[] keyManagers(TlsIdentity identity) {
        try {
            char[] none = {};
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, none);
            store.setKeyEntry("node", identity.key(), none, identity.chain().toArray(X509Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, none);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the node's key cannot be used", e);
        }
    }

    /** Takes every certificate: see the class. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
