package org.edgeways.turn.stun;

/** The attributes that are known here (IANA, "STUN Attributes"). */
public final class StunAttribute {

    /** RFC 8489 section 14.3. */
    public static final int USERNAME = 0x0006;
    /** RFC 8489 section 14.5. */
    public static final int MESSAGE_INTEGRITY = 0x0008;
    /** RFC 8489 section 14.8. */
    public static final int ERROR_CODE = 0x0009;
    /** RFC 8489 section 14.13. */
    public static final int UNKNOWN_ATTRIBUTES = 0x000a;
    /** RFC 8656 section 18.1. */
    public static final int CHANNEL_NUMBER = 0x000c;
    /** RFC 8656 section 18.2. */
    public static final int LIFETIME = 0x000d;
    /** RFC 8656 section 18.3. */
    public static final int XOR_PEER_ADDRESS = 0x0012;
    /** RFC 8656 section 18.4. */
    public static final int DATA = 0x0013;
    /** RFC 8489 section 14.9. */
    public static final int REALM = 0x0014;
    /** RFC 8489 section 14.10. */
    public static final int NONCE = 0x0015;
    /** RFC 8656 section 18.5. */
    public static final int XOR_RELAYED_ADDRESS = 0x0016;
    /** RFC 8656 section 18.6. */
    public static final int REQUESTED_ADDRESS_FAMILY = 0x0017;
    /** RFC 8656 section 18.7. */
    public static final int EVEN_PORT = 0x0018;
    /** RFC 8656 section 18.8. */
    public static final int REQUESTED_TRANSPORT = 0x0019;
    /** RFC 8656 section 18.9. */
    public static final int DONT_FRAGMENT = 0x001a;
    /** RFC 8489 section 14.6. */
    public static final int MESSAGE_INTEGRITY_SHA256 = 0x001c;
    /** RFC 8489 section 14.12. */
    public static final int PASSWORD_ALGORITHM = 0x001d;
    /** RFC 8489 section 14.4. */
    public static final int USERHASH = 0x001e;
    /** RFC 8489 section 14.2. */
    public static final int XOR_MAPPED_ADDRESS = 0x0020;
    /** RFC 8656 section 18.10. */
    public static final int RESERVATION_TOKEN = 0x0022;
    /** RFC 6062 section 6.2.1. */
    public static final int CONNECTION_ID = 0x002a;
    /** RFC 8656 section 18.11. */
    public static final int ADDITIONAL_ADDRESS_FAMILY = 0x8000;
    /** RFC 8656 section 18.12. */
    public static final int ADDRESS_ERROR_CODE = 0x8001;
    /** RFC 8489 section 14.11. */
    public static final int PASSWORD_ALGORITHMS = 0x8002;
    /** RFC 8489 section 14.16. */
    public static final int ALTERNATE_DOMAIN = 0x8003;
    /** RFC 8489 section 14.14. */
    public static final int SOFTWARE = 0x8022;
    /** RFC 8489 section 14.15. */
    public static final int ALTERNATE_SERVER = 0x8023;
    /** RFC 8656 section 18.13. */
    public static final int ICMP = 0x8004;
    /** RFC 8489 section 14.7. */
    public static final int FINGERPRINT = 0x8028;
    /** RFC 8016 section 3.1. */
    public static final int MOBILITY_TICKET = 0x8030;

    private StunAttribute() {}

    /** True if a receiver that does not know the attribute must refuse the message (RFC 8489 section 14). */
    public static boolean mustBeUnderstood(int type) {
        return type < 0x8000;
    }

    /** True if a server of ours knows the attribute. */
    public static boolean isKnown(int type) {
        return switch (type) {
            case USERNAME,
                    MESSAGE_INTEGRITY,
                    ERROR_CODE,
                    UNKNOWN_ATTRIBUTES,
                    CHANNEL_NUMBER,
                    LIFETIME,
                    XOR_PEER_ADDRESS,
                    DATA,
                    REALM,
                    NONCE,
                    XOR_RELAYED_ADDRESS,
                    REQUESTED_ADDRESS_FAMILY,
                    EVEN_PORT,
                    REQUESTED_TRANSPORT,
                    DONT_FRAGMENT,
                    MESSAGE_INTEGRITY_SHA256,
                    PASSWORD_ALGORITHM,
                    USERHASH,
                    XOR_MAPPED_ADDRESS,
                    RESERVATION_TOKEN,
                    CONNECTION_ID,
                    ADDITIONAL_ADDRESS_FAMILY,
                    ADDRESS_ERROR_CODE,
                    PASSWORD_ALGORITHMS,
                    SOFTWARE,
                    ALTERNATE_SERVER,
                    ALTERNATE_DOMAIN,
                    FINGERPRINT,
                    MOBILITY_TICKET -> true;
            default -> false;
        };
    }
}
