package org.edgeways.sip.useragent;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/**
 * Which messages have been received, so that one that is delivered again is shown once. The same message has the same
 * Call-ID, CSeq, From tag and, where it has one, IMDN Message-ID (RFC 5438 section 6.3).
 */
public final class MessageHistory {

    private static final int CPIM_HEADERS_BYTES = 4_096;
    private static final String MESSAGE_ID = "message-id:";

    private record Key(String callId, long sequence, String fromTag, String messageId) {}

    private final Map<Key, Boolean> seen;

    /**
     * A history without messages.
     *
     * @param limit how many it remembers; the oldest is forgotten past it
     */
    public MessageHistory(int limit) {
        seen = new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, Boolean> eldest) {
                return size() > limit;
            }
        };
    }

    /** True if the message comes for the first time. */
    public boolean isNew(SipMessage message) {
        Key key = new Key(
                message.callId(),
                message.cseq().number(),
                Objects.requireNonNullElse(message.fromTag(), ""),
                Objects.requireNonNullElse(messageId(message), ""));
        return seen.put(key, true) == null;
    }

    /** The Message-ID of a CPIM body (RFC 3862), under whatever namespace prefix; null if there is none. */
    static @Nullable String messageId(SipMessage message) {
        String type = message.first(HeaderName.CONTENT_TYPE);
        if (type == null || !type.regionMatches(true, 0, "message/cpim", 0, 12)) {
            return null;
        }
        byte[] body = message.body();
        String head = new String(body, 0, Math.min(body.length, CPIM_HEADERS_BYTES), StandardCharsets.UTF_8);
        for (String line : head.lines().toList()) {
            if (line.isEmpty()) {
                return null;
            }
            int name = line.indexOf('.') + 1;
            if (line.regionMatches(true, name, MESSAGE_ID, 0, MESSAGE_ID.length())
                    && line.lastIndexOf('.', name) < name) {
                return line.substring(name + MESSAGE_ID.length()).strip();
            }
        }
        return null;
    }
}
