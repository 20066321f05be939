package org.edgeways.accounts;

import java.util.List;

/**
 * What a signing-in device is checked against.
 *
 * @param person who it would be
 * @param hashes those of the person's live device passwords, at least one, oldest first
 */
public record Credentials(Person person, List<DeviceHash> hashes) {

    public Credentials {
        hashes = List.copyOf(hashes);
    }
}
