package org.edgeways.siptransport;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.ErrorCode;
import org.edgeways.net.PeerIdentity;
import org.edgeways.sip.message.SipErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * SIP on a WebSocket (RFC 7118): one message per WebSocket message, text or binary, in one frame or put together from
 * several before this handler. Pings at an interval and closes when a pong is missing. Added after the upgrade.
 */
final class WebSocketHandler extends SimpleChannelInboundHandler<WebSocketFrame> {

    private static final byte[] PONG = "\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final ChannelSipConnection.Packing PACKING = new ChannelSipConnection.Packing() {
        @Override
        public Object pack(Channel channel, byte[] message) {
            return isUtf8(message)
                    ? new TextWebSocketFrame(Unpooled.wrappedBuffer(message))
                    : new BinaryWebSocketFrame(Unpooled.wrappedBuffer(message));
        }

        @Override
        public boolean joins() {
            return false; // RFC 7118 section 5: one SIP message in each WebSocket message
        }

        @Override
        public Object farewell(Channel channel) {
            return new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE);
        }
    };

    private final ChannelSipConnection connection;
    private final long pingNanos;
    private boolean pongMissing;
    private @Nullable Future<?> pings;

    WebSocketHandler(ConnectionSetup setup, Channel channel, @Nullable PeerIdentity peer) {
        connection = new ChannelSipConnection(setup, channel, PACKING, peer);
        pingNanos = setup.settings().webSocketPing().toNanos();
    }

    ChannelSipConnection connection() {
        return connection;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        connection.open();
        pings = context.executor()
                .scheduleWithFixedDelay(() -> ping(context), pingNanos, pingNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (pings != null) {
            pings.cancel(false);
        }
    }

    private void ping(ChannelHandlerContext context) {
        if (pongMissing) {
            connection.failing(TransportErrorCode.PONG_MISSING);
            var _ = context.close();
            return;
        }
        pongMissing = true;
        var _ = context.writeAndFlush(new PingWebSocketFrame());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        if (!connection.isOpen()) {
            return;
        }
        connection.heard();
        pongMissing = false;
        switch (frame) {
            case TextWebSocketFrame text -> message(ByteBufUtil.getBytes(text.content()));
            case BinaryWebSocketFrame binary -> message(ByteBufUtil.getBytes(binary.content()));
            case PingWebSocketFrame ping when !context.channel().isWritable() -> {
                // pings of a peer that reads nothing are not answered, or their pongs would be queued without end
            }
            case PingWebSocketFrame ping -> {
                var _ = context.writeAndFlush(
                        new PongWebSocketFrame(ping.content().retain()));
            }
            case CloseWebSocketFrame close -> {
                connection.failing(TransportErrorCode.PEER_CLOSED);
                var _ = context.writeAndFlush(close.retain()).addListener(ChannelFutureListener.CLOSE);
            }
            case PongWebSocketFrame pong -> {}
            default ->
                throw new IllegalStateException(
                        "a part of a message came through: " + (frame instanceof ContinuationWebSocketFrame));
        }
    }

    private void message(byte[] bytes) {
        if (Arrays.equals(bytes, StreamHandler.PING)) {
            connection.send(PONG);
        } else if (!isLineBreaks(bytes)) {
            connection.message(bytes);
        }
    }

    private static boolean isLineBreaks(byte[] bytes) {
        for (byte b : bytes) {
            if (b != '\r' && b != '\n') {
                return false;
            }
        }
        return true;
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** The frames cannot be told apart any more, or hold too much. */
    private void lost(ErrorCode code, WebSocketCloseStatus status) {
        if (connection.isOpen()) {
            connection.refused(code, 0);
            connection.close(TransportErrorCode.FRAMING_LOST, () -> new CloseWebSocketFrame(status));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof TooLongFrameException) {
            lost(SipErrorCode.BODY_TOO_LARGE, WebSocketCloseStatus.MESSAGE_TOO_BIG);
        } else if (cause instanceof CorruptedWebSocketFrameException corrupted) {
            WebSocketCloseStatus status = corrupted.closeStatus();
            boolean tooBig = status.code() == WebSocketCloseStatus.MESSAGE_TOO_BIG.code();
            lost(tooBig ? SipErrorCode.BODY_TOO_LARGE : TransportErrorCode.FRAMING_LOST, status);
        } else {
            connection.failing(TransportErrorCode.CONNECTION_FAILED);
            var _ = context.close();
        }
    }
}
