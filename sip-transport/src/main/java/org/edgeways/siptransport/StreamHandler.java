package org.edgeways.siptransport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import org.edgeways.net.PeerIdentity;
import org.edgeways.sip.framing.Frame;
import org.edgeways.sip.framing.Refusals;
import org.edgeways.sip.framing.StreamFramer;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/** SIP on a byte stream: framing by Content-Length, and keep-alives. Added when the stream is ready for SIP. */
final class StreamHandler extends ChannelInboundHandlerAdapter {

    /** What a client sends to ask whether the connection lives (RFC 5626 section 3.5.1). */
    static final byte[] PING = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** The answer to it, which asks nothing. */
    static final byte[] PONG = "\r\n".getBytes(StandardCharsets.US_ASCII);

    static final ChannelSipConnection.Packing PACKING = new ChannelSipConnection.Packing() {
        @Override
        public Object pack(Channel channel, byte[] message) {
            return Unpooled.wrappedBuffer(message);
        }

        @Override
        public boolean joins() {
            return true;
        }

        @Override
        public Object farewell(Channel channel) {
            return Unpooled.EMPTY_BUFFER;
        }
    };

    private final ConnectionSetup setup;
    private final ChannelSipConnection connection;
    private final StreamFramer framer;
    private boolean broken;

    StreamHandler(ConnectionSetup setup, Channel channel, @Nullable PeerIdentity peer) {
        this.setup = setup;
        connection = new ChannelSipConnection(setup, channel, PACKING, peer);
        framer = new StreamFramer(setup.settings().message());
    }

    ChannelSipConnection connection() {
        return connection;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        connection.open();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
        if (!(received instanceof ByteBuf buffer)) {
            context.fireChannelRead(received);
            return;
        }
        byte[] bytes;
        try {
            bytes = ByteBufUtil.getBytes(buffer);
        } finally {
            buffer.release();
        }
        if (broken || !connection.isOpen()) {
            return;
        }
        connection.heard();
        for (int questions = connection.takeQuestions(); questions > 0; questions--) {
            framer.expectPong();
        }
        framer.feed(bytes, 0, bytes.length);
        boolean ended = false;
        // what follows the reason for which we close is not looked at any more
        for (Frame frame = framer.next(); frame != null && connection.isOpen(); frame = framer.next()) {
            ended |= frame instanceof Frame.Message;
            take(frame);
        }
        connection.incomplete(framer.midMessage(), ended);
    }

    private void take(Frame frame) {
        switch (frame) {
            case Frame.KeepAlive(boolean ping) -> {
                if (ping) {
                    connection.pinged();
                    connection.send(PONG);
                }
            }
            case Frame.Message(byte[] message) -> connection.message(message);
            case Frame.Broken lost -> {
                broken = true;
                connection.refused(lost.code(), lost.offset());
                SipMessage answer = Refusals.answer(lost, setup.settings().message());
                if (answer != null) {
                    connection.send(answer);
                }
                connection.close(TransportErrorCode.FRAMING_LOST);
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        connection.failing(TransportErrorCode.CONNECTION_FAILED);
        var _ = context.close();
    }
}
