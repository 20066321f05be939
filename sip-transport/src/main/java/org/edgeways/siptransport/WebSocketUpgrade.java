package org.edgeways.siptransport;

import static org.edgeways.siptransport.TransportErrorCode.ORIGIN_REFUSED;
import static org.edgeways.siptransport.TransportErrorCode.UPGRADE_REFUSED;

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
import java.util.List;
import org.edgeways.base.ErrorCode;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.http.HttpFront;
import org.edgeways.net.http.HttpRoute;
import org.edgeways.net.port.Accepted;

/**
 * Makes a WebSocket for SIP of the HTTP request for its path (RFC 6455 section 4.2, RFC 7118 section 4): GET, subprotocol
 * {@code sip}, an origin that may. Everything else gets a short plain answer and is closed. Extensions are never agreed
 * on, so frames are never compressed.
 */
record WebSocketUpgrade(ConnectionSetup setup, String path, WebOrigins origins) implements HttpRoute.TakeOver {

    static final String SUBPROTOCOL = "sip";

    @Override
    public void take(ChannelHandlerContext context, FullHttpRequest request, Accepted accepted) {
        List<String> origin = request.headers().getAll(HttpHeaderNames.ORIGIN);
        boolean mayConnect = origins.mayConnect(origin);
        if (!isUpgrade(request) && (mayConnect || origin.isEmpty())) {
            refuse(context, accepted, isOfBrowser(request) ? NetErrorCode.REQUEST_NOT_SERVED : UPGRADE_REFUSED);
            return;
        } else if (!mayConnect) {
            String whose = origin.isEmpty() ? "clients that name no origin" : "pages of " + String.join(", ", origin);
            accepted.refused(ORIGIN_REFUSED, whose + " may not connect: see the setting access.origins");
            answer(context, HttpResponseStatus.FORBIDDEN);
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
            refuse(context, accepted, UPGRADE_REFUSED);
        }
    }

    private int largestMessage() {
        return setup.settings().message().headerSectionBytes()
                + setup.settings().message().bodyBytes();
    }

    private static boolean isUpgrade(FullHttpRequest request) {
        return !request.content().isReadable()
                && request.method().equals(HttpMethod.GET)
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && request.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                && request.headers().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                && "13".equals(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_VERSION, ""))
                && offersSip(request);
    }

    private static boolean offersSip(FullHttpRequest request) {
        return request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .anyMatch(offer -> offer.strip().equals(SUBPROTOCOL));
    }

    /** A page of anybody's can have a browser ask for anything; that is no fault of the network that it is read in. */
    private static boolean isOfBrowser(FullHttpRequest request) {
        return request.headers().contains(HttpHeaderNames.ORIGIN)
                || !request.headers().contains(HttpHeaderNames.UPGRADE);
    }

    private static void refuse(ChannelHandlerContext context, Accepted accepted, ErrorCode code) {
        accepted.refused(code, HttpResponseStatus.BAD_REQUEST.toString());
        answer(context, HttpResponseStatus.BAD_REQUEST);
    }

    private static void answer(ChannelHandlerContext context, HttpResponseStatus status) {
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
