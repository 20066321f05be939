package org.edgeways.pool.engine;

import java.util.List;
import org.edgeways.sip.digest.StoredHash;
import org.jspecify.annotations.Nullable;

/** Who has an account here, read from memory: asked on the event loop. */
public interface People {

    /**
     * A person who may sign in.
     *
     * @param address the address of record, such as {@code sip:alice@acorn.example}
     * @param username the user name of the digest
     * @param displayName for other people's devices; may be empty
     * @param remoteAccess whether the person may sign in from outside
     * @param devices the device passwords that are not revoked
     */
    record Account(
            String address, String username, String displayName, boolean remoteAccess, List<DevicePassword> devices) {

        /** Copies the list. */
        public Account {
            devices = List.copyOf(devices);
        }
    }

    /**
     * One password of one person.
     *
     * @param id stable, unique for the person
     * @param hash what is stored of it
     */
    record DevicePassword(String id, StoredHash hash) {}

    /** Whether {@code host} is one of our SIP domains, in any case. */
    boolean isDomain(String host);

    /** The account of that address of record; null if there is none, if it is disabled, or if its domain is not ours now. */
    @Nullable
    Account account(String address);

    /** Whether somebody has that address of record, disabled or not, and whether or not its domain is ours now. */
    boolean exists(String address);
}
