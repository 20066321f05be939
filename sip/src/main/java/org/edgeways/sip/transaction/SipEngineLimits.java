package org.edgeways.sip.transaction;

/**
 * Limits of one engine. At a limit a request is served, past it refused.
 *
 * @param serverTransactions most server transactions at a time in one engine, default 100,000; past it a new request gets
 *     503 with Retry-After. One named node or service ({@link Origin#isTrunk()}) has half of them at most, for the same answer
 * @param serverTransactionsPerFlow most server transactions at a time that came on one connection which is no trunk
 *     ({@link Origin#isTrunk()}), default 500; past it 503 with Retry-After
 * @param clientTransactions most client transactions at a time in one engine, default 200,000; past it the request fails
 *     as {@link TransportFailure#CONGESTED}
 * @param acceptedInvites most INVITEs of each side that were answered with 2xx and are kept for 64*T1, beside the
 *     transactions counted above, only for a 2xx that comes again (RFC 6026), default 50,000; past it the oldest is
 *     forgotten, and such a 2xx dropped. A call keeps about 1.3 kB so: 65 MB at most. Those that came over UDP are counted
 *     above instead, since their INVITE may come again
 * @param acceptedInvitesPerFlow most of them that came on one connection which is no trunk, default 500; past it the oldest
 *     of that connection is forgotten
 * @param branchesPerFork most branches of one forked request, default 32; targets past it are left out, those with the
 *     lowest q first
 * @param retryAfterSeconds what Retry-After says, default 5
 */
public record SipEngineLimits(
        int serverTransactions,
        int serverTransactionsPerFlow,
        int clientTransactions,
        int acceptedInvites,
        int acceptedInvitesPerFlow,
        int branchesPerFork,
        int retryAfterSeconds) {

    /** The defaults named above. */
    public static final SipEngineLimits DEFAULT = new SipEngineLimits(100_000, 500, 200_000, 50_000, 500, 32, 5);

    /** Most server transactions at a time of one named node or service: half of all, so that it cannot shut out everybody else. */
    public int serverTransactionsPerTrunk() {
        return (serverTransactions + 1) / 2;
    }

    /** Checks that every limit is at least one. */
    public SipEngineLimits {
        if (serverTransactions < 1
                || serverTransactionsPerFlow < 1
                || clientTransactions < 1
                || acceptedInvites < 1
                || acceptedInvitesPerFlow < 1
                || branchesPerFork < 1
                || retryAfterSeconds < 1) {
            throw new IllegalArgumentException("limits are positive");
        }
    }
}
