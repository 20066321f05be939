package org.edgeways.link;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Frame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.edgeways.base.IoReason;
import org.edgeways.base.TimerQueue;
import org.edgeways.link.engine.ConnectionLife;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.link.engine.LinkTimes;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.http.Http2Limit;
import org.jspecify.annotations.Nullable;

/**
 * One open connection of the Link, the same at both ends but for the role in HTTP/2. It drives a {@link ConnectionLife}.
 * Everything happens on its channel's event loop.
 */
final class LinkConnection {

    /** What happens to it. */
    interface Events {
        /** The other end's first frame came. */
        void up(LinkConnection connection, int streamsAllowed);

        /** The other end allows another number of streams. */
        void limit(LinkConnection connection, int streamsAllowed);

        /** The other end takes no more streams. */
        void goAway(LinkConnection connection);

        /** It is closed. Comes once, last, also if it never came up. */
        void closed(LinkConnection connection, LinkErrorCode code, String reason);
    }

    /** RST_STREAM frames of the other end within {@link #RESET_SECONDS}; more end the connection. */
    private static final int MOST_RESETS = 400;

    private static final int RESET_SECONDS = 1;
    private static final long FORCED_CLOSE_SECONDS = 3;
    private static final char ENABLE_CONNECT_PROTOCOL = 8; // RFC 8441 section 3

    private final Channel channel;
    private final LinkContext context;
    private final PeerIdentity peer;
    private final Events events;
    private final ConnectionLife life;
    private final Set<Channel> running = new HashSet<>();
    private volatile int streams;
    private boolean up;
    private @Nullable LinkErrorCode closing;
    private @Nullable Throwable failure;
    private @Nullable LinkErrorCode broken;
    private @Nullable ChannelHandlerContext ear;
    private @Nullable Future<?> timer;
    private long timerDue = TimerQueue.NEVER;

    private LinkConnection(Channel channel, LinkContext context, LinkTimes times, PeerIdentity peer, Events events) {
        this.channel = channel;
        this.context = context;
        this.peer = peer;
        this.events = events;
        this.life = new ConnectionLife(times, context.now());
    }

    /** The inside's end, which serves streams. */
    static LinkConnection serving(
            Channel channel,
            LinkContext context,
            LinkLimits limits,
            LinkTimes times,
            PeerIdentity peer,
            Function<LinkConnection, ChannelHandler> streamHandler,
            Events events) {
        LinkConnection connection = new LinkConnection(channel, context, times, peer, events);
        Http2Settings settings = settings(limits).maxConcurrentStreams(limits.streams());
        settings.put(ENABLE_CONNECT_PROTOCOL, Long.valueOf(1));
        connection.build(
                Http2Limit.codec(true, limit -> connection.limited("inside", limit))
                        .initialSettings(settings)
                        .decoderEnforceMaxRstFramesPerWindow(MOST_RESETS, RESET_SECONDS),
                limits,
                streamHandler.apply(connection));
        return connection;
    }

    /** The edge's end, which opens streams. */
    static LinkConnection opening(
            Channel channel,
            LinkContext context,
            LinkLimits limits,
            LinkTimes times,
            PeerIdentity peer,
            Events events) {
        LinkConnection connection = new LinkConnection(channel, context, times, peer, events);
        connection.build(
                Http2Limit.codec(false, limit -> connection.limited("edge", limit))
                        .initialSettings(settings(limits).pushEnabled(false))
                        .decoderEnforceMaxRstFramesPerWindow(MOST_RESETS, RESET_SECONDS),
                limits,
                new RefuseStreams());
        return connection;
    }

    private static Http2Settings settings(LinkLimits limits) {
        return Http2Settings.defaultSettings()
                .initialWindowSize(limits.streamWindowBytes())
                .maxHeaderListSize(limits.headerListBytes());
    }

    private void build(Http2FrameCodecBuilder builder, LinkLimits limits, ChannelHandler streamHandler) {
        Http2FrameCodec codec = builder.build();
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(new Ear());
        ear = pipeline.lastContext();
        pipeline.addLast(codec)
                .addLast(new Http2MultiplexHandler(streamHandler))
                .addLast(new Tail());
        try {
            widen(codec.connection(), limits.connectionWindowBytes());
        } catch (Http2Exception e) {
            throw new IllegalStateException("the connection's window cannot be set", e);
        }
        channel.flush();
        arm();
    }

    /** The codec has ended a stream at a limit, which nobody else hears of, or is about to end the connection. */
    private void limited(String end, Http2Limit limit) {
        switch (limit) {
            case STREAMS -> refused(end, LinkErrorCode.STREAMS_EXHAUSTED);
            case HEADERS -> refused(end, LinkErrorCode.HEADERS_TOO_LONG);
            case STREAM_RULES -> refused(end, LinkErrorCode.RULES_BROKEN);
            case FLOOD -> broken = LinkErrorCode.FLOODED;
            case CONNECTION_RULES -> broken = LinkErrorCode.RULES_BROKEN;
        }
    }

    private void refused(String end, LinkErrorCode code) {
        context.counters()
                .counter(StreamCounters.REFUSED, "end", end, "reason", code.code())
                .increment();
    }

    /** Takes the connection's window to what the limits say; HTTP/2 has no setting for it. */
    private static void widen(Http2Connection connection, int bytes) throws Http2Exception {
        Http2LocalFlowController flow = connection.local().flowController();
        int more = bytes - flow.initialWindowSize(connection.connectionStream());
        if (more > 0) {
            flow.incrementWindowSize(connection.connectionStream(), more);
        }
    }

    Channel channel() {
        return channel;
    }

    PeerIdentity peer() {
        return peer;
    }

    /** How many streams run now; may be asked from any thread. */
    int streams() {
        return streams;
    }

    /** A stream has begun, other than for control; the connection is not drained before its channel closes. */
    void watch(Channel stream) {
        life.streamOpened();
        streams = life.streams();
        running.add(stream);
        stream.closeFuture().addListener(_ -> {
            running.remove(stream);
            var action = life.streamEnded(context.now());
            streams = life.streams();
            action.ifPresent(this::act);
            arm();
        });
    }

    /** Takes no more streams, and closes when those that run have ended. Safe to call from any thread. */
    void drain() {
        onLoop(() -> {
            life.drain(context.now()).ifPresent(this::act);
            arm();
        });
    }

    /** Closes at once. Safe to call from any thread. */
    void close(LinkErrorCode code) {
        onLoop(() -> closeNow(code));
    }

    private void onLoop(Runnable task) {
        EventLoop loop = channel.eventLoop();
        if (loop.inEventLoop()) {
            task.run();
        } else if (!loop.isShuttingDown()) {
            loop.execute(task);
        }
    }

    private void act(ConnectionLife.Action action) {
        switch (action) {
            case ConnectionLife.Action.Ping _ -> send(new DefaultHttp2PingFrame(context.now()));
            case ConnectionLife.Action.GoAway _ ->
                // RFC 9113 section 6.8: streams under way when this arrives are still served
                send(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(Integer.MAX_VALUE));
            case ConnectionLife.Action.Close(LinkErrorCode code) -> closeNow(code);
        }
    }

    private void send(Http2Frame frame) {
        var _ = channel.writeAndFlush(frame);
    }

    private void closeNow(LinkErrorCode code) {
        if (closing != null || !channel.isOpen()) {
            return;
        }
        closing = code;
        life.ended();
        switch (code) {
            case SILENT, NODE_REMOVED, PEER_REFUSED, DIAL_TIMEOUT, DRAINING_EXHAUSTED -> closeSocket();
            default -> {
                var _ = channel.close();
                var _ = channel.eventLoop().schedule(this::closeSocket, FORCED_CLOSE_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    /** Without waiting for what is still to be sent. */
    private void closeSocket() {
        if (channel.isOpen() && ear != null) {
            var _ = ear.close();
        }
    }

    private void arm() {
        long due = life.nextDeadline();
        if (due >= timerDue) {
            return; // the timer looks again when it comes
        }
        if (timer != null) {
            timer.cancel(false);
        }
        timerDue = due;
        timer = channel.eventLoop().schedule(this::timeout, Math.max(0, due - context.now()), TimeUnit.NANOSECONDS);
    }

    private void timeout() {
        timerDue = TimerQueue.NEVER;
        if (channel.isOpen()) {
            life.timeout(context.now()).ifPresent(this::act);
            arm();
        }
    }

    /** Notes that something came, before it is understood. */
    private final class Ear extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext handler, Object bytes) {
            life.heard(context.now());
            handler.fireChannelRead(bytes);
        }
    }

    /** The end of the pipeline: what concerns the connection as a whole. */
    private final class Tail extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext handler, Object frame) {
            try {
                switch (frame) {
                    case Http2SettingsFrame settings -> settingsCame(settings.settings());
                    case Http2GoAwayFrame away -> goAwayCame(away);
                    default -> {}
                }
            } finally {
                ReferenceCountUtil.release(frame);
            }
        }

        private void settingsCame(Http2Settings settings) {
            Long allowed = settings.maxConcurrentStreams();
            int limit = allowed == null ? Integer.MAX_VALUE : (int) Math.min(allowed, Integer.MAX_VALUE);
            if (!up) {
                up = true;
                events.up(LinkConnection.this, limit);
            } else if (allowed != null) {
                events.limit(LinkConnection.this, limit);
            }
        }

        private void goAwayCame(Http2GoAwayFrame away) {
            if (away.errorCode() != Http2Error.NO_ERROR.code()) {
                failure = new IOException("the other end gave up with HTTP/2 error " + away.errorCode());
            }
            life.goAway(context.now());
            events.goAway(LinkConnection.this);
            arm();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext handler, Throwable cause) {
            failure = cause;
            if (cause instanceof IOException) {
                closeSocket();
            }
            // what else comes here is an error of the connection, which the codec answers with GOAWAY and its end
        }

        @Override
        public void channelInactive(ChannelHandlerContext handler) {
            life.ended();
            if (timer != null) {
                timer.cancel(false);
            }
            handler.fireChannelInactive();
            // a stream whose reader has stopped would not notice, and keep what waits for it
            for (Channel stream : List.copyOf(running)) {
                var _ = stream.close();
            }
            if (closing != null) {
                events.closed(LinkConnection.this, closing, closing.meaning());
            } else if (broken != null) {
                events.closed(LinkConnection.this, broken, broken.meaning());
            } else if (failure != null) {
                String why = failure instanceof IOException broken ? IoReason.of(broken) : String.valueOf(failure);
                events.closed(LinkConnection.this, LinkErrorCode.CONNECTION_FAILED, why);
            } else {
                events.closed(LinkConnection.this, LinkErrorCode.PEER_CLOSED, LinkErrorCode.PEER_CLOSED.meaning());
            }
        }
    }

    /** At the edge: the inside opens no streams. HTTP/2 lets it not, as push is off; this is for the codec's sake. */
    @ChannelHandler.Sharable
    private static final class RefuseStreams extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext handler) {
            var _ = handler.close();
        }
    }
}
