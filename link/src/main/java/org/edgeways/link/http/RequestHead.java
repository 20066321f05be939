package org.edgeways.link.http;

import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.edgeways.base.Result;
import org.edgeways.link.engine.LinkErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request as it came over the Link (RFC 9113 section 8.3), clean enough to be written as HTTP/1.1.
 *
 * @param method a token
 * @param service what {@code :authority} names
 * @param path in origin form, or {@code *} of OPTIONS
 * @param webSocket true for an extended CONNECT of a WebSocket (RFC 8441)
 * @param fields those that may be passed on, in their order, with cookies joined
 * @param contentLength of the body, -1 if it was not told
 */
public record RequestHead(
        String method, String service, String path, boolean webSocket, List<HeaderField> fields, long contentLength) {

    /** Longest path that is passed on, in bytes. */
    public static final int LONGEST_PATH = 8192;

    private static final int LONGEST_METHOD = 32;
    private static final Set<String> PSEUDO = Set.of(":method", ":scheme", ":authority", ":path", ":protocol");
    private static final Set<String> REFUSED =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "host");

    public RequestHead {
        fields = List.copyOf(fields);
    }

    /** Reads what came; refuses what could be understood differently by two readers. */
    public static Result<RequestHead> of(Http2Headers headers) {
        Map<String, String> pseudo = new HashMap<>();
        List<HeaderField> fields = new ArrayList<>();
        StringBuilder cookies = new StringBuilder();
        long contentLength = -1;
        for (Map.Entry<CharSequence, CharSequence> entry : headers) {
            String name = entry.getKey().toString();
            String value = entry.getValue().toString();
            if (name.startsWith(":")) {
                if (!PSEUDO.contains(name) || pseudo.put(name, value) != null) {
                    return bad("an unknown or repeated pseudo-header field");
                }
                continue;
            }
            if (!FieldRules.isName(name) || !FieldRules.isValue(value)) {
                return bad("a malformed header field");
            }
            if (REFUSED.contains(name) || name.equals("te") && !value.equals("trailers")) {
                return bad("the field " + name + ", which has no place here");
            }
            switch (name) {
                case "content-length" -> {
                    if (contentLength >= 0 || FieldRules.length(value) < 0) {
                        return bad("a malformed or repeated content-length");
                    }
                    contentLength = FieldRules.length(value);
                }
                case "cookie" -> cookies.append(cookies.isEmpty() ? "" : "; ").append(value);
                case "expect" -> {
                    if (!value.equalsIgnoreCase("100-continue")) {
                        return bad("an expectation that nobody can meet");
                    }
                }
                default -> {
                    if (!FieldRules.CONNECTION_FIELDS.contains(name)) {
                        fields.add(new HeaderField(name, value));
                    }
                }
            }
        }
        if (!cookies.isEmpty()) {
            fields.add(new HeaderField("cookie", cookies.toString()));
        }
        return finish(pseudo, fields, contentLength);
    }

    private static Result<RequestHead> finish(
            Map<String, String> pseudo, List<HeaderField> fields, long contentLength) {
        @Nullable String method = pseudo.get(":method");
        @Nullable String service = pseudo.get(":authority");
        @Nullable String path = pseudo.get(":path");
        @Nullable String protocol = pseudo.get(":protocol");
        if (method == null || service == null || path == null || pseudo.get(":scheme") == null) {
            return bad("a pseudo-header field is missing");
        }
        if (!FieldRules.isToken(method) || method.length() > LONGEST_METHOD || method.equals("TRACE")) {
            return bad("a method that is not passed on");
        }
        boolean connect = method.equals("CONNECT");
        if (connect != (protocol != null) || protocol != null && !protocol.equals("websocket")) {
            return bad("a CONNECT that opens no WebSocket");
        }
        if (!isPath(path) && !(path.equals("*") && method.equals("OPTIONS"))) {
            return bad("a malformed path");
        }
        if (connect && contentLength >= 0) {
            return bad("a content-length of a WebSocket");
        }
        return Result.ok(new RequestHead(method, service, path, connect, fields, contentLength));
    }

    private static boolean isPath(String path) {
        if (path.isEmpty() || path.length() > LONGEST_PATH || path.charAt(0) != '/') {
            return false;
        }
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == '#') {
                return false;
            }
        }
        return true;
    }

    private static Result<RequestHead> bad(String reason) {
        return Result.bad(LinkErrorCode.REQUEST_REFUSED, 0, reason);
    }
}
