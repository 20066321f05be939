package org.edgeways.turn.stun;

/** The four classes of a STUN message (RFC 8489 section 5). */
public enum StunClass {
    /** Expects a response. */
    REQUEST(0),
    /** Expects none. */
    INDICATION(1),
    /** The request was carried out. */
    SUCCESS(2),
    /** The request was refused. */
    ERROR(3);

    private final int bits;

    StunClass(int bits) {
        this.bits = bits;
    }

    /** The message type of this class and a method: the bits of both interleave. */
    public int type(int method) {
        return (method & 0xf80) << 2 | (bits & 2) << 7 | (method & 0x70) << 1 | (bits & 1) << 4 | method & 0xf;
    }

    /** The class in a message type. */
    public static StunClass of(int type) {
        return switch (type >> 7 & 2 | type >> 4 & 1) {
            case 0 -> REQUEST;
            case 1 -> INDICATION;
            case 2 -> SUCCESS;
            default -> ERROR;
        };
    }

    /** The method in a message type. */
    public static int method(int type) {
        return type >> 2 & 0xf80 | type >> 1 & 0x70 | type & 0xf;
    }
}
