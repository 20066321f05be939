package org.edgeways.siptransport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.edgeways.net.ClientTls;
import org.edgeways.net.Handshakes;
import org.edgeways.net.SocketOptions;
import org.jspecify.annotations.Nullable;

/** Opens one outbound connection for SIP over TLS or plain TCP. */
final class Connector {

    /**
     * Where to, and how.
     *
     * @param address resolved, or by name: then the context's resolver looks it up without blocking
     * @param tls null for plain TCP
     * @param verifyName what the server's certificate must name
     * @param applicationProtocol the name to offer in ALPN; null for none
     * @param beginning whether it is usual that nothing is served there yet
     */
    record Target(
            InetSocketAddress address,
            @Nullable ClientTls tls,
            String verifyName,
            Duration timeout,
            @Nullable String applicationProtocol,
            BooleanSupplier beginning) {

        /** A target that serves already. */
        Target(
                InetSocketAddress address,
                @Nullable ClientTls tls,
                String verifyName,
                Duration timeout,
                @Nullable String applicationProtocol) {
            this(address, tls, verifyName, timeout, applicationProtocol, () -> false);
        }

        /** A target to which nothing is offered in ALPN. */
        Target(InetSocketAddress address, @Nullable ClientTls tls, String verifyName, Duration timeout) {
            this(address, tls, verifyName, timeout, null);
        }
    }

    private Connector() {}

    /**
     * Connects on that loop. The future is completed on the loop when the connection is open and its events have been
     * told, or fails with the cause.
     */
    static CompletableFuture<SipConnection> connect(ConnectionSetup setup, EventLoop loop, Target target) {
        return connect(setup, loop, target, null);
    }

    /** As {@link #connect(ConnectionSetup, EventLoop, Target)}, with a WebSocket on top if one is asked for. */
    static CompletableFuture<SipConnection> connect(
            ConnectionSetup setup, EventLoop loop, Target target, WebSocketClient.@Nullable Request webSocket) {
        CompletableFuture<SipConnection> result = new CompletableFuture<>();
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .resolver(setup.context().resolver())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        target.timeout().toMillis())
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        build(setup, channel, target, webSocket, result);
                    }
                });
        SocketOptions.outbound(bootstrap);
        bootstrap.connect(target.address()).addListener(done -> {
            if (!done.isSuccess()) {
                result.completeExceptionally(done.cause());
            }
        });
        return result;
    }

    private static void build(
            ConnectionSetup setup,
            Channel channel,
            Target target,
            WebSocketClient.@Nullable Request webSocket,
            CompletableFuture<SipConnection> result) {
        // after the connect's own failure, which closes the channel and says more
        channel.closeFuture()
                .addListener(closed -> channel.eventLoop()
                        .execute(() -> result.completeExceptionally(new IOException("closed while connecting"))));
        if (target.tls() == null) {
            channel.pipeline().addLast(new Pipelines.WhenActive(() -> {
                StreamHandler handler = new StreamHandler(setup, channel, null);
                channel.pipeline().addLast(handler);
                result.complete(handler.connection());
            }));
            return;
        }
        SslHandler tls = target.tls()
                .newHandler(
                        channel.alloc(),
                        target.verifyName(),
                        target.address().getPort(),
                        target.timeout(),
                        target.applicationProtocol());
        channel.pipeline()
                .addLast(tls)
                .addLast(new Pipelines.AfterHandshake(
                        peer -> {
                            if (webSocket != null) {
                                WebSocketClient.upgrade(setup, channel, webSocket, peer, result);
                                return;
                            }
                            StreamHandler handler = new StreamHandler(setup, channel, peer);
                            channel.pipeline().addLast(handler);
                            result.complete(handler.connection());
                        },
                        failure -> {
                            if (Handshakes.isNotServed(failure)
                                    && target.beginning().getAsBoolean()) {
                                setup.counters().handshakeEarly();
                            } else {
                                setup.counters().handshakeFailed(Handshakes.codeOf(failure));
                            }
                            result.completeExceptionally(failure);
                        }));
    }
}
