package org.edgeways.net.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request.
 *
 * @param method such as {@code GET}
 * @param query behind the question mark, not decoded; empty for none
 * @param fields the header fields by their names in lower case, values in their order
 * @param source the address that it came from; null if it came on no network
 */
public record HttpAsk(
        String method,
        String query,
        Map<String, List<String>> fields,
        @Nullable InetAddress source) {

    public HttpAsk {
        fields = Map.copyOf(fields);
    }

    static HttpAsk of(HttpRequest request, Channel connection) {
        Map<String, List<String>> fields = new HashMap<>();
        request.headers()
                .forEach(field -> fields.computeIfAbsent(
                                field.getKey().toLowerCase(Locale.ROOT), name -> new ArrayList<>(1))
                        .add(field.getValue()));
        int query = request.uri().indexOf('?');
        return new HttpAsk(
                request.method().name(),
                query < 0 ? "" : request.uri().substring(query + 1),
                fields,
                connection.remoteAddress() instanceof InetSocketAddress remote ? remote.getAddress() : null);
    }

    /** The values of that header; none if it is not there. */
    public List<String> values(String name) {
        return fields.getOrDefault(name, List.of());
    }
}
