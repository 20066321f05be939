package org.edgeways.control;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How control works.
 *
 * @param authority the directory of the authority's files
 * @param passphrase the file of the passphrase that they are encrypted under
 * @param authorityName what a new authority's certificate says it is
 * @param certificateValidity of what is issued; renewed when two thirds of it are over; default 90 days
 * @param bundleValidity how long a bundle works; default an hour
 * @param auditEvents how many are kept; default 100,000
 */
public record ControlSettings(
        Path authority,
        Path passphrase,
        String authorityName,
        Duration certificateValidity,
        Duration bundleValidity,
        int auditEvents) {

    public ControlSettings {
        if (!certificateValidity.isPositive() || bundleValidity.toSeconds() < 1 || auditEvents < 1) {
            throw new IllegalArgumentException("validities and numbers must be positive");
        }
    }

    /** The defaults named above, with all files in a data directory. */
    public static ControlSettings in(Path data) {
        return new ControlSettings(
                data.resolve("authority"),
                data.resolve("authority.passphrase"),
                "Edgeways authority",
                Duration.ofDays(90),
                Duration.ofHours(1),
                100_000);
    }

    /** The same with the passphrase in another place. */
    public ControlSettings withPassphrase(Path file) {
        return new ControlSettings(authority, file, authorityName, certificateValidity, bundleValidity, auditEvents);
    }

    /** The same with other validities. */
    public ControlSettings valid(Duration certificates, Duration bundles) {
        return new ControlSettings(authority, passphrase, authorityName, certificates, bundles, auditEvents);
    }
}
