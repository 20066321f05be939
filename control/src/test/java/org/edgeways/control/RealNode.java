package org.edgeways.control;

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
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.edgeways.base.Result;
import org.edgeways.link.LinkAcceptor;
import org.edgeways.link.LinkContext;
import org.edgeways.link.LinkLimits;
import org.edgeways.link.LinkProtocol;
import org.edgeways.link.engine.LinkTimes;
import org.edgeways.net.EventLoops;
import org.edgeways.net.Handshakes;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.TlsIdentity;
import org.edgeways.node.Member;
import org.edgeways.node.NodeAgent;
import org.edgeways.node.NodeFiles;
import org.edgeways.node.NodeHost;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;

/** A node that has joined: its files, its agent and the edge end of the Link on its inside leg, for real. */
final class RealNode implements NodeHost, AutoCloseable {

    final BlockingQueue<EdgeSnapshot> applied = new LinkedBlockingQueue<>();
    final BlockingQueue<TlsIdentity> used = new LinkedBlockingQueue<>();
    final Set<Channel> accepted = ConcurrentHashMap.newKeySet();
    final NodeFiles files;
    final NodeAgent agent;

    private final EventLoops loops;
    private final ExecutorService desk = Executors.newSingleThreadExecutor();
    private final LinkAcceptor acceptor;
    private final X509Certificate authority;
    private final Channel server;
    private volatile SslContext tls;

    RealNode(
            Path directory,
            InetSocketAddress leg,
            Inside inside,
            LinkContext context,
            EventLoops loops,
            LinkTimes times)
            throws IOException {
        this.loops = loops;
        files = new NodeFiles(directory);
        Member member = files.member().orThrow();
        authority = member.authority();
        agent = new NodeAgent(
                member,
                files.snapshot(member).orThrow().orElse(null),
                new NodeAgent.Surroundings(files, this, "test", desk, inside.clock(), Inside.RANDOM, inside.counters));
        acceptor = new LinkAcceptor(context, LinkLimits.DEFAULT, times, agent);
        show(member.identity());
        server = listen(leg);
    }

    private void show(TlsIdentity identity) throws IOException {
        tls = SslContextBuilder.forServer(identity.key(), identity.chain().toArray(X509Certificate[]::new))
                .clientAuth(ClientAuth.REQUIRE)
                .trustManager(authority)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        LinkProtocol.ALPN))
                .build();
    }

    private Channel listen(InetSocketAddress leg) {
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
                .bind(leg)
                .syncUninterruptibly()
                .channel();
    }

    private final class Attach extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext handler, Object event) throws Exception {
            if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
                Channel channel = handler.channel();
                PeerIdentity peer = Objects.requireNonNull(
                        Handshakes.peerOf(handler.pipeline().get(SslHandler.class)));
                handler.pipeline().remove(this);
                acceptor.attach(channel, peer);
            }
            super.userEventTriggered(handler, event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext handler, Throwable cause) {
            var _ = handler.close();
        }
    }

    @Override
    public Result<Boolean> apply(EdgeSnapshot next) {
        applied.add(next);
        return Result.ok(true);
    }

    @Override
    public Result<Boolean> use(TlsIdentity next) {
        try {
            show(next);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        used.add(next);
        return Result.ok(true);
    }

    @Override
    public Optional<String> problem() {
        return Optional.empty();
    }

    @Override
    public List<ControlMessage.Shown> shown() {
        return List.of();
    }

    @Override
    public void close() {
        server.close().syncUninterruptibly();
        acceptor.close();
        desk.shutdown();
    }
}
