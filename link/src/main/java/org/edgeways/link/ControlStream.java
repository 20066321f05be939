package org.edgeways.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.net.PeerIdentity;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a control stream that is up: four bytes of length, most significant first, then the message, both ways.
 */
final class ControlStream extends ChannelInboundHandlerAdapter implements ControlPeer {

    private static final Logger LOG = LoggerFactory.getLogger(ControlStream.class);
    private static final int LENGTH_BYTES = 4;

    private final Channel channel;
    private final PeerIdentity identity;
    private final LinkLimits limits;
    private final int longest;
    private final ControlService service;
    private final Consumer<ControlStream> ended;
    private @Nullable ControlSession session;
    private String reason = LinkErrorCode.PEER_CLOSED.meaning();
    private boolean closed;
    private long queued;
    private int lengthBytes;
    private int length;
    private byte @Nullable [] message;
    private int filled;

    /**
     * One that is up.
     *
     * @param longest message that is taken, in bytes
     * @param ended called once, on the channel's event loop, after the session was told
     */
    ControlStream(
            Channel channel,
            PeerIdentity identity,
            LinkLimits limits,
            int longest,
            ControlService service,
            Consumer<ControlStream> ended) {
        this.channel = channel;
        this.identity = identity;
        this.limits = limits;
        this.longest = longest;
        this.service = service;
        this.ended = ended;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext stream) {
        guard(() -> session = service.opened(this));
        stream.channel().config().setAutoRead(true);
    }

    @Override
    public PeerIdentity identity() {
        return identity;
    }

    @Override
    public void send(byte[] bytes) {
        if (bytes.length > limits.controlMessageBytes()) {
            throw new IllegalArgumentException("a control message of " + bytes.length + " bytes");
        }
        onLoop(() -> {
            if (closed) {
                return;
            }
            queued += bytes.length;
            if (queued > limits.controlQueueBytes()) {
                end(LinkErrorCode.CONTROL_QUEUE_FULL.meaning());
                return;
            }
            ByteBuf head = channel.alloc().buffer(LENGTH_BYTES).writeInt(bytes.length);
            ByteBuf whole = Unpooled.wrappedBuffer(head, Unpooled.wrappedBuffer(bytes));
            channel.writeAndFlush(new DefaultHttp2DataFrame(whole)).addListener(_ -> queued -= bytes.length);
        });
    }

    @Override
    public void close(String why) {
        onLoop(() -> end(why));
    }

    private void onLoop(Runnable task) {
        EventLoop loop = channel.eventLoop();
        if (loop.inEventLoop()) {
            task.run();
        } else if (!loop.isShuttingDown()) {
            loop.execute(task);
        }
    }

    private void end(String why) {
        if (closed) {
            return;
        }
        closed = true;
        reason = why;
        var _ = channel.close();
        tellClosed();
    }

    private void tellClosed() {
        message = null;
        if (session != null) {
            ControlSession told = session;
            guard(() -> told.closed(reason));
        }
        ended.accept(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext stream, Object frame) {
        try {
            if (frame instanceof Http2DataFrame data && !closed) {
                take(data.content());
                if (data.isEndStream()) {
                    end(LinkErrorCode.PEER_CLOSED.meaning());
                }
            }
        } finally {
            ReferenceCountUtil.release(frame);
        }
    }

    private void take(ByteBuf bytes) {
        while (bytes.isReadable() && !closed) {
            if (message == null) {
                length = length << 8 | bytes.readUnsignedByte();
                if (++lengthBytes == LENGTH_BYTES) {
                    begin();
                }
            } else {
                int part = Math.min(bytes.readableBytes(), length - filled);
                bytes.readBytes(message, filled, part);
                filled += part;
            }
            byte[] whole = message;
            if (whole != null && filled == length) {
                message = null;
                lengthBytes = 0;
                length = 0;
                deliver(whole);
            }
        }
    }

    private void begin() {
        if (length < 0 || length > longest) {
            end(LinkErrorCode.CONTROL_MESSAGE_TOO_LONG.meaning());
        } else {
            message = new byte[length];
            filled = 0;
        }
    }

    private void deliver(byte[] whole) {
        ControlSession taker = session;
        if (taker != null) {
            guard(() -> taker.received(whole));
        }
    }

    /** What the service does wrong ends the stream, not the connection. */
    private void guard(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.error("event=link-control-broken code={}", LinkErrorCode.CONTROL_FAILED.code(), e);
            end(LinkErrorCode.CONTROL_FAILED.meaning());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext stream, Object event) {
        if (event instanceof Http2ResetFrame) {
            end(LinkErrorCode.STREAM_RESET.meaning());
        }
        stream.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext stream) {
        end(LinkErrorCode.PEER_CLOSED.meaning());
        stream.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext stream, Throwable cause) {
        end(cause.toString());
    }
}
