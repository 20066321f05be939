package org.edgeways.avedge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a {@link PeerLink}: what one connection brings is written to the other. It is read only as fast as the other one
 * takes it, and only as long as what was passed on and not paid for stays below {@link #CREDIT}: so not much more than that, and what a
 * connection keeps to be written (64 KiB), is ever held. The last handler of the connection that brings it.
 */
final class Pipe extends ChannelInboundHandlerAdapter {

    /** Bytes that may be passed on before they are charged to the allocation. */
    static final int CREDIT = 1 << 18;

    /** How long what was still to be written when the other side closed may take. */
    private static final int LINGER_SECONDS = 30;

    private final Runnable charge;
    private final AtomicLong uncharged = new AtomicLong();
    private volatile @Nullable Channel from;
    private volatile @Nullable Channel to;
    private volatile @Nullable Pipe back;

    /** @param charge asks for {@link #paid}, from any thread */
    Pipe(Runnable charge) {
        this.charge = charge;
    }

    /** Between these two it passes on what comes, once {@link #more} is called. */
    void join(Channel source, Channel destination, Pipe otherDirection) {
        from = source;
        back = otherDirection;
        to = destination;
    }

    /** Bytes that are to be charged. */
    long uncharged() {
        return uncharged.get();
    }

    /** So many were charged. */
    void paid(long bytes) {
        uncharged.addAndGet(-bytes);
        more();
    }

    /** Reads some more, if it may and the other side takes it. From any thread; once too often does nothing. */
    void more() {
        Channel source = from;
        Channel destination = to;
        if (source == null || destination == null) {
            return;
        }
        if (uncharged.get() >= CREDIT) {
            charge.run();
        } else if (destination.isWritable()) {
            source.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
        Channel destination = to;
        if (received instanceof ByteBuf bytes && destination != null) {
            uncharged.addAndGet(bytes.readableBytes());
            var _ = destination.writeAndFlush(bytes, destination.voidPromise());
        } else {
            ReferenceCountUtil.release(received); // nothing is read before it is joined
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        more();
    }

    /** The other direction writes to the connection that this one reads from. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        Pipe other = back;
        if (other != null && context.channel().isWritable()) {
            other.more();
        }
    }

    /** The other side gets what was written to it, and is closed then. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
        Channel destination = to;
        if (destination == null || !destination.isActive()) {
            return;
        }
        var _ = destination.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        if (!destination.eventLoop().isShuttingDown()) {
            var _ = destination
                    .eventLoop()
                    .schedule(
                            () -> {
                                var _ = destination.close();
                            },
                            LINGER_SECONDS,
                            TimeUnit.SECONDS);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close(); // reset, or broken TLS: there is nobody to tell
    }
}
