package org.edgeways.settings.kind;

/** What an edge node can be. */
public enum Role {
    /** The SIP proxy for every kind of user outside. */
    ACCESS(true),
    /** The relay for audio, video and screen sharing. */
    AV(true),
    /** What carries meeting content. */
    CONFERENCING(false),
    /** What publishes web services of the inside. */
    PUBLISHING(false);

    private final boolean served;

    Role(boolean served) {
        this.served = served;
    }

    /** This version can be it. */
    public boolean isServed() {
        return served;
    }
}
