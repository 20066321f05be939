package org.edgeways.avedge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.Counters;
import org.edgeways.turn.engine.Forward;
import org.edgeways.turn.stun.Frames;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection: cuts what comes into frames and gives them to its shard, as fast as that takes them. What the shard sends
 * it is called for on the shard's thread; all else is on the connection's event loop.
 */
final class StreamHandler extends ChannelInboundHandlerAdapter implements ClientStream {

    private static final long AGAIN_MILLIS = 5;

    /** Bits of which a STUN request has none (RFC 8489 section 5): it is ChannelData, or of another class. */
    private static final int NO_REQUEST = 0xc110;

    private static final int CONNECTION_BIND = StunClass.REQUEST.type(StunMethod.CONNECTION_BIND);

    private RelayShard shard;
    private final int listener;
    private final Channel channel;
    private final TransportAddress address;
    private final Duration idle;
    private final Counters counters;
    private final MemorySegment head = MemorySegment.ofArray(new byte[Frames.CHANNEL_HEADER_BYTES]);
    private int handle;
    private @Nullable ByteBuf held;
    private @Nullable Future<?> idleCheck;
    private boolean waiting;
    private boolean joined;
    private long lastFrame;
    private volatile boolean allocated;

    /**
     * @param listener the engine's number of the listeners it is of
     * @param idle how long a connection without an allocation may bring no request
     */
    StreamHandler(RelayShard shard, int listener, Channel channel, Duration idle, Counters counters) {
        this.shard = shard;
        this.listener = listener;
        this.channel = channel;
        this.address = TransportAddress.of((InetSocketAddress) channel.remoteAddress());
        this.idle = idle;
        this.counters = counters;
        this.handle = shard.streams().add(this);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        lastFrame = System.nanoTime();
        long millis = Math.max(1, idle.toMillis() / 2);
        idleCheck = channel.eventLoop().scheduleAtFixedRate(this::checkIdle, millis, millis, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> gone());
        closeIfNobodyServes();
    }

    private void gone() {
        Future<?> check = idleCheck;
        if (check != null) {
            check.cancel(false);
        }
        shard.closed(handle);
    }

    private void checkIdle() {
        if (!allocated && System.nanoTime() - lastFrame > idle.toNanos()) {
            close(AvEdgeErrorCode.STREAM_IDLE);
        }
    }

    @Override
    public void close(AvEdgeErrorCode why) {
        counters.counter("av_edge_streams_closed", "code", why.code()).increment();
        var _ = channel.close();
    }

    /** A shard that has ended closes those that it knew then; this one may have come a moment later. */
    private void closeIfNobodyServes() {
        if (shard.hasEnded()) {
            close(AvEdgeErrorCode.SHARD_ENDED);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
        if (!(received instanceof ByteBuf bytes)) {
            ReferenceCountUtil.release(received);
            return;
        }
        held = held == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), held, bytes);
        if (!waiting) {
            frames();
        }
    }

    private void frames() {
        ByteBuf from = held;
        while (from != null && from.isReadable()) {
            int length = frameLength(from);
            if (length == Frames.BROKEN) {
                drop();
                close(AvEdgeErrorCode.STREAM_BROKEN);
                return;
            }
            if (length == Frames.INCOMPLETE || length > from.readableBytes()) {
                from.discardSomeReadBytes();
                return;
            }
            MemorySegment frame = MemorySegment.ofBuffer(from.nioBuffer(from.readerIndex(), length));
            if (!shard.frame(handle, frame, 0, length)) {
                waitForRoom();
                return;
            }
            if (isRequest(from)) {
                lastFrame = System.nanoTime();
            }
            boolean last =
                    from.getUnsignedShort(from.readerIndex()) == CONNECTION_BIND || shard.isOfAnother(frame, 0, length);
            from.skipBytes(length);
            if (last) {
                waiting = true; // what is behind it may be no frames
                channel.config().setAutoRead(false);
                return;
            }
        }
        drop();
    }

    private void goOn() {
        if (joined) {
            return;
        }
        waiting = false;
        frames();
        if (!waiting) {
            channel.config().setAutoRead(true);
        }
    }

    /** Data and indications do not keep a connection without an allocation: they are for nobody. */
    private static boolean isRequest(ByteBuf from) {
        return (from.getUnsignedShort(from.readerIndex()) & NO_REQUEST) == 0;
    }

    private int frameLength(ByteBuf from) {
        int readable = Math.min(from.readableBytes(), Frames.CHANNEL_HEADER_BYTES);
        for (int i = 0; i < readable; i++) {
            head.set(ValueLayout.JAVA_BYTE, i, from.getByte(from.readerIndex() + i));
        }
        return Frames.length(head, 0, readable);
    }

    /** The shard has more to do than it can: nothing is read until it takes the next frame. */
    private void waitForRoom() {
        waiting = true;
        channel.config().setAutoRead(false);
        var _ = channel.eventLoop().schedule(this::goOn, AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void drop() {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        drop();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        drop();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close(); // reset, or broken TLS: there is nobody to tell
    }

    // ---- on the shard's thread

    @Override
    public int listener() {
        return listener;
    }

    @Override
    public TransportAddress address() {
        return address;
    }

    @Override
    public boolean send(Forward forward, MemorySegment buffer) {
        if (!channel.isWritable()) {
            return false;
        }
        int length = forward.packetLength();
        ByteBuf packet = channel.alloc().directBuffer(length);
        packet.writeBytes(buffer.asSlice(forward.wrap(buffer), length).asByteBuffer());
        var _ = channel.write(packet, channel.voidPromise());
        return true;
    }

    @Override
    public void send(byte[] message) {
        if (channel.isWritable()) {
            var _ = channel.write(
                    channel.alloc().directBuffer(message.length).writeBytes(message), channel.voidPromise());
        } else {
            close(AvEdgeErrorCode.CLIENT_CONGESTED);
        }
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public void handled() {
        channel.eventLoop().execute(this::goOn);
    }

    @Override
    public void moveTo(RelayShard other, byte[] frame) {
        channel.eventLoop().execute(() -> {
            if (!channel.isActive()) {
                return;
            }
            shard.closed(handle);
            shard = other;
            handle = other.streams().add(this);
            closeIfNobodyServes();
            ByteBuf rest = held;
            held = Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(frame), rest == null ? Unpooled.EMPTY_BUFFER : rest);
            goOn();
        });
    }

    @Override
    public void join(PeerLink peer, Runnable closed) {
        allocated = true; // it has a use
        channel.closeFuture().addListener(done -> closed.run());
        channel.eventLoop().execute(() -> {
            joined = true;
            ByteBuf rest = held;
            held = null;
            peer.join(channel, this, rest);
        });
    }

    @Override
    public void allocated(boolean is) {
        allocated = is;
    }
}
