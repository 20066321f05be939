package org.edgeways.pool.presence.document;

import java.nio.charset.StandardCharsets;

/**
 * How many messages wait for a person (RFC 3842).
 *
 * @param account the person's address of record
 * @param waiting text messages that were not delivered yet
 */
public record MessageSummary(String account, long waiting) {

    /** Its media type. */
    public static final String CONTENT_TYPE = "application/simple-message-summary";

    /** The document. A delivered message is not kept, so the number of old ones is always 0. */
    public byte[] write() {
        String text = "Messages-Waiting: " + (waiting > 0 ? "yes" : "no") + "\r\n"
                + "Message-Account: " + account + "\r\n"
                + "Text-Message: " + waiting + "/0\r\n";
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
