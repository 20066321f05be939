package org.edgeways.link;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.edgeways.base.LogText;
import org.edgeways.base.TimerQueue;
import org.edgeways.link.engine.AcceptAction;
import org.edgeways.link.engine.AcceptBook;
import org.edgeways.link.engine.InsideState;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.link.engine.LinkTimes;
import org.edgeways.link.engine.Placement;
import org.edgeways.link.engine.TrafficClass;
import org.edgeways.net.PeerIdentity;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The edge end of the Link: takes connections that an inside opened, asks the services that it names, and keeps a control
 * stream to each inside. Safe to use from any thread. Its {@link AcceptBook} belongs to the first event loop.
 */
public final class LinkAcceptor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LinkAcceptor.class);

    /** Most insides that are remembered to have no control. */
    private static final int MOST_WITHOUT_CONTROL = 1_000;

    private final LinkContext context;
    private final LinkLimits limits;
    private final LinkTimes times;
    private final ControlService control;
    private final StreamCounters counters;
    private final EventLoop loop;
    private final AcceptBook book;
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();
    private final Map<Long, LinkConnection> connections = new HashMap<>();
    private final Map<Long, Channel> controlStreams = new HashMap<>();
    private final Set<String> withoutControl = ConcurrentHashMap.newKeySet();
    private volatile List<InsideState> states = List.of();
    /** Nothing more is taken. */
    private volatile boolean closed;

    private @Nullable Future<?> timer;

    /** One without connections. */
    public LinkAcceptor(LinkContext context, LinkLimits limits, LinkTimes times, ControlService control) {
        this.context = context;
        this.limits = limits;
        this.times = times;
        this.control = control;
        this.counters = new StreamCounters(context.counters(), "edge");
        this.loop = context.loops().loop(0);
        this.book = new AcceptBook(times, limits.connectionsOfOneInside(), context.random());
        context.counters().gauge("link_connections_open", open::get, "end", "edge");
    }

    /**
     * Takes over a connection that was accepted on the inside leg, after the TLS handshake with {@link LinkProtocol#ALPN}
     * and with nothing read yet. To be called on the channel's event loop. A peer that is no inside service is refused.
     */
    public void attach(Channel channel, PeerIdentity peer) {
        String inside = peer.service();
        if (inside == null || closed) {
            refuse(channel, closed ? LinkErrorCode.SHUT_DOWN : LinkErrorCode.PEER_REFUSED, peer);
            return;
        }
        long number = numbers.incrementAndGet();
        open.incrementAndGet();
        LinkConnection.opening(channel, context, limits, times, peer, new Connected(number, inside));
    }

    private void refuse(Channel channel, LinkErrorCode code, PeerIdentity peer) {
        counters.connectionClosed(code);
        if (context.mayLog()) {
            LOG.warn("event=link-peer-refused code={} peer={}", code.code(), peer.names());
        }
        var _ = channel.close();
    }

    /** What happens to one connection, moved to the book's loop. */
    private final class Connected implements LinkConnection.Events {
        private final long number;
        private final String inside;

        Connected(long number, String inside) {
            this.number = number;
            this.inside = inside;
        }

        @Override
        public void up(LinkConnection connection, int allowed) {
            onBook(() -> {
                if (closed || !book.accepts(inside)) {
                    connection.close(closed ? LinkErrorCode.SHUT_DOWN : LinkErrorCode.CONNECTIONS_EXHAUSTED);
                    return;
                }
                connections.put(number, connection);
                LOG.info("event=link-up code=ok inside={} open={}", inside, connections.size());
                run(book.opened(number, inside, Math.min(allowed, limits.streams()), context.now()));
            });
        }

        @Override
        public void limit(LinkConnection connection, int allowed) {
            onBook(() -> book.limit(number, Math.min(allowed, limits.streams())));
        }

        @Override
        public void goAway(LinkConnection connection) {
            onBook(() -> run(book.goAway(number, context.now())));
        }

        @Override
        public void closed(LinkConnection connection, LinkErrorCode code, String reason) {
            counters.connectionClosed(code);
            open.decrementAndGet();
            onBook(() -> {
                controlStreams.remove(number);
                if (connections.remove(number) != null) {
                    LOG.info(
                            "event=link-down code={} inside={} reason=\"{}\" open={}",
                            code.code(),
                            inside,
                            LogText.clean(reason),
                            connections.size());
                }
                run(book.closed(number, context.now()));
            });
        }
    }

    private void onBook(Runnable task) {
        if (!loop.isShuttingDown()) {
            loop.execute(task);
        }
    }

    private void run(List<AcceptAction> actions) {
        for (AcceptAction action : actions) {
            switch (action) {
                case AcceptAction.OpenControl(long number, String inside) -> openControl(number, inside);
                case AcceptAction.CloseControl(long number, String _) -> {
                    Channel stream = controlStreams.remove(number);
                    if (stream != null) {
                        var _ = stream.close();
                    }
                }
                case AcceptAction.Drain(long number) -> {
                    LinkConnection connection = connections.get(number);
                    if (connection != null) {
                        connection.drain();
                    }
                }
            }
        }
        states = book.states();
        arm();
    }

    private void arm() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        long due = book.nextDeadline();
        if (due != TimerQueue.NEVER && !closed) {
            timer = loop.schedule(
                    () -> run(book.timeout(context.now())), Math.max(0, due - context.now()), TimeUnit.NANOSECONDS);
        }
    }

    // streams

    /**
     * Opens a stream to a service. What becomes of it is told to {@code events}.
     *
     * @param type decides which connections it may take
     */
    public void open(LinkRequest request, TrafficClass type, LinkStreamEvents events) {
        onBook(() -> {
            Placement placement = book.choose(request.inside().orElse(null), type);
            states = book.states(); // before anything can come of it
            switch (placement) {
                case Placement.Refused(LinkErrorCode code) -> {
                    counters.refused(code);
                    events.failed(code, code.meaning());
                }
                case Placement.On(long number) -> {
                    LinkConnection connection = connections.get(number);
                    if (connection == null) {
                        book.ended(number, type);
                        states = book.states();
                        events.failed(LinkErrorCode.NOT_PROCESSED, LinkErrorCode.NOT_PROCESSED.meaning());
                    } else {
                        connection
                                .channel()
                                .eventLoop()
                                .execute(() -> begin(connection, number, request, type, events));
                    }
                }
            }
        });
    }

    private void begin(
            LinkConnection connection, long number, LinkRequest request, TrafficClass type, LinkStreamEvents events) {
        var _ = OpenedStream.newChannel(connection).whenComplete((channel, failure) -> {
            if (channel == null) {
                onBook(() -> book.ended(number, type));
                events.failed(LinkErrorCode.NOT_PROCESSED, String.valueOf(failure));
                return;
            }
            counters.opened(channel);
            connection.watch(channel);
            channel.closeFuture()
                    .addListener(_ -> onBook(() -> {
                        book.ended(number, type);
                        states = book.states();
                    }));
            new OpenedStream(channel, request, events, reason -> refused(connection, request, reason)).start();
        });
    }

    /** The inside has answered in the origin's place. */
    private void refused(LinkConnection connection, LinkRequest request, String reason) {
        LinkErrorCode code = LinkErrorCode.of(reason).orElse(LinkErrorCode.REQUEST_REFUSED);
        counters.refused(code);
        if (context.mayLog()) {
            LOG.info(
                    "event=link-refused-by-inside code={} inside={} service=\"{}\"",
                    code.code(),
                    connection.peer().service(),
                    LogText.clean(request.service()));
        }
    }

    // control

    private void openControl(long number, String inside) {
        LinkConnection connection = connections.get(number);
        if (connection == null) {
            return;
        }
        connection.channel().eventLoop().execute(() -> {
            var _ = OpenedStream.newChannel(connection)
                    .whenComplete((channel, failure) -> beginControl(connection, number, inside, channel));
        });
    }

    private void beginControl(LinkConnection connection, long number, String inside, @Nullable Channel channel) {
        if (channel == null) {
            onBook(() -> run(book.controlEnded(number, context.now())));
            return;
        }
        onBook(() -> controlStreams.put(number, channel));
        channel.closeFuture()
                .addListener(_ -> onBook(() -> {
                    // an older one, closed because another took its place, is no longer the book's
                    if (controlStreams.remove(number, channel)) {
                        run(book.controlEnded(number, context.now()));
                    }
                }));
        channel.pipeline().addLast(new ControlOpening(connection, number, inside));
        var _ = channel.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers()
                .method("POST")
                .scheme("https")
                .authority(LinkProtocol.CONTROL)
                .path("/")));
        channel.read();
    }

    /** Waits for the inside's answer, then gives way to the control stream itself. */
    private final class ControlOpening extends ChannelInboundHandlerAdapter {
        private final LinkConnection connection;
        private final long number;
        private final String inside;

        ControlOpening(LinkConnection connection, long number, String inside) {
            this.connection = connection;
            this.number = number;
            this.inside = inside;
        }

        @Override
        public void channelRead(ChannelHandlerContext stream, Object frame) {
            if (!(frame instanceof Http2HeadersFrame headers)) {
                ReferenceCountUtil.release(frame);
                return;
            }
            if (!"200".contentEquals(String.valueOf(headers.headers().status())) || headers.isEndStream()) {
                // a connector never has one: once is enough
                if (withoutControl.size() < MOST_WITHOUT_CONTROL && withoutControl.add(inside)) {
                    LOG.info(
                            "event=link-control-absent code={} inside={}", LinkErrorCode.CONTROL_ABSENT.code(), inside);
                }
                var _ = stream.close();
                return;
            }
            onBook(() -> {
                book.controlOpened(number, context.now());
                states = book.states();
            });
            stream.pipeline()
                    .addLast(new ControlStream(
                            stream.channel(),
                            connection.peer(),
                            limits,
                            limits.controlMessageBytes(),
                            control,
                            _ -> {}));
            stream.pipeline().remove(this);
        }
    }

    /** How it stands with every inside that has connections here, by name. */
    public List<InsideState> states() {
        return states;
    }

    /** Takes no more connections or streams; connections end when what runs on them has. */
    public void drain() {
        closed = true;
        onBook(() -> run(book.drain()));
    }

    /** Takes no more connections or streams and ends those that are open at once. */
    @Override
    public void close() {
        closed = true;
        onBook(() -> connections.values().forEach(connection -> connection.close(LinkErrorCode.SHUT_DOWN)));
    }
}
