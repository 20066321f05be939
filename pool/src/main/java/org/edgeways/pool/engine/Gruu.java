package org.edgeways.pool.engine;

import org.edgeways.sip.message.SipUri;
import org.jspecify.annotations.Nullable;

/**
 * Public GRUUs (RFC 5627): {@code sip:alice@acorn.example;gr=urn:uuid:...} is the address of one device of Alice's. It is
 * made of her address and the device's instance alone, so it is the same each time the device signs in and nothing needs to
 * be kept. Temporary GRUUs are not made.
 */
final class Gruu {

    /** The option tag. */
    static final String OPTION = "gruu";

    private static final String PARAMETER = "gr";
    private static final int LONGEST_INSTANCE = 200;

    private Gruu() {}

    /**
     * The address of a device, or null if it has none.
     *
     * @param person the address of record
     * @param instance the device's +sip.instance without quotes
     */
    static @Nullable String of(String person, @Nullable String instance) {
        String value = value(instance);
        return value == null ? null : person + ";" + PARAMETER + "=" + value;
    }

    /** Whether the URI names one device of a person. */
    static boolean is(SipUri uri) {
        return uri.parameters().has(PARAMETER);
    }

    /** Whether a URI of the person's names the device of that binding. */
    static boolean names(SipUri uri, Binding binding) {
        String value = value(binding.instance());
        return value != null && value.equalsIgnoreCase(uri.parameters().get(PARAMETER));
    }

    /** RFC 5627 section 5.4 and appendix A.1: what is between the angle brackets, escaped as a URI's parameter. */
    private static @Nullable String value(@Nullable String instance) {
        if (instance == null
                || instance.length() < 3
                || instance.length() > LONGEST_INSTANCE
                || instance.charAt(0) != '<'
                || instance.charAt(instance.length() - 1) != '>') {
            return null;
        }
        StringBuilder value = new StringBuilder();
        for (int i = 1; i < instance.length() - 1; i++) {
            char c = instance.charAt(i);
            if (c <= ' ' || c > '~') {
                return null;
            }
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (plain || "-_.!~*'()[]/:&+$".indexOf(c) >= 0) {
                value.append(c);
            } else {
                value.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
                value.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return value.toString();
    }
}
