package org.edgeways.accessedge.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;

/**
 * The host names, domain suffixes and addresses that must not be read outside, and the blanking of them in text for
 * people. Names of connected inside services are added as they come. Safe for use by several threads.
 */
public final class InsideNames {

    private static final String BLANK = "(hidden)";
    private static final int MIN_LENGTH = 3;
    private static final int MAX_NAMES = 1000;

    private final Set<String> names = new CopyOnWriteArraySet<>();

    /** Starts with these names. */
    public InsideNames(Collection<String> names) {
        names.forEach(this::add);
    }

    /** Adds a name or address literal; too short ones and those past 1,000 are left out. */
    public void add(String name) {
        if (name.length() >= MIN_LENGTH && names.size() < MAX_NAMES) {
            names.add(name.toLowerCase(Locale.ROOT));
        }
    }

    /** True if one of the names occurs in the text. */
    public boolean occurIn(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        for (String name : names) {
            if (lower.contains(name)) {
                return true;
            }
        }
        return false;
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
        int at = lower.indexOf(name);
        if (at < 0 || lower.length() != text.length()) {
            return at < 0 ? text : BLANK;
        }
        StringBuilder out = new StringBuilder();
        int from = 0;
        while (at >= 0) {
            out.append(text, from, at).append(BLANK);
            from = at + name.length();
            at = lower.indexOf(name, from);
        }
        return out.append(text, from, text.length()).toString();
    }

    private static String blankAddresses(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            int end = at;
            while (end < text.length() && isAddressCharacter(text.charAt(end))) {
                end++;
            }
            if (end == at) {
                out.append(text.charAt(at++));
            } else {
                String run = text.substring(at, end);
                out.append(looksLikeAddress(run) ? BLANK : run);
                at = end;
            }
        }
        return out.toString();
    }

    private static boolean isAddressCharacter(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' || c == ':' || c == '.';
    }

    private static boolean looksLikeAddress(String run) {
        long dots = run.chars().filter(c -> c == '.').count();
        long colons = run.chars().filter(c -> c == ':').count();
        boolean digit = run.chars().anyMatch(c -> c >= '0' && c <= '9');
        return digit && (dots >= 3 || colons >= 2);
    }
}
