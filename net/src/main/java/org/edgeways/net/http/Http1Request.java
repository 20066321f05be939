package org.edgeways.net.http;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.port.Accepted;

/** The one request of an HTTP/1.1 connection. */
final class Http1Request extends SimpleChannelInboundHandler<FullHttpRequest> {

    /** Sees whether anything comes at all: browsers open connections that they may need. */
    private static final class Arrival extends ChannelInboundHandlerAdapter {
        private boolean seen;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            seen = true;
            context.pipeline().remove(this);
            context.fireChannelRead(message);
        }
    }

    private final HttpFront front;
    private final Accepted accepted;
    private boolean read;

    private Http1Request(HttpFront front, Accepted accepted) {
        this.front = front;
        this.accepted = accepted;
    }

    static void begin(HttpFront front, Accepted accepted) {
        ChannelPipeline pipeline = accepted.channel().pipeline();
        Arrival arrival = new Arrival();
        Http1Request request = new Http1Request(front, accepted);
        pipeline.addLast(arrival)
                .addLast(new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(HttpFront.LINE_BYTES)
                        .setMaxHeaderSize(HttpFront.HEADER_BYTES)))
                .addLast(request.aggregator())
                .addLast(request);
        accepted.whenLate(() -> {
            accepted.refused(arrival.seen ? NetErrorCode.REQUEST_TIMEOUT : NetErrorCode.CONNECTION_UNUSED, "");
            var _ = accepted.channel().close();
        });
    }

    /** Puts the request together; one with a body that is too long is answered and closed, whatever it says of itself. */
    private HttpObjectAggregator aggregator() {
        return new HttpObjectAggregator(HttpFront.BODY_BYTES, true) {
            @Override
            protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage oversized) {
                read = true;
                accepted.refused(NetErrorCode.REQUEST_MALFORMED, "body");
                write(context, Routing.answer(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE), true);
            }
        };
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (read) {
            return; // one request only; what follows it is not looked at
        }
        read = true;
        switch (front.routing().decide(request)) {
            case Routing.Way.Answer(HttpRoute.Answered route, boolean withBody) -> {
                closeWhenLate();
                front.answer(context, route, answer -> write(context, answer, withBody));
            }
            case Routing.Way.Ask(HttpRoute.Asked route) -> {
                closeWhenLate();
                front.ask(
                        context,
                        route,
                        HttpAsk.of(request, accepted.channel()),
                        answer -> write(context, answer, true));
            }
            case Routing.Way.Over(HttpRoute.TakenOver route) -> route.takeOver().take(context, request, accepted);
            case Routing.Way.Refusal(HttpAnswer answer, NetErrorCode code, String detail) -> {
                accepted.refused(code, detail);
                write(context, answer, true);
            }
        }
    }

    /** A client that reads the answer slowly is closed when its time is over, and that is no refusal. */
    private void closeWhenLate() {
        accepted.whenLate(() -> {
            var _ = accepted.channel().close();
        });
    }

    private void write(ChannelHandlerContext context, HttpAnswer answer, boolean withBody) {
        front.count(accepted, answer.status());
        FullHttpResponse response = HttpFront.response(answer, withBody);
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        var _ = context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        accepted.refused(NetErrorCode.REQUEST_MALFORMED, "");
        var _ = context.close();
    }
}
