package org.edgeways.joining;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.edgeways.base.Result;
import org.jspecify.annotations.Nullable;

/** The text of a bundle: a first line that names format and version, then one line for each part, its name and its value. */
public final class BundleCodec {

    /** Longest text that is read, in characters. */
    public static final int MAX_LENGTH = 2048;

    private static final String HEADING = "edgeways-bundle 1";
    private static final List<String> PARTS = List.of("node", "enrolment", "authority", "secret", "expires", "listen");

    private BundleCodec() {}

    /** The text, ending in a line feed. It holds the secret. */
    public static String encode(Bundle bundle) {
        InetAddress address = bundle.listen().getAddress();
        return HEADING + "\nnode " + bundle.node()
                + "\nenrolment " + bundle.enrolment()
                + "\nauthority " + bundle.authority()
                + "\nsecret "
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(bundle.secret().seed())
                + "\nexpires " + bundle.expires()
                + "\nlisten " + literal(address) + ":" + bundle.listen().getPort() + "\n";
    }

    /** Reads what {@link #encode} wrote. The offset of a failure is that of its line; no reason quotes the secret. */
    public static Result<Bundle> decode(String text) {
        if (text.length() > MAX_LENGTH) {
            return malformed(MAX_LENGTH, "longer than " + MAX_LENGTH + " characters");
        }
        Map<String, String> values = new HashMap<>();
        int offset = 0;
        for (String line : text.split("\n", -1)) {
            int space = line.indexOf(' ');
            if (offset == 0) {
                if (!line.equals(HEADING)) {
                    return malformed(0, "the first line is not \"" + HEADING + "\"");
                }
            } else if (!line.isEmpty()) {
                String part = space < 0 ? line : line.substring(0, space);
                if (!PARTS.contains(part)) {
                    return malformed(offset, "a line is none of " + String.join(", ", PARTS));
                }
                if (space < 0 || values.putIfAbsent(part, line.substring(space + 1)) != null) {
                    return malformed(offset, "\"" + part + "\" has no value, or two");
                }
            } else if (offset < text.length()) {
                return malformed(offset, "an empty line");
            }
            offset += line.length() + 1;
        }
        return values.keySet().equals(Set.copyOf(PARTS))
                ? parts(values)
                : malformed(text.length(), "it ends too early: not all of " + String.join(", ", PARTS) + " are there");
    }

    private static Result<Bundle> parts(Map<String, String> values) {
        try {
            InetSocketAddress listen = socket(value(values, "listen"));
            return listen == null
                    ? malformed(0, "\"listen\" is not ADDRESS:PORT")
                    : Result.ok(new Bundle(
                            value(values, "node"),
                            value(values, "enrolment"),
                            value(values, "authority"),
                            new EnrolmentSecret(Base64.getUrlDecoder().decode(value(values, "secret"))),
                            Instant.parse(value(values, "expires")),
                            listen));
        } catch (IllegalArgumentException | DateTimeException wrong) {
            return malformed(0, "a value is not what a bundle holds");
        }
    }

    private static String value(Map<String, String> values, String part) {
        return values.getOrDefault(part, "");
    }

    private static String literal(InetAddress address) {
        String text = address.getHostAddress();
        return text.indexOf(':') < 0 ? text : "[" + text + "]";
    }

    private static @Nullable InetSocketAddress socket(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            return null;
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        int port = Integer.parseInt(text, colon + 1, text.length(), 10);
        return new InetSocketAddress(
                InetAddress.ofLiteral(bracketed ? host.substring(1, host.length() - 1) : host), port);
    }

    private static Result<Bundle> malformed(int offset, String reason) {
        return Result.bad(JoinErrorCode.BUNDLE_MALFORMED, offset, reason);
    }
}
