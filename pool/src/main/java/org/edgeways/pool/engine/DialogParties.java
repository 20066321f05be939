package org.edgeways.pool.engine;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The user part of the pool's Record-Route: the two devices of a dialog, so that a request within it finds its way over
 * the connection on which each is signed in at that time. A device is named by its binding's random id (64 bits, which
 * nobody outside the dialog learns) or, if it is not signed in, by its connection. To a device outside, the rest of the route
 * set leads; that is told by the kind of its name. One that is not signed in has its person's address there, which both parties
 * know from From or To anyway, so that it is known over a restart too whether that person may be outside.
 *
 * <pre>
 * b0123456789abcdef   a device inside, by its binding
 * c0123456789abcdef   a device inside that is not signed in, by its connection
 * r0123456789abcdef   a device outside, by its binding
 * o616c69636540…      a device outside that is not signed in, by its person's address in hexadecimal digits
 * -                   a device outside of which no more is known
 * </pre>
 *
 * @param caller who sent the first request
 * @param callee where it went
 */
record DialogParties(String caller, String callee) {

    static final String ROUTE = "-";
    static final char INSIDE = 'b';
    static final char CONNECTION = 'c';
    static final char OUTSIDE = 'r';
    private static final char PERSON_OUTSIDE = 'o';
    private static final String SEPARATOR = "_";

    /** The party that the device of a binding is. */
    static String of(Binding binding) {
        return (binding.remote() ? OUTSIDE : INSIDE) + binding.id();
    }

    /** The party that a device outside is which is not signed in. */
    static String outside(String person) {
        return PERSON_OUTSIDE + HexFormat.of().formatHex(person.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the rest of the route set leads to that party. */
    static boolean alongRoute(String party) {
        return party.equals(ROUTE) || party.charAt(0) == OUTSIDE || party.charAt(0) == PERSON_OUTSIDE;
    }

    /** The person whom {@link #outside} was given; null for all other parties, and for what it has not made. */
    static @Nullable String personOutside(String party) {
        String digits = party.substring(1);
        if (party.charAt(0) != PERSON_OUTSIDE
                || digits.length() % 2 != 0
                || !digits.chars().allMatch(HexFormat::isHexDigit)) {
            return null;
        }
        return new String(HexFormat.of().parseHex(digits), StandardCharsets.UTF_8);
    }

    /** Reads the user part of a Record-Route; null if it is not of this form. */
    static @Nullable DialogParties parse(@Nullable String user) {
        if (user == null) {
            return null;
        }
        int at = user.indexOf(SEPARATOR);
        return at <= 0 || at == user.length() - 1 || user.indexOf(SEPARATOR, at + 1) >= 0
                ? null
                : new DialogParties(user.substring(0, at), user.substring(at + 1));
    }

    @Override
    public String toString() {
        return caller + SEPARATOR + callee;
    }
}
