package org.edgeways.siptransport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.edgeways.net.http.HttpFront;
import org.edgeways.net.http.HttpRoute;
import org.edgeways.net.port.Accepted;
import org.jspecify.annotations.Nullable;

/**
 * Makes a WebSocket for SIP of the HTTP request for its path (RFC 6455 section 4.2, RFC 7118 section 4): GET, subprotocol
 * {@code sip}, an origin that may. Everything else gets a short plain answer and is closed. Extensions are never agreed
 * on, so frames are never compressed.
 *
 * @param origins lower case; empty for all
 */
record WebSocketUpgrade(ConnectionSetup setup, String path, Set<String> origins) implements HttpRoute.TakeOver {

    static final String SUBPROTOCOL = "sip";

    @Override
    public void take(ChannelHandlerContext context, FullHttpRequest request, Accepted accepted) {
        HttpResponseStatus refusal = check(request);
        if (refusal != null) {
            refuse(context, accepted, refusal);
            return;
        }
        int largest = largestMessage();
        WebSocketServerHandshaker13 handshaker = new WebSocketServerHandshaker13(
                "wss://" + request.headers().get(HttpHeaderNames.HOST, "") + path,
                SUBPROTOCOL,
                WebSocketDecoderConfig.newBuilder()
                        .maxFramePayloadLength(largest)
                        .allowExtensions(false)
                        .expectMaskedFrames(true)
                        .withUTF8Validator(true)
                        // the handler closes, and tells why
                        .closeOnProtocolViolation(false)
                        .build());
        try {
            handshaker.handshake(context.channel(), request).addListener(done -> {
                if (done.isSuccess() && context.channel().isActive()) {
                    accepted.ready();
                    WebSocketHandler sip = new WebSocketHandler(setup, context.channel(), accepted.peer());
                    context.pipeline()
                            .addLast(new WebSocketFragments(sip.connection()))
                            .addLast(new WebSocketFrameAggregator(largest))
                            .addLast(sip);
                    HttpFront.leave(context);
                } else {
                    var _ = context.close();
                }
            });
        } catch (WebSocketHandshakeException e) {
            refuse(context, accepted, HttpResponseStatus.BAD_REQUEST);
        }
    }

    private int largestMessage() {
        return setup.settings().message().headerSectionBytes()
                + setup.settings().message().bodyBytes();
    }

    /** The status to refuse with, or null. */
    private @Nullable HttpResponseStatus check(FullHttpRequest request) {
        if (request.content().isReadable()
                || !request.method().equals(HttpMethod.GET)
                || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                || !request.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                || !request.headers().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                || !"13".equals(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_VERSION, ""))
                || !offersSip(request)) {
            return HttpResponseStatus.BAD_REQUEST;
        }
        String origin = request.headers().get(HttpHeaderNames.ORIGIN);
        boolean welcome = origins.isEmpty() || origin != null && origins.contains(origin.toLowerCase(Locale.ROOT));
        return welcome ? null : HttpResponseStatus.FORBIDDEN;
    }

    private static boolean offersSip(FullHttpRequest request) {
        return request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .anyMatch(offer -> offer.strip().equals(SUBPROTOCOL));
    }

    private static void refuse(ChannelHandlerContext context, Accepted accepted, HttpResponseStatus status) {
        accepted.refused(TransportErrorCode.UPGRADE_REFUSED, status.toString());
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                status,
                Unpooled.copiedBuffer(status.reasonPhrase() + "\n", StandardCharsets.US_ASCII));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN)
                .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        var _ = context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
}
