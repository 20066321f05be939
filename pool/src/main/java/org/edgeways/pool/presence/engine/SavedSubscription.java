package org.edgeways.pool.presence.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as it is kept over a restart.
 *
 * @param id its name, which is our tag in its dialog
 * @param event the event package
 * @param eventId the id parameter of Event, or null
 * @param list whether it is to a contact list (RFC 4662)
 * @param watcher who watches
 * @param resource who or what is watched
 * @param callId the dialog's Call-ID
 * @param local our side, as From of NOTIFY
 * @param remote the watcher's side, as To of NOTIFY
 * @param target the watcher's Contact
 * @param routes the route set
 * @param party names the watcher's device
 * @param device the name of the device it was made on, if that was signed in; or null
 * @param credential the device password whose credentials it came with, if the device was not signed in; null also if
 *     that was not kept yet when it was saved
 * @param localSequence at least the CSeq number of the last NOTIFY before it was saved
 * @param remoteSequence the CSeq number of the last SUBSCRIBE
 * @param createdAt when it began, nanoseconds since 1970
 * @param savedAt when it was saved, nanoseconds since 1970
 * @param expiresAt when it ends, nanoseconds since 1970
 */
public record SavedSubscription(
        String id,
        String event,
        @Nullable String eventId,
        boolean list,
        String watcher,
        String resource,
        String callId,
        String local,
        String remote,
        String target,
        List<String> routes,
        String party,
        @Nullable String device,
        @Nullable String credential,
        long localSequence,
        long remoteSequence,
        long createdAt,
        long savedAt,
        long expiresAt) {

    /** Copies the routes. */
    public SavedSubscription {
        routes = List.copyOf(routes);
    }
}
