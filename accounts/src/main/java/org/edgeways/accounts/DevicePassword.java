package org.edgeways.accounts;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one device password; the password itself is not.
 *
 * @param id names it among all device passwords, for ever
 * @param label what the person calls the device; unique among the person's passwords that are not revoked
 * @param created when it was made
 * @param revoked when it was revoked; null if it still opens the door
 */
public record DevicePassword(
        String id, String label, Instant created, @Nullable Instant revoked) {

    /** Whether one can sign in with it. */
    public boolean live() {
        return revoked == null;
    }
}
