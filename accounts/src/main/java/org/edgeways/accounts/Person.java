package org.edgeways.accounts;

import java.util.List;
import java.util.Optional;
import org.edgeways.policy.PersonRights;

/**
 * A person of the organisation.
 *
 * @param name the user part of the person's SIP address, lower case
 * @param domain the SIP domain, lower case; also the realm of the person's passwords
 * @param displayName for people to read; may be empty
 * @param rights what the person may do
 * @param enabled false: may not sign in, keeps everything else
 * @param devices the device passwords, oldest first, revoked ones too
 */
public record Person(
        String name,
        String domain,
        String displayName,
        PersonRights rights,
        boolean enabled,
        List<DevicePassword> devices) {

    public Person {
        devices = List.copyOf(devices);
    }

    /** The address of record, such as {@code sip:alice@acorn.example}. */
    public String uri() {
        return "sip:" + name + "@" + domain;
    }

    /** The device password of that label that is not revoked. */
    public Optional<DevicePassword> device(String label) {
        return devices.stream()
                .filter(device -> device.live() && device.label().equals(label))
                .findFirst();
    }
}
