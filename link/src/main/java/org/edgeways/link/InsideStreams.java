package org.edgeways.link;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannelOption;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import org.edgeways.base.LogText;
import org.edgeways.base.Result;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.link.http.RequestHead;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the inside does with streams that an edge node opens: to a named origin, to the control service, or refused. */
final class InsideStreams {

    private static final Logger LOG = LoggerFactory.getLogger(InsideStreams.class);
    private static final int LONGEST_NAME_IN_LOG = 64;

    private final LinkContext context;
    private final LinkLimits limits;
    private final LinkServices services;
    private final OriginConnector connector;
    private final StreamCounters counters;
    private final ServiceStreams running;
    private final @Nullable ControlSessions control;

    InsideStreams(
            LinkContext context,
            LinkLimits limits,
            LinkServices services,
            OriginConnector connector,
            @Nullable ControlService control) {
        this.context = context;
        this.limits = limits;
        this.services = services;
        this.connector = connector;
        this.counters = new StreamCounters(context.counters(), "inside");
        this.running = new ServiceStreams(limits.streamsOfOneService());
        this.control = control == null ? null : new ControlSessions(control);
    }

    StreamCounters counters() {
        return counters;
    }

    /** What is put into the pipeline of every stream of that connection. */
    ChannelInitializer<Channel> of(LinkConnection connection) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel stream) {
                counters.opened(stream);
                stream.config().setAutoRead(false);
                stream.pipeline().addLast(new Router(connection));
            }

            @Override
            public boolean isSharable() {
                return true;
            }
        };
    }

    /** Waits for the head of the request, then gives way to who serves it. */
    private final class Router extends ChannelInboundHandlerAdapter {
        private final LinkConnection connection;

        Router(LinkConnection connection) {
            this.connection = connection;
        }

        @Override
        public void channelActive(ChannelHandlerContext stream) {
            stream.fireChannelActive();
            stream.read();
        }

        @Override
        public void channelRead(ChannelHandlerContext stream, Object frame) {
            if (!(frame instanceof Http2HeadersFrame headers)) {
                ReferenceCountUtil.release(frame);
                return;
            }
            switch (RequestHead.of(headers.headers())) {
                case Result.Bad<RequestHead> bad -> {
                    if (context.mayLog()) {
                        LOG.warn(
                                "event=link-request-refused code={} node={} reason=\"{}\"",
                                bad.code().code(),
                                nodeOf(connection),
                                LogText.clean(bad.reason()));
                    }
                    refuse(stream, 400, LinkErrorCode.REQUEST_REFUSED, headers.isEndStream());
                }
                case Result.Ok<RequestHead>(RequestHead head) -> route(stream, head, headers.isEndStream());
            }
        }

        private void route(ChannelHandlerContext stream, RequestHead head, boolean empty) {
            if (head.service().equals(LinkProtocol.CONTROL)) {
                if (control == null || head.webSocket() || empty) {
                    refuse(stream, 404, LinkErrorCode.CONTROL_ABSENT, empty);
                    return;
                }
                var _ = stream.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")));
                stream.flush();
                replaceBy(stream, control.start(connection, stream.channel(), limits));
                return;
            }
            connection.watch(stream.channel());
            String node = nodeOf(connection);
            String service = head.service();
            Optional<Origin> origin = services.find(service, node);
            if (origin.isEmpty()) {
                refuseService(stream, 404, LinkErrorCode.SERVICE_UNKNOWN, service, empty);
                return;
            }
            if (!running.begin(node, service)) {
                refuseService(stream, 503, LinkErrorCode.SERVICE_EXHAUSTED, service, empty);
                return;
            }
            // its connection to the origin is being closed then, which the origin hears a moment later
            stream.channel().closeFuture().addListener(_ -> running.ended(node, service));
            replaceBy(stream, new ProxiedStream(context, limits, counters, connector, origin.get(), head, empty, node));
        }

        private void refuseService(
                ChannelHandlerContext stream, int status, LinkErrorCode code, String service, boolean ended) {
            if (context.mayLog()) {
                LOG.warn(
                        "event=link-service-refused code={} node={} service=\"{}\"",
                        code.code(),
                        nodeOf(connection),
                        printable(service));
            }
            refuse(stream, status, code, ended);
        }

        private void replaceBy(ChannelHandlerContext stream, ChannelInboundHandlerAdapter next) {
            stream.pipeline().addLast(next);
            stream.pipeline().remove(this);
        }

        private void refuse(ChannelHandlerContext stream, int status, LinkErrorCode code, boolean ended) {
            counters.refused(code);
            InsideStreams.refuse(stream.channel(), status, code, ended);
            stream.pipeline().addLast(new Dropped());
            stream.pipeline().remove(this);
        }
    }

    /**
     * Answers in the origin's place and ends the stream.
     *
     * @param ended true if the request is whole
     */
    static void refuse(Channel stream, int status, LinkErrorCode code, boolean ended) {
        DefaultHttp2Headers headers = new DefaultHttp2Headers();
        headers.status(Integer.toString(status)).add(LinkProtocol.REASON, code.code());
        stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, true)).addListener(_ -> {
            if (!ended && stream.isActive()) {
                // RFC 9113 section 8.1: the rest of the request is not wanted
                var _ = stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
            }
            var _ = stream.close();
        });
    }

    /** Takes what still comes on a stream that was refused, and renews no window for it. */
    private static final class Dropped extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext stream) {
            stream.channel().config().setOption(Http2StreamChannelOption.AUTO_STREAM_FLOW_CONTROL, false);
            stream.channel().config().setAutoRead(true);
        }

        @Override
        public void channelRead(ChannelHandlerContext stream, Object frame) {
            ReferenceCountUtil.release(frame);
        }
    }

    static String nodeOf(LinkConnection connection) {
        String node = connection.peer().node();
        return node == null ? "an unnamed node" : node;
    }

    /** What a peer wrote, fit for a log line. */
    private static String printable(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), LONGEST_NAME_IN_LOG); i++) {
            char c = text.charAt(i);
            shown.append(c > ' ' && c < 0x7F ? c : '?');
        }
        return shown.toString();
    }
}
