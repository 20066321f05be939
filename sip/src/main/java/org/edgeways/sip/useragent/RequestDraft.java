package org.edgeways.sip.useragent;

import java.util.ArrayList;
import java.util.List;
import org.edgeways.sip.message.HeaderName;
import org.jspecify.annotations.Nullable;

/**
 * A request outside dialogs as its author sees it; the user agent adds the rest.
 *
 * @param method such as {@code MESSAGE}
 * @param to whom it is for: the To URI and, if nothing else is said, the Request-URI
 * @param requestUri the Request-URI, or null for {@code to}
 * @param headers more headers; one that the user agent writes itself is replaced by these, all of its lines
 * @param contentType of the body, or null without one
 * @param body empty for none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record RequestDraft(
        String method,
        String to,
        @Nullable String requestUri,
        List<Field> headers,
        @Nullable String contentType,
        byte[] body) {

    /** One header field. */
    public record Field(HeaderName name, String value) {}

    /** Copies the headers. */
    public RequestDraft {
        headers = List.copyOf(headers);
    }

    /** A request without body. */
    public static RequestDraft of(String method, String to) {
        return new RequestDraft(method, to, null, List.of(), null, new byte[0]);
    }

    /** The same with a body. */
    public RequestDraft withBody(String type, byte[] content) {
        return new RequestDraft(method, to, requestUri, headers, type, content.clone());
    }

    /** The same with one more header. */
    public RequestDraft with(HeaderName name, String value) {
        List<Field> more = new ArrayList<>(headers);
        more.add(new Field(name, value));
        return new RequestDraft(method, to, requestUri, more, contentType, body);
    }

    /** The same with another Request-URI. */
    public RequestDraft withRequestUri(String uri) {
        return new RequestDraft(method, to, uri, headers, contentType, body);
    }
}
