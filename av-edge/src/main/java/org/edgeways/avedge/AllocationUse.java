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
     * @param client where its client is
     * @param since nanoseconds since 1970
     */
    public record Owner(String person, String username, TransportAddress client, long since) {

        /** The same with its client elsewhere. */
        Owner at(TransportAddress moved) {
            return new Owner(person, username, moved, since);
        }
    }
}
