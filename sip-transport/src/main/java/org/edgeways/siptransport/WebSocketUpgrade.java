package org.edgeways.siptransport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
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
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.edgeways.net.Admission;
import org.edgeways.net.PeerIdentity;
import org.jspecify.annotations.Nullable;

/**
 * Serves the one HTTP request that makes a WebSocket for SIP (RFC 6455 section 4.2, RFC 7118 section 4): GET on the
 * path, subprotocol {@code sip}, an origin that may. Everything else gets a short plain answer and is closed. Extensions
 * are never agreed on, so frames are never compressed.
 */
final class WebSocketUpgrade extends SimpleChannelInboundHandler<FullHttpRequest> {

    static final String SUBPROTOCOL = "sip";

    private final ConnectionSetup setup;
    private final SipListenerSettings.Wire.WebSocket wire;
    private final Admission.Ticket ticket;
    private final @Nullable PeerIdentity peer;
    private final long timeoutNanos;
    private @Nullable Future<?> timeout;

    WebSocketUpgrade(
            ConnectionSetup setup,
            SipListenerSettings.Wire.WebSocket wire,
            Admission.Ticket ticket,
            @Nullable PeerIdentity peer,
            long timeoutNanos) {
        this.setup = setup;
        this.wire = wire;
        this.ticket = ticket;
        this.peer = peer;
        this.timeoutNanos = timeoutNanos;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        timeout = context.executor()
                .schedule(
                        () -> {
                            failed(context, TransportErrorCode.UPGRADE_TIMEOUT);
                            var _ = context.close();
                        },
                        timeoutNanos,
                        TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (timeout != null) {
            timeout.cancel(false);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        HttpResponseStatus refusal = check(request);
        if (refusal != null) {
            refuse(context, refusal);
            return;
        }
        int largest = largestMessage();
        WebSocketServerHandshaker13 handshaker = new WebSocketServerHandshaker13(
                "wss://" + request.headers().get(HttpHeaderNames.HOST, "") + wire.path(),
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
                    ticket.handshakeDone();
                    WebSocketHandler sip = new WebSocketHandler(setup, context.channel(), peer);
                    context.pipeline()
                            .addLast(new WebSocketFragments(sip.connection()))
                            .addLast(new WebSocketFrameAggregator(largest))
                            .addLast(sip);
                    context.pipeline().remove(this);
                } else {
                    var _ = context.close();
                }
            });
        } catch (WebSocketHandshakeException e) {
            refuse(context, HttpResponseStatus.BAD_REQUEST);
        }
    }

    private int largestMessage() {
        return setup.settings().message().headerSectionBytes()
                + setup.settings().message().bodyBytes();
    }

    /** The status to refuse with, or null. */
    private @Nullable HttpResponseStatus check(FullHttpRequest request) {
        if (!request.decoderResult().isSuccess() || request.content().isReadable()) {
            return HttpResponseStatus.BAD_REQUEST;
        }
        String target = request.uri();
        int query = target.indexOf('?');
        if (!(query < 0 ? target : target.substring(0, query)).equals(wire.path())) {
            return HttpResponseStatus.NOT_FOUND;
        }
        if (!request.method().equals(HttpMethod.GET)
                || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                || !request.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                || !request.headers().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                || !"13".equals(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_VERSION, ""))
                || !offersSip(request)) {
            return HttpResponseStatus.BAD_REQUEST;
        }
        String origin = request.headers().get(HttpHeaderNames.ORIGIN);
        boolean welcome =
                wire.origins().isEmpty() || origin != null && wire.origins().contains(origin.toLowerCase(Locale.ROOT));
        return welcome ? null : HttpResponseStatus.FORBIDDEN;
    }

    private static boolean offersSip(FullHttpRequest request) {
        return request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .anyMatch(offer -> offer.strip().equals(SUBPROTOCOL));
    }

    private void refuse(ChannelHandlerContext context, HttpResponseStatus status) {
        failed(context, TransportErrorCode.UPGRADE_REFUSED);
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

    private void failed(ChannelHandlerContext context, TransportErrorCode code) {
        setup.counters().handshakeFailed(code);
        if (context.channel().remoteAddress() instanceof InetSocketAddress remote) {
            setup.events()
                    .handshakeFailed(
                            setup.endpoint(),
                            remote.getAddress(),
                            code,
                            setup.context().clock().now());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failed(context, TransportErrorCode.UPGRADE_REFUSED);
        var _ = context.close();
    }
}
