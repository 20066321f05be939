package org.edgeways.net.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.edgeways.net.NetErrorCode;

/** Which of the routes a request is for; what is for none is refused. Pure. */
final class Routing {

    /** What is to be done with a request. */
    sealed interface Way {
        /** It gets the route's answer. */
        record Answer(HttpRoute.Answered route, boolean withBody) implements Way {}

        /** The route is asked. */
        record Ask(HttpRoute.Asked route) implements Way {}

        /** The route takes the connection over. */
        record Over(HttpRoute.TakenOver route) implements Way {}

        /** It is refused. */
        record Refusal(HttpAnswer answer, NetErrorCode code, String detail) implements Way {}
    }

    private final Map<String, HttpRoute> routes = new HashMap<>();
    private final Predicate<String> hosts;

    Routing(List<HttpRoute> routes, Predicate<String> hosts) {
        this.hosts = hosts;
        for (HttpRoute route : routes) {
            if (this.routes.put(route.path(), route) != null) {
                throw new IllegalArgumentException(route.path() + " is served already");
            }
        }
    }

    Way decide(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return refusal(HttpResponseStatus.BAD_REQUEST, NetErrorCode.REQUEST_MALFORMED, "");
        }
        List<String> host = request.headers().getAll(HttpHeaderNames.HOST);
        if (host.size() > 1 || host.isEmpty() && request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            // RFC 9112 section 3.2
            return refusal(HttpResponseStatus.BAD_REQUEST, NetErrorCode.REQUEST_MALFORMED, "Host");
        }
        if (!hosts.test(host.isEmpty() ? "" : withoutPort(host.getFirst()))) {
            return refusal(HttpResponseStatus.MISDIRECTED_REQUEST, NetErrorCode.REQUEST_NOT_SERVED, "Host");
        }
        String path = request.uri().split("\\?", 2)[0];
        return switch (routes.get(path)) {
            case null -> nowhere(request, path);
            case HttpRoute.TakenOver over -> new Way.Over(over);
            case HttpRoute.Asked asked ->
                isUpgrade(request)
                        ? nowhere(request, path)
                        : asked.methods().contains(request.method().name())
                                ? new Way.Ask(asked)
                                : notAllowed(String.join(", ", new TreeSet<>(asked.methods())));
            case HttpRoute.Answered answered -> {
                boolean get = request.method().equals(HttpMethod.GET);
                if (isUpgrade(request)) {
                    yield nowhere(request, path);
                }
                if (!get && !request.method().equals(HttpMethod.HEAD)) {
                    yield notAllowed("GET, HEAD");
                }
                yield new Way.Answer(answered, get);
            }
        };
    }

    private static Way notAllowed(String methods) {
        HttpAnswer answer = answer(HttpResponseStatus.METHOD_NOT_ALLOWED).with(Map.of("Allow", List.of(methods)));
        return new Way.Refusal(answer, NetErrorCode.REQUEST_NOT_SERVED, "method");
    }

    private static Way nowhere(HttpRequest request, String path) {
        // any page can have a browser try any path: that is as any page that is not there
        boolean looking = isUpgrade(request) && !request.headers().contains(HttpHeaderNames.ORIGIN);
        NetErrorCode code = looking ? NetErrorCode.UPGRADE_NOT_SERVED : NetErrorCode.REQUEST_NOT_SERVED;
        return refusal(HttpResponseStatus.NOT_FOUND, code, path);
    }

    /** Only a WebSocket is one: browsers and other clients offer to go on with HTTP/2 as well. */
    private static boolean isUpgrade(HttpRequest request) {
        return request.headers().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
    }

    private static Way refusal(HttpResponseStatus status, NetErrorCode code, String detail) {
        return new Way.Refusal(answer(status), code, detail);
    }

    /** The answer that says no more than the status. */
    static HttpAnswer answer(HttpResponseStatus status) {
        return HttpAnswer.text(status.code(), status.reasonPhrase() + "\n");
    }

    /** The host of a Host header. */
    private static String withoutPort(String value) {
        int end = value.startsWith("[") ? value.indexOf(']') + 1 : value.indexOf(':');
        return end > 0 ? value.substring(0, end) : value;
    }
}
