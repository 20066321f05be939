package org.edgeways.pool.presence.engine;

import org.jspecify.annotations.Nullable;

/**
 * What a NOTIFY says.
 *
 * @param pending whether the subscription waits for a decision
 * @param contentType the body's type; null for no body
 * @param body the body
 * @param more whether the next NOTIFY is to follow as soon as this one is answered
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Notification(boolean pending, @Nullable String contentType, byte[] body, boolean more) {

    /** A NOTIFY with that body. */
    public static Notification of(String contentType, byte[] body) {
        return new Notification(false, contentType, body, false);
    }

    static Notification ofPending() {
        return new Notification(true, null, new byte[0], false);
    }

    Notification withMore() {
        return new Notification(pending, contentType, body, true);
    }
}
