package org.edgeways.accessedge.engine;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.stream.Collectors;
import org.edgeways.sip.message.Hosts;

/**
 * The host names and domain suffixes that must not be read outside, and the blanking of them in text for people. Address
 * literals count as such names whether they are listed or not. Names of connected inside services are added as they come.
 * Safe for use by several threads.
 */
public final class InsideNames {

    private static final String BLANK = "(hidden)";
    private static final int MIN_LENGTH = 3;
    /** Most names of the settings, and as many more that are added later. */
    public static final int MAX_NAMES = 1000;

    private final Set<String> names = new CopyOnWriteArraySet<>();
    private final List<String> known;
    private final Set<InetAddress> knownAddresses;

    /**
     * Starts with these names.
     *
     * @param names of the inside
     * @param known what everybody outside may know and must be able to read: our SIP domains and the names under which
     *     clients reach us. What stands within one of them is not taken in, even if a certificate of the inside names it
     */
    public InsideNames(Collection<String> names, Collection<String> known) {
        this.known = known.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        this.knownAddresses = this.known.stream()
                .flatMap(name -> Hosts.address(name).stream())
                .collect(Collectors.toUnmodifiableSet());
        names.stream().limit(MAX_NAMES).forEach(this::add);
    }

    /** Adds a name or address literal; too short ones, what everybody knows, and those past the limit are left out. */
    public void add(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean isKnown = known.stream().anyMatch(text -> find(text, lower, 0) >= 0);
        if (name.length() >= MIN_LENGTH && names.size() < 2 * MAX_NAMES && !isKnown) {
            names.add(lower);
        }
    }

    /** True if one of the names, or the literal of any address, occurs in the text. */
    public boolean occurIn(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        for (String name : names) {
            if (find(lower, name, 0) >= 0) {
                return true;
            }
        }
        return nextAddress(text, 0) >= 0;
    }

    /** The text with the names and all address literals blanked. */
    public String blank(String text) {
        String blanked = text;
        List<String> longestFirst = new ArrayList<>(names);
        longestFirst.sort(Comparator.comparingInt(String::length).reversed());
        for (String name : longestFirst) {
            blanked = replaceIgnoringCase(blanked, name);
        }
        return blankAddresses(blanked);
    }

    private static String replaceIgnoringCase(String text, String name) {
        String lower = text.toLowerCase(Locale.ROOT);
        int at = find(lower, name, 0);
        if (at < 0 || lower.length() != text.length()) {
            return at < 0 ? text : BLANK;
        }
        StringBuilder out = new StringBuilder();
        int from = 0;
        while (at >= 0) {
            out.append(text, from, at).append(BLANK);
            from = at + name.length();
            at = find(lower, name, from);
        }
        return out.append(text, from, text.length()).toString();
    }

    /** Where {@code name} stands as a whole name or as the end of a longer one; {@code pool} does not in carpool. */
    private static int find(String lower, String name, int from) {
        for (int at = lower.indexOf(name, from); at >= 0; at = lower.indexOf(name, at + 1)) {
            int end = at + name.length();
            boolean begins = at == 0 || !isNameCharacter(lower.charAt(at - 1));
            boolean ends = end == lower.length() || !isNameCharacter(lower.charAt(end));
            if (begins && ends) {
                return at;
            }
        }
        return -1;
    }

    private static boolean isNameCharacter(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == '-';
    }

    private String blankAddresses(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int from = 0;
        for (int at = nextAddress(text, 0); at >= 0; at = nextAddress(text, from)) {
            out.append(text, from, at).append(BLANK);
            from = runEnd(text, at);
        }
        return out.append(text, from, text.length()).toString();
    }

    /** Where the next run of characters stands that holds an address literal, or -1. */
    private int nextAddress(String text, int from) {
        int at = from;
        while (at < text.length()) {
            int dots = 0;
            int colons = 0;
            int end = at;
            while (end < text.length() && isAddressCharacter(text.charAt(end))) {
                dots += text.charAt(end) == '.' ? 1 : 0;
                colons += text.charAt(end) == ':' ? 1 : 0;
                end++;
            }
            boolean alone = (at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1)))
                    && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)));
            if (colons >= 2 && alone && isVersion6(text.substring(at, end))
                    || dots >= 3 && holdsVersion4(text.substring(at, end))) {
                return at;
            }
            at = end + 1;
        }
        return -1;
    }

    private static int runEnd(String text, int from) {
        int end = from;
        while (end < text.length() && isAddressCharacter(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isAddressCharacter(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' || c == ':' || c == '.';
    }

    /** An IPv6 address alone, or at the end of a sentence. */
    private boolean isVersion6(String run) {
        return isAddress(run) || isAddress(trimmed(run));
    }

    /** An IPv4 address alone, with a port, at the end of a sentence, or among hexadecimal digits. */
    private boolean holdsVersion4(String run) {
        int start = 0;
        for (int i = 0; i <= run.length(); i++) {
            boolean part = i < run.length() && (run.charAt(i) == '.' || run.charAt(i) >= '0' && run.charAt(i) <= '9');
            if (!part) {
                if (i - start >= 7 && isAddress(trimmed(run.substring(start, i)))) {
                    return true;
                }
                start = i + 1;
            }
        }
        return false;
    }

    private static String trimmed(String run) {
        int end = run.length();
        while (end > 0 && (run.charAt(end - 1) == '.' || run.charAt(end - 1) == ':' && !run.endsWith("::"))) {
            end--;
        }
        return run.substring(0, end);
    }

    private boolean isAddress(String literal) {
        // "::" alone is no address but a mark that software writes between words
        return literal.length() > 2
                && Hosts.address(literal)
                        .filter(address -> !knownAddresses.contains(address))
                        .isPresent();
    }
}
