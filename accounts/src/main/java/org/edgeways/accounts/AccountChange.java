package org.edgeways.accounts;

/** Something about a person that is durably different now. */
public sealed interface AccountChange {

    /** Who, as the person is after the change; for {@link Removed} as the person was. */
    Person person();

    /** Somebody is new. */
    record Added(Person person) implements AccountChange {}

    /** The display name, a right or the permission to sign in is different. */
    record Changed(Person before, Person person) implements AccountChange {}

    /** One more device password. */
    record DeviceAdded(Person person, DevicePassword device) implements AccountChange {}

    /** A device password opens nothing any more: what signed in with it is to be dropped. */
    record DeviceRevoked(Person person, DevicePassword device) implements AccountChange {}

    /** Somebody is gone, with all device passwords. */
    record Removed(Person person) implements AccountChange {}
}
