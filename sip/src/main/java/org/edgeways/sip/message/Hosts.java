package org.edgeways.sip.message;

import java.net.InetAddress;
import java.util.Optional;

/** Hosts as URIs and Via write them: names, IPv4 addresses, IPv6 addresses in brackets. */
public final class Hosts {

    private static final int LONGEST_ADDRESS = 64;

    private Hosts() {}

    /**
     * The address that {@code host} is; empty for a name. IPv6 is taken with and without brackets, as {@code received} is
     * written both ways (RFC 5118 section 4.5), and with the three colons that the grammar of RFC 3261 can give before an
     * IPv4 tail (RFC 5118 section 4.10). No name is looked up.
     */
    public static Optional<InetAddress> address(String host) {
        boolean bracketed = host.length() > 2 && host.startsWith("[") && host.endsWith("]");
        String text = bracketed ? host.substring(1, host.length() - 1) : host;
        boolean version6 = text.indexOf(':') >= 0;
        if (text.isEmpty() || text.length() > LONGEST_ADDRESS || bracketed && !version6 || !shaped(text, version6)) {
            return Optional.empty();
        }
        int tripled = text.indexOf(":::");
        String plain = tripled < 0 ? text : text.substring(0, tripled) + text.substring(tripled + 1);
        try {
            return Optional.of(InetAddress.ofLiteral(plain));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean shaped(String text, boolean version6) {
        int dots = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') {
                dots++;
            } else if (!(c >= '0' && c <= '9') && !(version6 && (c == ':' || Lexical.isHex(c)))) {
                return false;
            }
        }
        return version6 || dots == 3;
    }

    /** True if both are the same name, without regard to case, or the same address in whatever spelling. */
    public static boolean same(String host, String other) {
        if (host.equalsIgnoreCase(other)) {
            return true;
        }
        Optional<InetAddress> address = address(host);
        return address.isPresent() && address.equals(address(other));
    }
}
