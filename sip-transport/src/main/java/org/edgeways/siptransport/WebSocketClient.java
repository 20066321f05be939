package org.edgeways.siptransport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import org.edgeways.net.PeerIdentity;
import org.jspecify.annotations.Nullable;

/** The client's side of the WebSocket upgrade, on a connection whose TLS handshake is done. */
final class WebSocketClient extends SimpleChannelInboundHandler<FullHttpResponse> {

    private static final int LARGEST_ANSWER_BYTES = 8192;

    /** How long the server may take to close after it was asked to. */
    private static final long CLOSING_MILLIS = 10_000;

    /** What is asked for. */
    record Request(SipUserAgentSettings settings) {
        URI uri() {
            return URI.create("wss://" + SipUserAgentSettings.inUri(settings.verifyName()) + ":" + settings.port()
                    + settings.path());
        }
    }

    private final ConnectionSetup setup;
    private final @Nullable PeerIdentity peer;
    private final CompletableFuture<SipConnection> result;
    private final WebSocketClientHandshaker handshaker;
    private final int largest;

    private WebSocketClient(
            ConnectionSetup setup,
            Request request,
            @Nullable PeerIdentity peer,
            CompletableFuture<SipConnection> result) {
        this.setup = setup;
        this.peer = peer;
        this.result = result;
        largest = setup.settings().message().headerSectionBytes()
                + setup.settings().message().bodyBytes();
        HttpHeaders headers = new DefaultHttpHeaders();
        String origin = request.settings().origin();
        if (origin != null) {
            headers.set(HttpHeaderNames.ORIGIN, origin);
        }
        handshaker = WebSocketClientHandshakerFactory.newHandshaker(
                request.uri(),
                WebSocketVersion.V13,
                WebSocketUpgrade.SUBPROTOCOL,
                false,
                headers,
                largest,
                true,
                false,
                CLOSING_MILLIS,
                false,
                false); // no Origin but what was asked for: this is no page
    }

    /** Asks for the upgrade; the result is completed when it is done. */
    static void upgrade(
            ConnectionSetup setup,
            Channel channel,
            Request request,
            @Nullable PeerIdentity peer,
            CompletableFuture<SipConnection> result) {
        WebSocketClient client = new WebSocketClient(setup, request, peer, result);
        channel.pipeline()
                .addLast(new HttpClientCodec())
                .addLast(new HttpObjectAggregator(LARGEST_ANSWER_BYTES))
                .addLast(client);
        var _ = client.handshaker.handshake(channel);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
        try {
            handshaker.finishHandshake(context.channel(), response);
        } catch (WebSocketHandshakeException e) {
            result.completeExceptionally(new IOException("WebSocket refused: " + response.status(), e));
            var _ = context.close();
            return;
        }
        WebSocketHandler handler = new WebSocketHandler(setup, context.channel(), peer);
        context.pipeline().addLast(new WebSocketFrameAggregator(largest)).addLast(handler);
        context.pipeline().remove(this);
        result.complete(handler.connection());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        result.completeExceptionally(cause);
        var _ = context.close();
    }
}
