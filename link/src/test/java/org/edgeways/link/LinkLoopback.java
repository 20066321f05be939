package org.edgeways.link;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.link.engine.LinkAddress;
import org.edgeways.link.engine.LinkTimes;
import org.edgeways.link.engine.TrafficClass;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.ClientTls;
import org.edgeways.net.EventLoops;
import org.edgeways.net.Handshakes;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsIdentity;
import org.edgeways.net.TlsProvider;

/** An edge node's inside leg and an inside that dials it, on loopback with real mutual TLS. */
final class LinkLoopback implements AutoCloseable {

    static final LinkTimes TIMES = LinkTimes.DEFAULT.withBackOff(Duration.ofMillis(20), Duration.ofMillis(100));

    /** One end's control sessions, for a test to look at. */
    static final class Control implements ControlService {
        final BlockingQueue<ControlPeer> peers = new LinkedBlockingQueue<>();
        final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
        final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

        @Override
        public ControlSession opened(ControlPeer peer) {
            peers.add(peer);
            return new ControlSession() {
                @Override
                public void received(byte[] message) {
                    messages.add(message);
                }

                @Override
                public void closed(String reason) {
                    ends.add(reason);
                }
            };
        }

        static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
            T next = queue.poll(Exchange.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing within " + Exchange.PATIENCE);
            }
            return next;
        }
    }

    final EventLoops loops = new EventLoops(2);
    final InMemoryCounters counters = new InMemoryCounters();
    final LinkContext context = new LinkContext(loops, new ProcessClock(), counters, new SecureRandom());
    final CertificateAuthority authority =
            CertificateAuthority.create("Acorn test authority", Instant.now(), new SecureRandom());
    final TlsProvider provider;
    final LinkLimits limits;
    final LinkServices services = new LinkServices(Map.of());
    final Control insideControl = new Control();
    final Control edgeControl = new Control();
    final LinkAcceptor acceptor;
    final LinkDialer dialer;
    final Set<Channel> accepted = ConcurrentHashMap.newKeySet();

    LinkLoopback() {
        this(TlsProvider.best(), LinkLimits.DEFAULT);
    }

    LinkLoopback(TlsProvider provider, LinkLimits limits) {
        this(provider, limits, TIMES);
    }

    LinkLoopback(TlsProvider provider, LinkLimits limits, LinkTimes times) {
        this.provider = provider.isAvailable() ? provider : TlsProvider.JDK;
        this.limits = limits;
        acceptor = new LinkAcceptor(context, limits, times, edgeControl);
        dialer = new LinkDialer(context, limits, times, services, insideControl);
    }

    /** Listens with that node's certificate and hands to the acceptor what is the Link's. */
    Channel listen(String node, String... protocols) throws IOException {
        return listen(identity(node), protocols);
    }

    TlsIdentity identity(String node) {
        return authority.issue(CertificateRequest.node(node, node + ".perimeter.acorn.example"), Instant.now());
    }

    /** As {@link #listen(String, String...)}, with that certificate. */
    Channel listen(TlsIdentity identity, String... protocols) throws IOException {
        SslContext tls = SslContextBuilder.forServer(
                        identity.key(), identity.chain().toArray(X509Certificate[]::new))
                .sslProvider(provider == TlsProvider.JDK ? SslProvider.JDK : SslProvider.OPENSSL)
                .clientAuth(ClientAuth.REQUIRE)
                .trustManager(authority.certificate())
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        protocols.length == 0 ? new String[] {"sip/2", LinkProtocol.ALPN} : protocols))
                .build();
        return new ServerBootstrap()
                .group(loops.acceptors(), loops.workers())
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accepted.add(channel);
                        channel.closeFuture().addListener(_ -> accepted.remove(channel));
                        channel.pipeline()
                                .addLast(tls.newHandler(channel.alloc()))
                                .addLast(new Attach());
                    }
                })
                .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
                .syncUninterruptibly()
                .channel();
    }

    private final class Attach extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext handler, Object event) throws Exception {
            if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
                SslHandler tls = handler.pipeline().get(SslHandler.class);
                Channel channel = handler.channel();
                handler.pipeline().remove(this);
                if (LinkProtocol.ALPN.equals(tls.applicationProtocol())) {
                    acceptor.attach(channel, Objects.requireNonNull(Handshakes.peerOf(tls)));
                }
            }
            super.userEventTriggered(handler, event);
        }
    }

    ClientTls serviceTls(String name) throws IOException {
        return new TlsContexts(provider)
                .mutualClient(
                        authority.issue(CertificateRequest.service(name, name + ".acorn.example"), Instant.now()),
                        authority.certificate());
    }

    static LinkAddress addressOf(Channel listener) {
        return new LinkAddress("127.0.0.1", ((InetSocketAddress) listener.localAddress()).getPort());
    }

    LinkNode node(String name, Channel listener) throws IOException {
        return LinkNode.of(name, addressOf(listener), name + ".perimeter.acorn.example", serviceTls("pool"));
    }

    /** Listens as edge1, dials it, and waits until all connections are up at both ends. */
    LinkLoopback connect(int connections) throws Exception {
        dialer.setNode(node("edge1", listen("edge1")).withConnections(connections));
        awaitUp(connections);
        return this;
    }

    void awaitUp(int connections) {
        await(() -> !dialer.status().isEmpty()
                && dialer.status().getFirst().open().size() == connections
                && !acceptor.states().isEmpty()
                && acceptor.states().getFirst().connections() == connections
                && acceptor.states().getFirst().controlled());
    }

    static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Exchange.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + Exchange.PATIENCE);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    void serve(String name, Origin origin) {
        services.replace(Map.of(name, origin));
    }

    Exchange open(LinkRequest request, Exchange exchange) {
        return open(request, TrafficClass.INTERACTIVE, exchange);
    }

    Exchange open(LinkRequest request, TrafficClass type, Exchange exchange) {
        acceptor.open(request, type, exchange);
        return exchange;
    }

    List<Channel> acceptedNow() {
        return List.copyOf(accepted);
    }

    @Override
    public void close() {
        dialer.close();
        acceptor.close();
        context.close();
        loops.close();
    }
}
