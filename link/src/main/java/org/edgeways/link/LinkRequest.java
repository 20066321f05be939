package org.edgeways.link;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.edgeways.link.http.HeaderField;

/**
 * What the edge asks a service for.
 *
 * @param inside the inside that names the service, by the service name of its certificate; if empty, any
 * @param service its name
 * @param method such as {@code GET}; {@code CONNECT} is said by {@link #webSocket} only
 * @param path in origin form, with the query
 * @param fields those of the connection left out, and none of the host: the inside says which host it is
 * @param webSocket true if the stream is to become a WebSocket (RFC 8441)
 * @param empty true if no body follows
 */
public record LinkRequest(
        Optional<String> inside,
        String service,
        String method,
        String path,
        List<HeaderField> fields,
        boolean webSocket,
        boolean empty) {

    public LinkRequest {
        fields = List.copyOf(fields);
        if (webSocket && empty) {
            throw new IllegalArgumentException("a WebSocket is no empty request");
        }
    }

    /** A request without a body. */
    public static LinkRequest get(String service, String path) {
        return new LinkRequest(Optional.empty(), service, "GET", path, List.of(), false, true);
    }

    /** A request whose body follows. */
    public static LinkRequest post(String service, String path) {
        return new LinkRequest(Optional.empty(), service, "POST", path, List.of(), false, false);
    }

    /** A stream that becomes a WebSocket: what is then sent and received are its frames, masked by the client. */
    public static LinkRequest webSocket(String service, String path) {
        return new LinkRequest(Optional.empty(), service, "CONNECT", path, List.of(), true, false);
    }

    /** The same of one inside. */
    public LinkRequest at(String name) {
        return new LinkRequest(Optional.of(name), service, method, path, fields, webSocket, empty);
    }

    /** The same with one more header field. */
    public LinkRequest with(String name, String value) {
        List<HeaderField> more = new ArrayList<>(fields);
        more.add(new HeaderField(name, value));
        return new LinkRequest(inside, service, method, path, more, webSocket, empty);
    }
}
