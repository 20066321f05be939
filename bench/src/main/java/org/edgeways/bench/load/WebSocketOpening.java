package org.edgeways.bench.load;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.CompletableFuture;

/** The HTTP request that makes a WebSocket for SIP (RFC 7118 section 4) of a TLS connection. */
final class WebSocketOpening extends SimpleChannelInboundHandler<FullHttpResponse> {

    private static final int LARGEST_FRAME = 1 << 17;

    private final WebSocketClientHandshaker handshaker;
    private final Runnable ready;
    private final CompletableFuture<?> opened;

    private WebSocketOpening(WebSocketClientHandshaker handshaker, Runnable ready, CompletableFuture<?> opened) {
        this.handshaker = handshaker;
        this.ready = ready;
        this.opened = opened;
    }

    static void begin(Channel channel, InetSocketAddress server, Runnable ready, CompletableFuture<?> opened) {
        WebSocketClientHandshaker handshaker = WebSocketClientHandshakerFactory.newHandshaker(
                URI.create("wss://" + server.getAddress().getHostAddress() + ":" + server.getPort() + "/sip"),
                WebSocketVersion.V13,
                "sip",
                false,
                new DefaultHttpHeaders(),
                LARGEST_FRAME);
        channel.pipeline()
                .addLast(new HttpClientCodec(), new HttpObjectAggregator(LARGEST_FRAME))
                .addLast(new WebSocketOpening(handshaker, ready, opened));
        var _ = handshaker.handshake(channel);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
        try {
            handshaker.finishHandshake(context.channel(), response);
        } catch (RuntimeException e) {
            opened.completeExceptionally(e);
            return;
        }
        ready.run();
        context.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        opened.completeExceptionally(cause);
        var _ = context.close();
    }
}
