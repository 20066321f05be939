package org.edgeways.net.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A whole HTTP response.
 *
 * @param status such as 200
 * @param contentType such as {@code text/plain; charset=utf-8}
 * @param body may be empty; not to be changed
 * @param headers more headers, each with its values, which have a line each
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record HttpAnswer(int status, String contentType, byte[] body, Map<String, List<String>> headers) {

    private static final String PLAIN = "text/plain; charset=utf-8";

    public HttpAnswer {
        headers = Map.copyOf(headers);
    }

    /** Plain text. */
    public static HttpAnswer text(int status, String text) {
        return new HttpAnswer(status, PLAIN, text.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    /** The same as another type of content. */
    public HttpAnswer as(String type) {
        return new HttpAnswer(status, type, body, headers);
    }

    /** The same with these headers and no others. */
    public HttpAnswer with(Map<String, List<String>> others) {
        return new HttpAnswer(status, contentType, body, others);
    }
}
