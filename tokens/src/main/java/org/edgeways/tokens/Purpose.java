package org.edgeways.tokens;

/**
 * What a token is for. The purpose is bound into the seal (as associated data), so that a token made for one purpose
 * never opens as another.
 */
public enum Purpose {
    /** Names a client's connection: in Path and in the inside-facing Record-Route. */
    FLOW("flow"),
    /** Holds the inside's part of a route set: in the outside-facing Record-Route. */
    ROUTE("route"),
    /** Holds the address of an inside device: in Contact and Refer-To towards the outside. */
    CONTACT("contact"),
    /** Holds the numbers of a person and a device, and a time: in the user name of relay credentials. */
    RELAY_USER("relay-user");

    private final String label;

    Purpose(String label) {
        this.label = label;
    }

    /** The word that is bound into the seal; stable once released. */
    public String label() {
        return label;
    }
}
