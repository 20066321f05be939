package org.edgeways.sip.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The name of a header field. Names are equal without regard to case, and a compact form (RFC 3261 section 7.3.3) is
 * equal to its long form.
 */
public final class HeaderName {

    private static final int TABLE_SIZE = 512;

    /** What all names but the ones below share. */
    private static final long OTHER = 1L << 63;

    private static final @Nullable HeaderName[] TABLE = new HeaderName[TABLE_SIZE];
    private static final @Nullable HeaderName[] COMPACT = new HeaderName[128];

    public static final HeaderName ACCEPT = known("Accept");
    public static final HeaderName ACCEPT_CONTACT = known("Accept-Contact", 'a');
    public static final HeaderName ALERT_INFO = known("Alert-Info");
    public static final HeaderName ALLOW = known("Allow");
    public static final HeaderName ALLOW_EVENTS = known("Allow-Events", 'u');
    public static final HeaderName AUTHENTICATION_INFO = known("Authentication-Info");
    public static final HeaderName AUTHORIZATION = known("Authorization");
    public static final HeaderName CALL_ID = known("Call-ID", 'i');
    public static final HeaderName CALL_INFO = known("Call-Info");
    public static final HeaderName CONTACT = known("Contact", 'm');
    public static final HeaderName CONTENT_DISPOSITION = known("Content-Disposition");
    public static final HeaderName CONTENT_ENCODING = known("Content-Encoding", 'e');
    public static final HeaderName CONTENT_LENGTH = known("Content-Length", 'l');
    public static final HeaderName CONTENT_TYPE = known("Content-Type", 'c');
    public static final HeaderName CSEQ = known("CSeq");
    public static final HeaderName DATE = known("Date");
    public static final HeaderName ERROR_INFO = known("Error-Info");
    public static final HeaderName EVENT = known("Event", 'o');
    public static final HeaderName EXPIRES = known("Expires");
    public static final HeaderName FLOW_TIMER = known("Flow-Timer");
    public static final HeaderName FROM = known("From", 'f');
    public static final HeaderName HISTORY_INFO = known("History-Info");
    public static final HeaderName IDENTITY = known("Identity", 'y');
    public static final HeaderName MAX_BREADTH = known("Max-Breadth");
    public static final HeaderName MAX_FORWARDS = known("Max-Forwards");
    public static final HeaderName MIN_EXPIRES = known("Min-Expires");
    public static final HeaderName P_ASSERTED_IDENTITY = known("P-Asserted-Identity");
    public static final HeaderName P_PREFERRED_IDENTITY = known("P-Preferred-Identity");
    public static final HeaderName PATH = known("Path");
    public static final HeaderName PRIVACY = known("Privacy");
    public static final HeaderName PROXY_AUTHENTICATE = known("Proxy-Authenticate");
    public static final HeaderName PROXY_AUTHORIZATION = known("Proxy-Authorization");
    public static final HeaderName PROXY_REQUIRE = known("Proxy-Require");
    public static final HeaderName RECORD_ROUTE = known("Record-Route");
    public static final HeaderName REFER_TO = known("Refer-To", 'r');
    public static final HeaderName REFERRED_BY = known("Referred-By", 'b');
    public static final HeaderName REJECT_CONTACT = known("Reject-Contact", 'j');
    public static final HeaderName REQUEST_DISPOSITION = known("Request-Disposition", 'd');
    public static final HeaderName REQUIRE = known("Require");
    public static final HeaderName RETRY_AFTER = known("Retry-After");
    public static final HeaderName ROUTE = known("Route");
    public static final HeaderName SERVER = known("Server");
    public static final HeaderName SERVICE_ROUTE = known("Service-Route");
    public static final HeaderName SESSION_EXPIRES = known("Session-Expires", 'x');
    public static final HeaderName SUBJECT = known("Subject", 's');
    public static final HeaderName SUBSCRIPTION_STATE = known("Subscription-State");
    public static final HeaderName SUPPORTED = known("Supported", 'k');
    public static final HeaderName TIMESTAMP = known("Timestamp");
    public static final HeaderName TO = known("To", 't');
    public static final HeaderName UNSUPPORTED = known("Unsupported");
    public static final HeaderName USER_AGENT = known("User-Agent");
    public static final HeaderName VIA = known("Via", 'v');
    public static final HeaderName WARNING = known("Warning");
    public static final HeaderName WWW_AUTHENTICATE = known("WWW-Authenticate");

    private final String canonical;
    private final String lowerCase;

    /** Of the names above there is one instance each, so that two of them are told apart without reading them. */
    private final boolean known;

    private final long bit;
    private final byte[] lineStart;

    private HeaderName(String canonical, String lowerCase, long bit) {
        this.canonical = canonical;
        this.lowerCase = lowerCase;
        this.known = bit != OTHER;
        this.bit = bit;
        this.lineStart = (canonical + ": ").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** What stands before the value in a line of our own: the name, a colon and a blank. Not to be changed. */
    byte[] lineStart() {
        return lineStart;
    }

    /** One bit of a set of names: each name above has its own, all others share one. */
    long bit() {
        return bit;
    }

    /** True if no other name has its bit. */
    boolean hasOwnBit() {
        return known;
    }

    /**
     * The header of that name, long or compact, in any case.
     *
     * @throws IllegalArgumentException if {@code name} is not a token
     */
    public static HeaderName of(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length == 0 || !Lexical.isToken(name)) {
            throw new IllegalArgumentException("not a header name: " + name);
        }
        return of(bytes, 0, bytes.length);
    }

    /** The header whose name stands in {@code bytes}; the caller has checked that it is a token. */
    static HeaderName of(byte[] bytes, int start, int end) {
        if (end - start == 1) {
            int letter = Lexical.lower(bytes[start]);
            HeaderName compact = letter >= 0 ? COMPACT[letter] : null;
            if (compact != null) {
                return compact;
            }
        }
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = hash * 31 + Lexical.lower(bytes[i]);
        }
        for (int slot = spread(hash); ; slot = (slot + 1) % TABLE_SIZE) {
            HeaderName candidate = TABLE[slot];
            if (candidate == null) {
                String name = new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
                return new HeaderName(name, name.toLowerCase(Locale.ROOT), OTHER);
            }
            if (candidate.matches(bytes, start, end)) {
                return candidate;
            }
        }
    }

    private boolean matches(byte[] bytes, int start, int end) {
        if (end - start != lowerCase.length()) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if (Lexical.lower(bytes[i]) != lowerCase.charAt(i - start)) {
                return false;
            }
        }
        return true;
    }

    private static HeaderName known(String canonical) {
        long before = Arrays.stream(TABLE).filter(Objects::nonNull).count();
        if (before == Long.SIZE - 1) {
            throw new IllegalStateException("more names than bits");
        }
        HeaderName name = new HeaderName(canonical, canonical.toLowerCase(Locale.ROOT), 1L << before);
        int slot = spread(name.lowerCase.hashCode());
        while (TABLE[slot] != null) {
            slot = (slot + 1) % TABLE_SIZE;
        }
        TABLE[slot] = name;
        return name;
    }

    private static HeaderName known(String canonical, char compact) {
        HeaderName name = known(canonical);
        COMPACT[compact] = name;
        return name;
    }

    private static int spread(int hash) {
        return (hash ^ (hash >>> 9) ^ (hash >>> 18)) & (TABLE_SIZE - 1);
    }

    /** The name as the specification writes it, or as it was first written if it is not a known one. */
    public String canonical() {
        return canonical;
    }

    /** The name in lower case, to be searched in. */
    public String lowerCase() {
        return lowerCase;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || !known && other instanceof HeaderName name && !name.known && lowerCase.equals(name.lowerCase);
    }

    @Override
    public int hashCode() {
        return lowerCase.hashCode();
    }

    @Override
    public String toString() {
        return canonical;
    }
}
