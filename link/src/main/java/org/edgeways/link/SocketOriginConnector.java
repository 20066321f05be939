package org.edgeways.link;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;

/** Connects to origins by TCP and Unix domain sockets. */
final class SocketOriginConnector implements OriginConnector {

    private final LinkContext context;
    private final LinkLimits limits;

    SocketOriginConnector(LinkContext context, LinkLimits limits) {
        this.context = context;
        this.limits = limits;
    }

    @Override
    public ChannelFuture connect(EventLoop loop, Origin origin, ChannelHandler handler) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .handler(handler)
                .option(ChannelOption.AUTO_READ, false)
                // one read brings little, so that a reader that stops is noticed soon
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(2048, 16_384, 65_536).maxMessagesPerRead(1))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        limits.originConnect().toMillis());
        return switch (origin) {
            case Origin.Tcp tcp ->
                bootstrap
                        .channel(NioSocketChannel.class)
                        .resolver(context.resolver())
                        .option(ChannelOption.TCP_NODELAY, true)
                        .connect(InetSocketAddress.createUnresolved(tcp.server(), tcp.port()));
            case Origin.Unix unix ->
                bootstrap
                        .channel(NioDomainSocketChannel.class)
                        .disableResolver()
                        .connect(UnixDomainSocketAddress.of(unix.path()));
        };
    }
}
