package org.edgeways.pool.engine;

import java.time.Duration;

/**
 * Limits of the registrar, and of what authentication does for one request.
 *
 * @param bindingsPerPerson most devices of one person at a time, default 10; when one more signs in, the one that was
 *     refreshed longest ago is dropped (a browser makes a new device at each reload, and refusing would lock the person
 *     out until the old ones expire)
 * @param contactsPerRequest most contacts in one REGISTER, default 10; past it 403
 * @param contactBytes longest contact with its parameters, and longest Path in all, in bytes, default 2048; past it 403
 * @param credentialsPerRequest most lines of the header with credentials that is looked at, default 4; past it 403, and
 *     none is checked: each costs as many hashes as a person may have passwords
 * @param minimumExpiry shortest registration, default 1 minute; a shorter one is refused with 423
 * @param defaultExpiry when the device names none, default 1 hour
 * @param maximumExpiry longest registration, default 2 hours; a longer one is shortened
 * @param flowTimer how long a connection with outbound may be silent (RFC 5626 section 4.4.1), default 2 minutes
 */
public record RegistrarLimits(
        int bindingsPerPerson,
        int contactsPerRequest,
        int contactBytes,
        int credentialsPerRequest,
        Duration minimumExpiry,
        Duration defaultExpiry,
        Duration maximumExpiry,
        Duration flowTimer) {

    /** The defaults named above. */
    public static final RegistrarLimits DEFAULT = new RegistrarLimits(
            10, 10, 2048, 4, Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofHours(2), Duration.ofMinutes(2));

    /** Checks the values. */
    public RegistrarLimits {
        if (bindingsPerPerson < 1 || contactsPerRequest < 1 || contactBytes < 64 || credentialsPerRequest < 1) {
            throw new IllegalArgumentException("limits are positive");
        }
        if (minimumExpiry.compareTo(Duration.ofSeconds(1)) < 0
                || defaultExpiry.compareTo(minimumExpiry) < 0
                || maximumExpiry.compareTo(defaultExpiry) < 0) {
            throw new IllegalArgumentException("1 s <= minimumExpiry <= defaultExpiry <= maximumExpiry");
        }
    }
}
