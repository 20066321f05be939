package org.edgeways.pool.presence.engine;

import java.util.List;
import org.edgeways.pool.presence.document.RegistrationInfo;
import org.jspecify.annotations.Nullable;

/**
 * The event package {@code reg} (RFC 3680): on which devices a person is signed in. A device is shown by its public GRUU,
 * or if it has none by the person's address: what it calls itself may be the name of a host inside.
 */
final class RegistrationPackage extends OwnPackage {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final PresenceHost host;

    RegistrationPackage(PresenceHost host) {
        this.host = host;
    }

    @Override
    public String name() {
        return "reg";
    }

    @Override
    public String contentType() {
        return RegistrationInfo.CONTENT_TYPE;
    }

    /** Without versions and times: that a registration was refreshed is not told. */
    @Override
    byte[] state(String person, long now) {
        return write(person, 0, null, now);
    }

    @Override
    byte[] document(String person, long version, long now) {
        return write(person, version, now, now);
    }

    private byte[] write(String person, long version, @Nullable Long shownAt, long now) {
        List<RegistrationInfo.Contact> contacts = host.devices(person, now).stream()
                .map(device -> new RegistrationInfo.Contact(
                        OpaqueName.of("c", person, device.id()),
                        RegistrationInfo.Event.REGISTERED,
                        device.gruu() == null ? person : device.gruu(),
                        null,
                        device.gruu() == null ? null : device.instance(),
                        device.gruu(),
                        shownAt == null ? -1 : Math.max(0, device.expiresAt() - shownAt) / NANOS_PER_SECOND))
                .toList();
        return new RegistrationInfo(
                        version,
                        true,
                        person,
                        OpaqueName.of("r", person, "registration"),
                        contacts.isEmpty() ? RegistrationInfo.State.TERMINATED : RegistrationInfo.State.ACTIVE,
                        contacts)
                .write();
    }
}
