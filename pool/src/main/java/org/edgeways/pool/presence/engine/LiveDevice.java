package org.edgeways.pool.presence.engine;

import org.jspecify.annotations.Nullable;

/**
 * A device on which a person is signed in.
 *
 * @param id its name, which stays the same as long as it is signed in, and when it comes back; not for the eyes of others
 * @param instance the value of +sip.instance without quotes, if it sent one
 * @param gruu its public GRUU (RFC 5627), which names nothing inside; null if it has none
 * @param registeredAt when it signed in or refreshed that last, nanoseconds since 1970
 * @param expiresAt when its registration ends, nanoseconds since 1970
 */
public record LiveDevice(
        String id, @Nullable String instance, @Nullable String gruu, long registeredAt, long expiresAt) {}
