package org.edgeways.net.port;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.LineRate;
import org.edgeways.net.Admission;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.net.BanCheck;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsIdentity;
import org.edgeways.net.TlsProvider;

/** Listeners on loopback with protocols that say who they are, and clients of the Java runtime. */
public final class PortRig implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(10);

    public final EventLoops loops = new EventLoops(2);
    public final InMemoryCounters counters = new InMemoryCounters();
    final PortContext context =
            new PortContext(loops, new ProcessClock(), counters, new LineRate(counters.counter("suppressed")));
    final CertificateAuthority authority =
            CertificateAuthority.create("Acorn test authority", Instant.now(), new SecureRandom());
    final TlsContexts tls = new TlsContexts(TlsProvider.best());
    final BlockingQueue<Accepted> taken = new LinkedBlockingQueue<>();
    final BlockingQueue<String> refused = new LinkedBlockingQueue<>();
    private final ProtocolTable table;
    private final Duration handshakeTimeout;
    private SharedListener listener;

    public PortRig() {
        this(Duration.ofSeconds(10));
    }

    PortRig(Duration handshakeTimeout) {
        this.table = new ProtocolTable();
        this.handshakeTimeout = handshakeTimeout;
    }

    public void open(Protocol... protocols) throws IOException {
        for (Protocol protocol : protocols) {
            table.add(protocol);
        }
        AdmissionLimits limits = new AdmissionLimits(100, 100, 100, handshakeTimeout);
        listener = SharedListener.open(
                context,
                new ListenerSettings(
                        "outside",
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0),
                        new Admission("outside", limits, BanCheck.NONE, counters)),
                table,
                (name, remote, code, now) -> refused.add(code.code()));
    }

    void closeListener() {
        listener.close();
    }

    public InetSocketAddress address() {
        return listener.localAddress();
    }

    ProtocolTable table() {
        return table;
    }

    public ServerCertificates server(String... names) throws IOException {
        return ServerCertificates.of(tls.server(identity(names)));
    }

    TlsIdentity identity(String... names) {
        return authority.issue(CertificateRequest.of(names).withAddresses("127.0.0.1"), Instant.now());
    }

    /** A taker that answers what it reads with its own name in front. */
    Protocol.Taker saying(String name) {
        return accepted -> {
            accepted.ready();
            accepted.channel().pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    ByteBuf bytes = (ByteBuf) message;
                    var _ = context.write(
                            context.alloc().buffer().writeBytes((name + ":").getBytes(StandardCharsets.US_ASCII)));
                    var _ = context.writeAndFlush(bytes);
                }
            });
            taken.add(accepted);
        };
    }

    Accepted awaitTaken() throws InterruptedException {
        Accepted accepted = taken.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (accepted == null) {
            throw new AssertionError("nothing was taken");
        }
        return accepted;
    }

    String awaitRefused() throws InterruptedException {
        String code = refused.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (code == null) {
            throw new AssertionError("nothing was refused");
        }
        return code;
    }

    Socket raw() throws IOException {
        Socket socket = new Socket(address().getAddress(), address().getPort());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    /** A client without a certificate. */
    public SSLContext client() throws GeneralSecurityException, IOException {
        return client(null);
    }

    SSLContext client(TlsIdentity identity) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", authority.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
        own.load(null, null);
        if (identity != null) {
            own.setKeyEntry("own", identity.key(), new char[0], identity.chain().toArray(X509Certificate[]::new));
        }
        keys.init(own, new char[0]);
        SSLContext ssl = SSLContext.getInstance("TLS");
        ssl.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return ssl;
    }

    public SSLSocket connect(String... applicationProtocols) throws Exception {
        return connect(client(), "localhost", applicationProtocols);
    }

    /** A connected socket, handshake not yet done. */
    SSLSocket connect(SSLContext ssl, String serverName, String... applicationProtocols) throws Exception {
        SSLSocket socket = (SSLSocket) ssl.getSocketFactory().createSocket();
        socket.connect(address());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(applicationProtocols);
        if (serverName != null) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        socket.setSSLParameters(parameters);
        return socket;
    }

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static String read(Socket socket, int count) throws IOException {
        return new String(socket.getInputStream().readNBytes(count), StandardCharsets.US_ASCII);
    }

    /** What comes until the end, which a reset is too. */
    public static String readToEnd(Socket socket) {
        StringBuilder text = new StringBuilder();
        try {
            InputStream in = socket.getInputStream();
            for (int b = in.read(); b >= 0; b = in.read()) {
                text.append((char) b);
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("not closed", e);
        } catch (IOException reset) {
            return text.toString();
        }
        return text.toString();
    }

    public static void awaitTrue(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not become true within " + PATIENCE);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        if (listener != null) {
            listener.close();
        }
        loops.close();
    }
}
