package org.edgeways.accessedge.engine;

import java.time.Duration;

/**
 * The Access Edge's own limits; those of connections, messages and transactions are the lower rooms'. At a limit all is
 * well, past it the named thing happens.
 *
 * @param requestsPerSecond from one source network, sustained; default 200; past it 503 with Retry-After
 * @param requestBurst from one source network at once; default 400
 * @param failedCredentials of one source network within the window; default 50; past it a ban. One mistyped password
 *     costs up to ten with some clients
 * @param scanRequests of one source network within the window: refused requests of connections on which nobody is signed
 *     in, and input that is no SIP; default 50; past it a ban
 * @param window the time in which either budget is restored; default 10 min
 * @param firstBan default 1 min; each further one is twice as long
 * @param longestBan default 1 h
 * @param forgiveness how long after its last ban a source network counts as new; default 24 h
 * @param sources most source networks that are remembered at a time; default 65,536; past it the least recent is forgotten
 * @param bans most bans that are remembered at a time; default 16,384; past it the least recent is forgotten
 * @param peoplePerConnection signed in at a time; default 16; past it 403
 * @param contactsPerPerson addresses of one person that are remembered for one connection; default 8; past it the oldest
 *     is forgotten, which hides it from its own client
 * @param contactsPerRegister most contacts in one REGISTER; default 16; past it 403. Each is compared with each that the
 *     inside answers
 * @param addressLength longest address of record in characters; default 256; past it 403
 */
public record EdgeLimits(
        int requestsPerSecond,
        int requestBurst,
        int failedCredentials,
        int scanRequests,
        Duration window,
        Duration firstBan,
        Duration longestBan,
        Duration forgiveness,
        int sources,
        int bans,
        int peoplePerConnection,
        int contactsPerPerson,
        int contactsPerRegister,
        int addressLength) {

    /** The defaults named above. */
    public static final EdgeLimits DEFAULT = new EdgeLimits(
            200,
            400,
            50,
            50,
            Duration.ofMinutes(10),
            Duration.ofMinutes(1),
            Duration.ofHours(1),
            Duration.ofHours(24),
            65_536,
            16_384,
            16,
            8,
            16,
            256);

    /** Checks that all are positive and fit together. */
    public EdgeLimits {
        if (requestsPerSecond < 1
                || requestBurst < 1
                || failedCredentials < 1
                || scanRequests < 1
                || !window.isPositive()
                || !firstBan.isPositive()
                || longestBan.compareTo(firstBan) < 0
                || forgiveness.isNegative()
                || sources < 1
                || bans < 1
                || peoplePerConnection < 1
                || contactsPerPerson < 1
                || contactsPerRegister < 1
                || addressLength < 1) {
            throw new IllegalArgumentException("limits are positive, and no ban is longer than the longest");
        }
    }

    /** The same with other rates. */
    public EdgeLimits withRequests(int perSecond, int burst) {
        return new EdgeLimits(
                perSecond,
                burst,
                failedCredentials,
                scanRequests,
                window,
                firstBan,
                longestBan,
                forgiveness,
                sources,
                bans,
                peoplePerConnection,
                contactsPerPerson,
                contactsPerRegister,
                addressLength);
    }

    /** The same with other budgets. */
    public EdgeLimits withBudgets(int credentials, int scans) {
        return new EdgeLimits(
                requestsPerSecond,
                requestBurst,
                credentials,
                scans,
                window,
                firstBan,
                longestBan,
                forgiveness,
                sources,
                bans,
                peoplePerConnection,
                contactsPerPerson,
                contactsPerRegister,
                addressLength);
    }

    /** The same with other table sizes. */
    public EdgeLimits withTables(int sourceNetworks, int banned) {
        return new EdgeLimits(
                requestsPerSecond,
                requestBurst,
                failedCredentials,
                scanRequests,
                window,
                firstBan,
                longestBan,
                forgiveness,
                sourceNetworks,
                banned,
                peoplePerConnection,
                contactsPerPerson,
                contactsPerRegister,
                addressLength);
    }

    /** The same with other numbers of people and contacts. */
    public EdgeLimits withPeople(int perConnection, int contacts) {
        return new EdgeLimits(
                requestsPerSecond,
                requestBurst,
                failedCredentials,
                scanRequests,
                window,
                firstBan,
                longestBan,
                forgiveness,
                sources,
                bans,
                perConnection,
                contacts,
                contactsPerRegister,
                addressLength);
    }

    /** The same with another number of contacts in one REGISTER. */
    public EdgeLimits withContactsPerRegister(int contacts) {
        return new EdgeLimits(
                requestsPerSecond,
                requestBurst,
                failedCredentials,
                scanRequests,
                window,
                firstBan,
                longestBan,
                forgiveness,
                sources,
                bans,
                peoplePerConnection,
                contactsPerPerson,
                contacts,
                addressLength);
    }
}
