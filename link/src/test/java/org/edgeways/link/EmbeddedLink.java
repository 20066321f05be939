package org.edgeways.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.link.engine.LinkTimes;
import org.edgeways.net.EventLoops;
import org.edgeways.net.PeerIdentity;

/**
 * Both ends of one connection and the origins behind it on embedded channels, in virtual time. Nothing moves but by
 * {@link #round}, which carries a limited number of bytes in each direction.
 */
final class EmbeddedLink implements AutoCloseable {

    /** Bytes that one round carries in each direction. */
    static final int PIPE_BYTES = 64 * 1024;

    /** Bytes that one read of an origin's socket brings. */
    static final int READ_BYTES = 16 * 1024;

    private static final long STEP_NANOS = 20_000_000;

    /** A connection to an origin: what it would send, and what it was sent. */
    static final class Server {
        final EmbeddedChannel channel;
        private boolean wanted;
        private final Deque<byte[]> answer = new ArrayDeque<>();
        private long endless;
        long taken;
        long received;

        Server(ChannelHandler handler) {
            channel = new EmbeddedChannel();
            channel.config().setAutoRead(false);
            channel.pipeline()
                    .addLast(new ChannelOutboundHandlerAdapter() {
                        @Override
                        public void read(ChannelHandlerContext context) {
                            wanted = true;
                            context.read();
                        }
                    })
                    .addLast(handler);
        }

        Server answers(String text) {
            answer.add(text.getBytes(StandardCharsets.ISO_8859_1));
            return this;
        }

        /** A response with a body of that many bytes. */
        Server answersBytes(long bytes) {
            answers("HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\n");
            endless = bytes;
            return this;
        }

        void takesNothing(boolean nothing) {
            channel.unsafe().outboundBuffer().setUserDefinedWritability(1, !nothing);
            channel.runPendingTasks();
        }

        private boolean move() {
            boolean moved = false;
            for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
                received += ((ByteBuf) out).readableBytes();
                ReferenceCountUtil.release(out);
                moved = true;
            }
            if (wanted && channel.isOpen()) {
                byte[] next = answer.poll();
                if (next == null && endless > 0) {
                    next = new byte[(int) Math.min(READ_BYTES, endless)];
                    endless -= next.length;
                    taken += next.length;
                }
                if (next != null) {
                    wanted = false;
                    moved = true;
                    channel.writeInbound(Unpooled.wrappedBuffer(next));
                }
            }
            channel.runPendingTasks();
            return moved;
        }
    }

    /** What happened to one end. */
    static final class Recorded implements LinkConnection.Events {
        LinkErrorCode closed;
        String why = "open";
        boolean up;
        boolean goAway;

        @Override
        public void up(LinkConnection connection, int streamsAllowed) {
            up = true;
        }

        @Override
        public void limit(LinkConnection connection, int streamsAllowed) {}

        @Override
        public void goAway(LinkConnection connection) {
            goAway = true;
        }

        @Override
        public void closed(LinkConnection connection, LinkErrorCode code, String reason) {
            closed = code;
            why = reason;
        }
    }

    private static final class Pipe {
        private final Deque<ByteBuf> bytes = new ArrayDeque<>();
    }

    final InMemoryCounters counters = new InMemoryCounters();
    final EmbeddedChannel inside = new EmbeddedChannel();
    final EmbeddedChannel edge = new EmbeddedChannel();
    final Recorded insideEvents = new Recorded();
    final Recorded edgeEvents = new Recorded();
    final List<Server> servers = new ArrayList<>();
    private final List<Server> active = new ArrayList<>();
    final LinkConnection serving;
    final LinkConnection opening;
    boolean cut;

    /** Origins take up no connection, nor refuse one. */
    boolean originsSilent;

    private final EventLoops loops = new EventLoops(1);
    private final LinkContext context;
    private final Pipe toEdge = new Pipe();
    private final Pipe toInside = new Pipe();
    private long now = 1_000_000_000_000L;

    EmbeddedLink(LinkLimits limits) {
        context = new LinkContext(loops, () -> now, counters, new Random(1));
        inside.freezeTime();
        edge.freezeTime();
        InsideStreams streams = new InsideStreams(
                context,
                limits,
                new LinkServices(Map.of(
                        "files", new Origin.Tcp("files.inside.example", 80),
                        "wiki", new Origin.Tcp("wiki.inside.example", 80))),
                this::connect,
                null);
        serving = LinkConnection.serving(
                inside,
                context,
                limits,
                LinkTimes.DEFAULT,
                new PeerIdentity("edge1", null, List.of(), null),
                streams::of,
                insideEvents);
        opening = LinkConnection.opening(
                edge, context, limits, LinkTimes.DEFAULT, new PeerIdentity(null, "pool", List.of(), null), edgeEvents);
        settle();
    }

    private ChannelFuture connect(EventLoop loop, Origin origin, ChannelHandler handler) {
        Server server = new Server(handler);
        servers.add(server);
        active.add(server);
        if (!originsSilent) {
            return server.channel.newSucceededFuture();
        }
        ChannelPromise attempt = server.channel.newPromise();
        server.channel.closeFuture().addListener(_ -> attempt.tryFailure(new ClosedChannelException()));
        return attempt;
    }

    Exchange open(LinkRequest request, Exchange exchange) {
        var _ = OpenedStream.newChannel(opening).whenComplete((channel, failure) -> {
            opening.watch(channel);
            new OpenedStream(channel, request, exchange, reason -> {}).start();
        });
        edge.runPendingTasks();
        return exchange;
    }

    /** Opens a stream and gives the connection to the origin that the inside made for it. */
    Server serverOf(LinkRequest request, Exchange exchange) {
        int before = servers.size();
        open(request, exchange);
        for (int i = 0; i < 20 && servers.size() == before; i++) {
            round();
        }
        return servers.get(before);
    }

    /** Moves what can be moved; false if nothing could. */
    boolean round() {
        boolean moved = move(edge, toInside, inside);
        moved |= move(inside, toEdge, edge);
        for (Server server : List.copyOf(active)) {
            moved |= server.move();
            if (!server.channel.isOpen()) {
                active.remove(server);
            }
        }
        inside.runPendingTasks();
        edge.runPendingTasks();
        return moved;
    }

    /** Moves until nothing moves any more. */
    void settle() {
        for (int i = 0; round(); i++) {
            if (i > 1_000_000) {
                throw new AssertionError("never comes to rest");
            }
        }
    }

    private boolean move(EmbeddedChannel from, Pipe pipe, EmbeddedChannel to) {
        boolean moved = false;
        for (ByteBuf out = from.readOutbound(); out != null; out = from.readOutbound()) {
            pipe.bytes.add(out);
        }
        int left = PIPE_BYTES;
        while (!cut && left > 0 && !pipe.bytes.isEmpty()) {
            ByteBuf first = pipe.bytes.peek();
            int bytes = Math.min(left, first.readableBytes());
            left -= bytes;
            ByteBuf part = first.readRetainedSlice(bytes);
            if (!first.isReadable()) {
                pipe.bytes.remove().release();
            }
            moved = true;
            if (to.isOpen()) {
                to.writeInbound(part);
            } else {
                part.release();
            }
        }
        return moved;
    }

    /**
     * Lets time pass in small steps. An embedded channel runs what is due within a write that something else due is just
     * doing, which no event loop does; so two things must not be due in one step:
     * tests choose patience that is no multiple of the ping's.
     */
    void advance(Duration duration) {
        for (long left = duration.toNanos(); left > 0; left -= STEP_NANOS) {
            now += STEP_NANOS;
            for (EmbeddedChannel channel : List.of(inside, edge)) {
                channel.advanceTimeBy(STEP_NANOS, TimeUnit.NANOSECONDS);
                channel.runScheduledPendingTasks();
                channel.runPendingTasks();
            }
        }
    }

    @Override
    public void close() {
        inside.finishAndReleaseAll();
        edge.finishAndReleaseAll();
        servers.forEach(server -> server.channel.finishAndReleaseAll());
        for (Pipe pipe : List.of(toEdge, toInside)) {
            pipe.bytes.forEach(ByteBuf::release);
        }
        context.close();
        loops.close();
    }
}
