package org.edgeways.link;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.random.RandomGenerator;
import org.edgeways.link.http.HeaderField;

/** The client's side of the WebSocket handshake with an origin (RFC 6455 section 4.1). */
final class WebSocketHandshake {

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;

    private WebSocketHandshake() {}

    static String newKey(RandomGenerator random) {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
    }

    /** Whether the answer to a handshake with that key opens a WebSocket. */
    static boolean isAccepted(String key, List<HeaderField> fields) {
        return only(fields, "upgrade").equalsIgnoreCase("websocket")
                && only(fields, "sec-websocket-accept").equals(accept(key));
    }

    /** Fields of the answer that belong to the handshake and say nothing to the edge. */
    static boolean isOfHandshake(String name) {
        return name.equals("upgrade") || name.equals("sec-websocket-accept");
    }

    private static String only(List<HeaderField> fields, String name) {
        List<HeaderField> all =
                fields.stream().filter(field -> field.name().equals(name)).toList();
        return all.size() == 1 ? all.getFirst().value() : "";
    }

    /** What the server answers to that key. */
    static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-1", e);
        }
    }
}
