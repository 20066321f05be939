package org.edgeways.app.demo;

import java.util.List;

/**
 * Somebody to sign in as.
 *
 * @param name the user part of the address, also the user name
 * @param remoteAccess may sign in from outside
 */
record DemoPerson(String name, boolean remoteAccess) {

    /** The SIP domain of the demo's organisation. */
    static final String ORGANISATION = "acorn.example";

    /** Everybody. */
    static final List<DemoPerson> ALL = List.of(
            new DemoPerson("alice", true),
            new DemoPerson("bob", true),
            new DemoPerson("carol", true),
            new DemoPerson("dave", false));

    String uri() {
        return "sip:" + name + "@" + ORGANISATION;
    }
}
