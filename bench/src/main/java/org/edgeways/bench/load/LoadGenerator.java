package org.edgeways.bench.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.edgeways.net.ClientTls;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ServerTls;
import org.jspecify.annotations.Nullable;

/**
 * Callers outside and answerers inside, all on one event loop. Its methods are called from one thread that is not the
 * event loop's; what they count is read there.
 */
public final class LoadGenerator implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(20);

    /** Fewer than the handshakes that a server takes at once. */
    private static final int CONNECTS_AT_ONCE = 100;

    private static final int LOWEST_BLOCK = 1;
    private static final int ADDRESSES_PER_BLOCK = 250;

    private final String domain;
    private final @Nullable ClientTls outside;
    private final EventLoops loops = EventLoops.prompt(1);
    private final EventLoop loop = loops.loop(0);
    private final StreamPeer.Scratch scratch = new StreamPeer.Scratch();
    private final Received received = new Received();
    private final LongAdder strays = new LongAdder();
    private final LongAdder closed = new LongAdder();
    private final SplittableRandom random = new SplittableRandom();
    private final List<Caller> callers = new ArrayList<>();
    private final List<Channel> channels = new ArrayList<>();
    private final List<Channel> answering = new ArrayList<>();
    private int nextNumber = 1;
    private volatile @Nullable Load load;
    private volatile @Nullable Throwable broken;
    private volatile String cipher = "";

    /**
     * A generator without connections.
     *
     * @param domain of everybody's address
     * @param outside TLS of callers; null if they speak TCP
     */
    public LoadGenerator(String domain, @Nullable ClientTls outside) {
        this.domain = domain;
        this.outside = outside;
    }

    // ---- what is connected

    /** Answers on connections that others open to it, as an ordinary server does. */
    public InetSocketAddress listen(@Nullable ServerTls tls, String contact) throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.acceptors(), loops.workers())
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        if (tls != null) {
                            channel.pipeline().addLast(tls.newHandler(channel.alloc(), CONNECT));
                        }
                        int port = channel.localAddress().getPort();
                        channel.pipeline()
                                .addLast(
                                        new Answerer(scratch, received, contact.replace("PORT", String.valueOf(port))));
                    }
                });
        Channel server = bootstrap
                .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
                .awaitUninterruptibly()
                .channel();
        if (!server.isActive()) {
            throw new IOException("answerers cannot listen");
        }
        answering.add(server);
        return (InetSocketAddress) server.localAddress();
    }

    /** Answers on connections that it opens, as the inside does with the links to an edge. */
    public void link(InetSocketAddress edge, ClientTls tls, String edgeName, int connections, String contact)
            throws IOException {
        for (int i = 0; i < connections; i++) {
            Channel channel = connect(
                    edge, tls.newHandler(io.netty.buffer.ByteBufAllocator.DEFAULT, edgeName, edge.getPort(), CONNECT));
            channel.pipeline().addLast(new Answerer(scratch, received, contact));
            answering.add(channel);
        }
    }

    /**
     * Opens that many more callers, each from an address of its own as far as there are any, and signs them in.
     *
     * @param password of everybody; what answers without asking for it does not care
     */
    public void connect(InetSocketAddress server, Wire wire, int count, String password) throws IOException {
        List<CompletableFuture<Caller>> opening = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            opening.add(open(server, wire, password));
            if (opening.size() == CONNECTS_AT_ONCE || i == count - 1) {
                List<Caller> opened = new ArrayList<>();
                for (CompletableFuture<Caller> each : opening) {
                    opened.add(await(each));
                }
                opening.clear();
                List<CompletableFuture<Void>> signing = new ArrayList<>();
                onLoop(() -> opened.forEach(caller -> signing.add(caller.signIn(nextNumber++))));
                for (CompletableFuture<Void> each : signing) {
                    await(each);
                }
                callers.addAll(opened);
            }
        }
    }

    private CompletableFuture<Caller> open(InetSocketAddress server, Wire wire, String password) {
        int number = channels.size();
        String local = "127." + (LOWEST_BLOCK + number / ADDRESSES_PER_BLOCK / ADDRESSES_PER_BLOCK) + "."
                + number / ADDRESSES_PER_BLOCK % ADDRESSES_PER_BLOCK + "." + (number % ADDRESSES_PER_BLOCK + 1);
        Caller caller = new Caller(this, scratch, wire, new Requests(domain, number, wire, local), password);
        CompletableFuture<Caller> opened = new CompletableFuture<>();
        SslHandler tls = tls(wire, server);
        Bootstrap bootstrap = bootstrap(tls);
        var connecting = bootstrap.connect(server, new InetSocketAddress(InetAddress.ofLiteral(local), 0));
        Channel channel = connecting.channel();
        channels.add(channel);
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                opened.completeExceptionally(done.cause());
                return;
            }
            Runnable ready = () -> {
                caller.ready(channel);
                channel.pipeline().addLast(caller);
                opened.complete(caller);
            };
            if (tls == null) {
                ready.run();
                return;
            }
            tls.handshakeFuture().addListener(shaken -> {
                if (!shaken.isSuccess()) {
                    opened.completeExceptionally(shaken.cause());
                    return;
                }
                cipher = tls.engine().getSession().getProtocol() + " "
                        + tls.engine().getSession().getCipherSuite();
                if (wire == Wire.WSS) {
                    WebSocketOpening.begin(channel, server, ready, opened);
                } else {
                    ready.run();
                }
            });
        });
        return opened;
    }

    private @Nullable SslHandler tls(Wire wire, InetSocketAddress server) {
        if (!wire.isSecure()) {
            return null;
        }
        if (outside == null) {
            throw new IllegalStateException("no TLS for callers");
        }
        return outside.newHandler(
                io.netty.buffer.ByteBufAllocator.DEFAULT,
                server.getAddress().getHostAddress(),
                server.getPort(),
                CONNECT);
    }

    private Bootstrap bootstrap(@Nullable SslHandler tls) {
        return new Bootstrap()
                .group(loops.workers())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_REUSEADDR, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        ChannelPipeline pipeline = channel.pipeline();
                        if (tls != null) {
                            pipeline.addLast(tls);
                        }
                    }
                });
    }

    private Channel connect(InetSocketAddress to, SslHandler tls) throws IOException {
        var connecting = bootstrap(tls).connect(to);
        if (!connecting.awaitUninterruptibly().isSuccess()
                || !tls.handshakeFuture().awaitUninterruptibly().isSuccess()) {
            throw new IOException(
                    "no link to " + to,
                    connecting.cause() == null ? tls.handshakeFuture().cause() : connecting.cause());
        }
        return connecting.channel();
    }

    /** Closes the callers' connections; the answerers stay. */
    public void disconnect() {
        for (Channel channel : channels) {
            channel.close().awaitUninterruptibly();
        }
        channels.clear();
        callers.clear();
    }

    // ---- loads

    /** Every caller keeps that many units out and begins another when one ends. Runs until it is stopped. */
    public Load closedLoop(Workload workload, int outPerCaller) {
        Load begun = begin(workload, true);
        onLoop(() -> {
            for (int i = 0; i < outPerCaller; i++) {
                for (Caller caller : callers) {
                    caller.begin(begun, System.nanoTime(), true);
                }
            }
        });
        return begun;
    }

    /** Units begin at fixed times, callers in turn. Runs until it is stopped. */
    public Load openLoop(Workload workload, double perSecond) {
        Load begun = begin(workload, false);
        Thread.ofPlatform().name("pacer").daemon(true).start(new Pacer(begun, callers, loop, perSecond));
        return begun;
    }

    private Load begin(Workload workload, boolean closedLoop) {
        Load before = load;
        Load begun = new Load(workload, closedLoop, before == null ? nextNumber : before.nextNumber());
        load = begun;
        return begun;
    }

    EventLoop loop() {
        return loop;
    }

    // ---- for callers, on the event loop

    @Nullable
    Load load() {
        return load;
    }

    RandomGenerator random() {
        return random;
    }

    void stray() {
        strays.increment();
    }

    void closed() {
        closed.increment();
    }

    void broke(Throwable cause) {
        broken = cause;
    }

    // ---- what was seen

    /** What the answerers have received. */
    public Received received() {
        return received;
    }

    /** Answers that belong to nothing that is out. */
    public long strays() {
        return strays.sum();
    }

    /** Connections of callers that were closed, by either side. */
    public long closedConnections() {
        return closed.sum();
    }

    /** Callers that are connected. */
    public int callers() {
        return callers.size();
    }

    /** TLS version and cipher suite of the caller that connected last; empty without TLS. */
    public String cipher() {
        return cipher;
    }

    /** What last went wrong on a connection. */
    public @Nullable Throwable broken() {
        return broken;
    }

    private void onLoop(Runnable work) {
        CompletableFuture<Void> done = CompletableFuture.runAsync(work, loop);
        try {
            await(done);
        } catch (IOException e) {
            throw new IllegalStateException("the generator failed", e);
        }
    }

    private static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.get(CONNECT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("a caller cannot connect or sign in", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        disconnect();
        answering.forEach(channel -> channel.close().awaitUninterruptibly());
        loops.close();
    }
}
