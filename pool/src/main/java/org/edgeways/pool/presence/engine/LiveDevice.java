package org.edgeways.pool.presence.engine;

import org.jspecify.annotations.Nullable;

/**
 * A device on which a person is signed in.
 *
 * @param id its name, which stays the same as long as it is signed in, and when it comes back; not for the eyes of others
 * @param contact its contact URI as it wrote it, which may name an inside host
 * @param instance the value of +sip.instance without quotes, if it sent one
 * @param gruu its public GRUU (RFC 5627), which names nothing inside; null if it has none
 * @param remote whether it is outside
 * @param callId the Call-ID of its REGISTER
 * @param sequence the CSeq number of its last REGISTER
 * @param priority the q value in thousandths
 * @param registeredAt when it was made or refreshed last, nanoseconds since 1970
 * @param expiresAt when its registration ends, nanoseconds since 1970
 */
public record LiveDevice(
        String id,
        String contact,
        @Nullable String instance,
        @Nullable String gruu,
        boolean remote,
        String callId,
        long sequence,
        int priority,
        long registeredAt,
        long expiresAt) {}
