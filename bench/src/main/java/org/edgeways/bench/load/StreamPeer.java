package org.edgeways.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.Arrays;

/** One end of a connection, as callers and answerers are: takes whole messages out of what comes. */
abstract class StreamPeer extends ChannelInboundHandlerAdapter {

    private static final byte[] NOTHING = new byte[0];

    private final Scratch scratch;
    private byte[] rest = NOTHING;

    /** What all peers of one event loop share, so that an idle connection holds nothing. */
    static final class Scratch {
        private final MessageScan scan = new MessageScan();
        private byte[] bytes = new byte[1 << 16];

        private byte[] ofAtLeast(int length) {
            if (bytes.length < length) {
                bytes = new byte[Math.max(length, bytes.length * 2)];
            }
            return bytes;
        }
    }

    StreamPeer(Scratch scratch) {
        this.scratch = scratch;
    }

    /** One whole message; the scan is good until this returns. */
    abstract void message(ChannelHandlerContext context, MessageScan scan);

    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
        try {
            if (received instanceof ByteBuf buffer) {
                take(context, buffer);
            } else if (received instanceof ByteBufHolder holder) {
                take(context, holder.content());
            }
        } finally {
            ReferenceCountUtil.release(received);
        }
    }

    private void take(ChannelHandlerContext context, ByteBuf buffer) {
        int length = rest.length + buffer.readableBytes();
        byte[] bytes = scratch.ofAtLeast(length);
        System.arraycopy(rest, 0, bytes, 0, rest.length);
        buffer.readBytes(bytes, rest.length, length - rest.length);
        int at = 0;
        while (true) {
            while (at < length && (bytes[at] == '\r' || bytes[at] == '\n')) {
                at++;
            }
            if (at == length || !scratch.scan.find(bytes, at, length)) {
                break;
            }
            at = scratch.scan.end();
            message(context, scratch.scan);
        }
        rest = at == length ? NOTHING : Arrays.copyOfRange(bytes, at, length);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }
}
