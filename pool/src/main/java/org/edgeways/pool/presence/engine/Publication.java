package org.edgeways.pool.presence.engine;

import org.jspecify.annotations.Nullable;

/**
 * What one device says about its person (RFC 3903).
 *
 * @param id its name, which stays the same while it is refreshed and changed
 * @param tag its entity tag, another one after each PUBLISH
 * @param person whose presence
 * @param device the name of the device it came from, or null; it counts only while that device is signed in
 * @param party where it came from, as in {@link SavedSubscription}
 * @param credential the device password whose credentials it came with, if the device was not signed in; null also if
 *     that was not kept yet
 * @param body the presence document as it was sent
 * @param changedAt when the document came, nanoseconds since 1970
 * @param refreshedAt when it was refreshed last, nanoseconds since 1970
 * @param expiresAt when it ends, nanoseconds since 1970
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Publication(
        String id,
        String tag,
        String person,
        @Nullable String device,
        String party,
        @Nullable String credential,
        byte[] body,
        long changedAt,
        long refreshedAt,
        long expiresAt) {}
