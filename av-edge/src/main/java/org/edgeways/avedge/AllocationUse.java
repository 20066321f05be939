package org.edgeways.avedge;

import org.edgeways.turn.stun.TransportAddress;

/**
 * What one allocation has relayed.
 *
 * @param owner whose it is
 * @param packets of data, in both directions
 * @param bytes of payload, in both directions
 */
public record AllocationUse(Owner owner, long packets, long bytes) {

    /**
     * Whose an allocation is.
     *
     * @param person as quotas count
     * @param username of the credentials that it was made with
     * @param client whence it was asked for
     * @param since nanoseconds since 1970
     */
    public record Owner(String person, String username, TransportAddress client, long since) {}
}
