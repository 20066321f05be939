package org.edgeways.net.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.concurrent.TimeUnit;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.port.Accepted;

/**
 * HTTP/2 (RFC 9113) for what is answered: a request in each stream. Streams at once, headers, bodies, idle time and the
 * connection's life are bounded here; streams reset in a row, empty frames and continuations by the codec. Each is counted.
 */
final class Http2Streams extends SimpleChannelInboundHandler<FullHttpRequest> {

    /** Streams at once. */
    static final int STREAMS = 32;

    /** How long nothing may come and go. */
    static final int IDLE_SECONDS = 30;

    /** How long a connection lives at most. */
    static final int LIFE_SECONDS = 600;

    private static final int SHUTDOWN_MILLIS = 1_000;

    private final HttpFront front;
    private final Accepted accepted;

    private Http2Streams(HttpFront front, Accepted accepted) {
        this.front = front;
        this.accepted = accepted;
    }

    static void begin(HttpFront front, Accepted accepted) {
        Channel connection = accepted.channel();
        Http2Settings settings =
                Http2Settings.defaultSettings().maxConcurrentStreams(STREAMS).maxHeaderListSize(HttpFront.HEADER_BYTES);
        connection
                .pipeline()
                .addLast(Http2Limit.codec(true, limit -> front.countEnded(accepted, code(limit)))
                        .initialSettings(settings)
                        .gracefulShutdownTimeoutMillis(SHUTDOWN_MILLIS)
                        .build())
                .addLast(new IdleStateHandler(0, 0, IDLE_SECONDS))
                .addLast(new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline()
                                .addLast(new Http2StreamFrameToHttpObjectCodec(true))
                                .addLast(aggregator(front, accepted))
                                .addLast(new Http2Streams(front, accepted));
                    }
                }))
                .addLast(new EndWhenIdle(() -> front.countEnded(accepted, NetErrorCode.HTTP2_IDLE)));
        accepted.whenLate(() -> {
            accepted.refused(NetErrorCode.CONNECTION_UNUSED, "HTTP/2");
            var _ = connection.close();
        });
        var life = connection
                .eventLoop()
                .schedule(
                        () -> {
                            front.countEnded(accepted, NetErrorCode.HTTP2_AGED);
                            var _ = connection.close();
                        },
                        LIFE_SECONDS,
                        TimeUnit.SECONDS);
        connection.closeFuture().addListener(closed -> life.cancel(false));
    }

    private static NetErrorCode code(Http2Limit limit) {
        return switch (limit) {
            case STREAMS -> NetErrorCode.HTTP2_STREAMS_EXHAUSTED;
            case HEADERS -> NetErrorCode.HTTP2_HEADERS_TOO_LONG;
            case FLOOD -> NetErrorCode.HTTP2_FLOODED;
            case STREAM_RULES, CONNECTION_RULES -> NetErrorCode.HTTP2_RULES_BROKEN;
        };
    }

    /** Puts a request together, and answers one whose body is too long with 413. */
    private static HttpObjectAggregator aggregator(HttpFront front, Accepted accepted) {
        return new HttpObjectAggregator(HttpFront.BODY_BYTES) {
            @Override
            protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage oversized)
                    throws Exception {
                front.count(accepted, HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE.code());
                super.handleOversizedMessage(context, oversized);
            }
        };
    }

    private static final class EndWhenIdle extends ChannelInboundHandlerAdapter {
        private final Runnable ended;

        EndWhenIdle(Runnable ended) {
            this.ended = ended;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof IdleStateEvent) {
                ended.run();
                var _ = context.close();
            } else {
                context.fireUserEventTriggered(event);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close();
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        accepted.ready();
        switch (front.routing().decide(request)) {
            case Routing.Way.Answer(HttpRoute.Answered route, boolean withBody) ->
                front.answer(context, route, answer -> write(context, answer, withBody));
            case Routing.Way.Ask(HttpRoute.Asked route) ->
                front.ask(
                        context,
                        route,
                        HttpAsk.of(request, accepted.channel()),
                        answer -> write(context, answer, true));
            case Routing.Way.Over over -> write(context, Routing.answer(HttpResponseStatus.BAD_REQUEST), true);
            case Routing.Way.Refusal(HttpAnswer answer, NetErrorCode code, String detail) ->
                write(context, answer, true);
        }
    }

    private void write(ChannelHandlerContext context, HttpAnswer answer, boolean withBody) {
        front.count(accepted, answer.status());
        var _ = context.writeAndFlush(HttpFront.response(answer, withBody));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close();
    }
}
