package org.edgeways.net.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.edgeways.base.Counters;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.engine.ClientHello;
import org.edgeways.net.engine.Content;
import org.edgeways.net.port.Accepted;
import org.edgeways.net.port.Protocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves HTTP on a port: whole paths, each answered or taken over by another protocol; all else is refused. Over HTTP/1.1
 * one request for each connection, which is closed after the answer, so that what a client hides behind a request is never
 * read as another. Over HTTP/2 what is answered, in streams.
 *
 * <p>Counts {@code net_http_answers} by listener and status.
 */
public final class HttpFront implements Protocol.Taker {

    /** The longest request line, in bytes. */
    public static final int LINE_BYTES = 4096;

    /** The longest header section, in bytes. */
    public static final int HEADER_BYTES = 8192;

    /** The longest body of a request; nothing that is served here needs one. */
    public static final int BODY_BYTES = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(HttpFront.class);

    private final Routing routing;
    private final Counters counters;

    /** A front with these routes, for requests to any host. */
    public HttpFront(List<HttpRoute> routes, Counters counters) {
        this(routes, host -> true, counters);
    }

    /**
     * A front with these routes.
     *
     * @param hosts for which hosts requests may be, as they stand in Host without the port; empty if there is none
     */
    public HttpFront(List<HttpRoute> routes, Predicate<String> hosts, Counters counters) {
        this.routing = new Routing(routes, hosts);
        this.counters = counters;
    }

    /** This front as a protocol of a shared port: HTTP/2, and HTTP/1.1 also for clients without ALPN. */
    public Protocol protocol(String name, ServerCertificates tls) {
        return new Protocol(name, List.of(ClientHello.HTTP_2, ClientHello.HTTP_1_1), Set.of(Content.HTTP_1), tls, this);
    }

    /** The same without HTTP/2, for a port on which nothing is answered, or little. */
    public Protocol protocolWithoutStreams(String name, ServerCertificates tls) {
        return new Protocol(name, List.of(ClientHello.HTTP_1_1), Set.of(Content.HTTP_1), tls, this);
    }

    @Override
    public void take(Accepted accepted) {
        if (ClientHello.HTTP_2.equals(accepted.applicationProtocol())) {
            Http2Streams.begin(this, accepted);
        } else {
            Http1Request.begin(this, accepted);
        }
    }

    /** Takes the handler that read an upgrade out of the pipeline. */
    public static void leave(ChannelHandlerContext context) {
        context.pipeline().remove(context.handler());
    }

    Routing routing() {
        return routing;
    }

    void count(Accepted accepted, int status) {
        counters.counter("net_http_answers", "endpoint", accepted.listener(), "status", Integer.toString(status))
                .increment();
    }

    /** Counts a stream or connection of HTTP/2 that was ended at a limit. */
    void countEnded(Accepted accepted, NetErrorCode code) {
        counters.counter("net_http2_ended", "endpoint", accepted.listener(), "reason", code.code())
                .increment();
    }

    /** Makes the route's answer where it is to be made, and hands it over on the event loop. */
    void answer(ChannelHandlerContext context, HttpRoute.Answered route, Consumer<HttpAnswer> then) {
        try {
            route.executor().execute(() -> {
                HttpAnswer answer;
                try {
                    answer = route.answer().get();
                } catch (RuntimeException e) {
                    LOG.error(
                            "event=net-request-failed code={} path={}",
                            NetErrorCode.REQUEST_FAILED.code(),
                            route.path(),
                            e);
                    answer = Routing.answer(HttpResponseStatus.INTERNAL_SERVER_ERROR);
                }
                HttpAnswer made = answer;
                context.executor().execute(() -> then.accept(made));
            });
        } catch (RejectedExecutionException e) {
            then.accept(Routing.answer(HttpResponseStatus.SERVICE_UNAVAILABLE));
        }
    }

    /** Asks the route, and hands its answer over on the event loop. */
    void ask(ChannelHandlerContext context, HttpRoute.Asked route, HttpAsk request, Consumer<HttpAnswer> then) {
        try {
            route.asking().ask(request, answer -> context.executor().execute(() -> then.accept(answer)));
        } catch (RuntimeException e) {
            LOG.error("event=net-request-failed code={} path={}", NetErrorCode.REQUEST_FAILED.code(), route.path(), e);
            then.accept(Routing.answer(HttpResponseStatus.INTERNAL_SERVER_ERROR));
        }
    }

    static FullHttpResponse response(HttpAnswer answer, boolean withBody) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(answer.status()),
                withBody ? Unpooled.wrappedBuffer(answer.body()) : Unpooled.EMPTY_BUFFER);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, answer.contentType())
                .set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("x-content-type-options", "nosniff")
                .set("referrer-policy", "no-referrer")
                .set(
                        HttpHeaderNames.CONTENT_SECURITY_POLICY,
                        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
        answer.headers().forEach((name, values) -> response.headers().set(name, values));
        return response;
    }
}
