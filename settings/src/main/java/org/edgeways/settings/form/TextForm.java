package org.edgeways.settings.form;

import java.net.InetAddress;
import java.util.regex.Pattern;

/** What a text must be like. */
public enum TextForm {
    /** Anything that is not blank. */
    TEXT("a text that is not empty", 1_000, "[\\s\\S]*\\S[\\s\\S]*"),
    /** Anything. */
    FREE("a text", 100_000, ""),
    /** The name of a document. */
    NAME("a name of lower-case letters, digits, hyphens and dots, such as edge1", 63, "[a-z0-9]([a-z0-9.-]*[a-z0-9])?"),
    /** The name of a document that becomes part of host names: one label, so that it is the name of no other host. */
    LABEL("a name of lower-case letters, digits and hyphens, such as edge1", 63, "[a-z0-9]([a-z0-9-]*[a-z0-9])?"),
    /** A name of the domain name system, or an address. */
    HOST(
            "a name such as acorn.example, or an address",
            253,
            "[A-Za-z0-9][A-Za-z0-9._-]*|[0-9A-Fa-f:.]+|\\[[0-9A-Fa-f:.]+\\]"),
    /** A name of the domain name system, or the end of one. */
    NAME_SUFFIX(
            "a name or the end of names, such as inside.acorn.example", 253, "\\.?[A-Za-z0-9\\[:][A-Za-z0-9._:\\]-]*"),
    /** The literal of an address. */
    ADDRESS("an address such as 192.0.2.1 or 2001:db8::1", 100, "[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?"),
    /** A network. */
    NETWORK("a network such as 192.0.2.0/24 or 2001:db8::/32", 100, "[0-9A-Fa-f:.]+/[0-9]{1,3}"),
    /** A range of ports, or none. */
    PORTS("a range of ports such as 49152-65535, or none", 11, "none|[0-9]{1,5}-[0-9]{1,5}"),
    /** A file. */
    FILE("the name of a file", 1_000, "[^\\x00]+"),
    /** A Unix socket; the kernel takes 107 bytes. */
    SOCKET("the whole path of a Unix socket, such as /run/app/http.sock", 107, "/[^\\x00]+"),
    /** A SIP URI. */
    SIP_URI("a SIP URI such as sip:10.0.0.5:5061;transport=tls", 1_000, "[sS][iI][pP][sS]?:[^\\s<>\"]+"),
    /** The origin of a web page (RFC 6454). */
    WEB_ORIGIN("a web origin such as https://chat.acorn.example", 300, "[a-z][a-z0-9+.-]*://[^/\\s]+"),
    /** One thing in PEM. */
    PEM("a text in PEM", 65_536, "-----BEGIN [A-Z0-9 ]+-----[A-Za-z0-9+/=\\s]+-----END [A-Z0-9 ]+-----\\s*"),
    /** The serial number of a certificate. */
    SERIAL("a serial number in lower-case hexadecimal digits", 40, "[0-9a-f]+"),
    /** What checks relay credentials; a secret. */
    RELAY_CHECK("what a node is told of a key for relay credentials", 200, "relay-check-1(\\.[A-Za-z0-9_-]+){3}"),
    /** The number of a person or a device in relay credentials. */
    RELAY_NUMBER("a number of relay credentials in 12 hexadecimal digits", 12, "[0-9a-f]{12}"),
    /** A code as our error codes are. */
    CODE("lower-case words joined by hyphens", 100, "[a-z0-9]+(-[a-z0-9]+)*"),
    /** Base 64 (RFC 4648 section 4), padded. */
    BASE64("base 64", 4 * 1024 * 1024, "[A-Za-z0-9+/]*={0,2}");

    private final String expected;
    private final int longest;
    private final String expression;
    private final Pattern pattern;

    TextForm(String expected, int longest, String expression) {
        this.expected = expected;
        this.longest = longest;
        this.expression = expression;
        this.pattern = Pattern.compile(expression, Pattern.DOTALL);
    }

    /** What is expected, for a message after "must be". */
    public String expected() {
        return expected;
    }

    /** The longest such text, in characters. */
    public int longest() {
        return longest;
    }

    /** A regular expression that every such text matches as a whole; empty: any text does. */
    public String expression() {
        return expression;
    }

    /** True if {@code text} is one. */
    public boolean fits(String text) {
        if (text.length() > longest || !expression.isEmpty() && !matches(text)) {
            return false;
        }
        return switch (this) {
            case HOST -> !looksLikeAddress(text) || isAddress(unbracketed(text));
            case NETWORK -> isNetwork(text.substring(0, text.indexOf('/')), text.substring(text.indexOf('/') + 1));
            case ADDRESS -> isAddress(text.contains("%") ? text.substring(0, text.indexOf('%')) : text);
            default -> true;
        };
    }

    /** Of a long text only the ends are matched: a regular expression recurses once for each repetition of a group. */
    private boolean matches(String text) {
        return switch (this) {
            case PEM -> isPem(text);
            case BASE64 -> isBase64(text);
            case TEXT -> !text.isBlank();
            default -> pattern.matcher(text).matches();
        };
    }

    private static boolean isPem(String text) {
        String all = text.strip();
        int first = all.indexOf('\n');
        int last = all.lastIndexOf('\n');
        return first > 0
                && last > first
                && all.startsWith("-----BEGIN ")
                && all.substring(0, first).strip().endsWith("-----")
                && all.substring(last + 1).startsWith("-----END ")
                && all.endsWith("-----");
    }

    private static boolean isBase64(String text) {
        int end = text.length();
        while (end > 0 && text.length() - end < 2 && text.charAt(end - 1) == '=') {
            end--;
        }
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (!(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/')) {
                return false;
            }
        }
        return text.length() % 4 == 0;
    }

    private static boolean looksLikeAddress(String text) {
        return text.indexOf(':') >= 0
                || text.startsWith("[")
                || text.chars().allMatch(c -> c >= '0' && c <= '9' || c == '.');
    }

    private static String unbracketed(String text) {
        return text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    }

    private static boolean isNetwork(String address, String bits) {
        return isAddress(address) && Integer.parseInt(bits) <= (address.indexOf(':') < 0 ? 32 : 128);
    }

    private static boolean isAddress(String text) {
        if (text.indexOf(':') < 0 && text.chars().filter(c -> c == '.').count() != 3) {
            return false;
        }
        try {
            return !InetAddress.ofLiteral(text).getHostAddress().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
