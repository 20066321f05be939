package org.edgeways.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2StreamChannelOption;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What has come on a stream and its reader does not want yet. The stream's window counts bytes, but memory is taken by frames:
 * of frames of one byte each it would hold more than a hundred times as much, and each would keep alive what was read with it.
 * So all is taken from HTTP/2 at once, small parts are copied together, and the window is renewed as the reader takes them.
 * Belongs to the event loop of its stream.
 */
final class UnreadFrames extends ChannelDuplexHandler {

    /** Parts of at least so many bytes are kept as they came; shorter ones are put together up to that. */
    static final int PART_BYTES = 2048;

    /** What is handed on at one time: a buffer of data, or another frame. */
    private static final class Part {
        private final @Nullable Http2StreamFrame frame;
        private final @Nullable ByteBuf data;
        private int windowBytes;
        private boolean last;

        Part(@Nullable Http2StreamFrame frame, @Nullable ByteBuf data) {
            this.frame = frame;
            this.data = data;
        }

        Object message() {
            return data == null ? Objects.requireNonNull(frame) : new DefaultHttp2DataFrame(data, last);
        }
    }

    private final Deque<Part> waiting = new ArrayDeque<>();
    private @Nullable Part open;
    private boolean wanted;
    private boolean handing;
    private boolean dropped;

    /** How many buffers wait. */
    int parts() {
        return waiting.size();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext stream) {
        stream.channel().config().setOption(Http2StreamChannelOption.AUTO_STREAM_FLOW_CONTROL, false);
        stream.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext stream, Object message) {
        if (dropped) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof Http2DataFrame frame) {
            keep(stream, frame);
        } else {
            waiting.add(new Part((Http2StreamFrame) message, null));
        }
        hand(stream);
    }

    private void keep(ChannelHandlerContext stream, Http2DataFrame frame) {
        ByteBuf data = frame.content();
        Part part;
        if (data.readableBytes() >= PART_BYTES || wanted && waiting.isEmpty()) {
            part = new Part(null, data);
            waiting.add(part);
            open = null;
        } else {
            part = open(stream, data.readableBytes());
            Objects.requireNonNull(part.data).writeBytes(data);
            data.release();
        }
        part.windowBytes += frame.initialFlowControlledBytes();
        part.last |= frame.isEndStream();
    }

    /** The newest part, if small ones are put together in it and so many bytes more fit; else a new one. */
    private Part open(ChannelHandlerContext stream, int bytes) {
        Part newest = open;
        if (newest == null
                || newest != waiting.peekLast()
                || Objects.requireNonNull(newest.data).writableBytes() < bytes) {
            newest = new Part(null, stream.alloc().buffer(PART_BYTES, PART_BYTES));
            waiting.add(newest);
            open = newest;
        }
        return newest;
    }

    @Override
    public void read(ChannelHandlerContext stream) {
        wanted = true;
        hand(stream);
    }

    private void hand(ChannelHandlerContext stream) {
        if (handing) {
            return; // the reader wants more while it is given something: the loop below goes on
        }
        handing = true;
        boolean renewed = false;
        while (wanted && !waiting.isEmpty()) {
            wanted = false;
            Part part = waiting.remove();
            if (part.windowBytes > 0) {
                renewed = true;
                var _ = stream.write(new DefaultHttp2WindowUpdateFrame(part.windowBytes));
            }
            stream.fireChannelRead(part.message());
            stream.fireChannelReadComplete();
        }
        handing = false;
        if (renewed) {
            stream.flush();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext stream) {
        stream.read();
    }

    @Override
    public void channelInactive(ChannelHandlerContext stream) {
        drop();
        stream.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext stream) {
        drop();
    }

    /** Forgets what waits, and what still comes; its window is not renewed any more. */
    void drop() {
        dropped = true;
        for (Part part = waiting.poll(); part != null; part = waiting.poll()) {
            ReferenceCountUtil.release(part.data == null ? part.frame : part.data);
        }
    }
}
