package org.edgeways.accounts;

import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** What names, labels and passwords look like, and how new passwords are made. */
final class AccountWords {

    static final int LONGEST_NAME = 64;
    static final int LONGEST_DISPLAY_NAME = 128;
    static final int LONGEST_LABEL = 64;
    static final int SHORTEST_PASSWORD = 12;
    static final int LONGEST_PASSWORD = 128;

    /** Letters and digits that nobody confuses when copying by hand: no l, o, 0 or 1. */
    private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

    private static final int PASSWORD_LETTERS = 26; // of 5 bits each: 130 bits
    private static final int ID_LETTERS = 16;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0," + (LONGEST_NAME - 1) + "}");

    private AccountWords() {}

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    static boolean isDisplayName(String text) {
        return text.length() <= LONGEST_DISPLAY_NAME && isPrintable(text);
    }

    static boolean isLabel(String text) {
        return !text.isEmpty()
                && text.length() <= LONGEST_LABEL
                && isPrintable(text)
                && text.strip().equals(text);
    }

    static boolean isPassword(String text) {
        return text.length() >= SHORTEST_PASSWORD && text.length() <= LONGEST_PASSWORD && isPrintable(text);
    }

    static Secret newPassword(RandomGenerator random) {
        return new Secret(letters(random, PASSWORD_LETTERS));
    }

    static String newId(RandomGenerator random) {
        return letters(random, ID_LETTERS);
    }

    private static String letters(RandomGenerator random, int count) {
        StringBuilder text = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }

    private static boolean isPrintable(String text) {
        return text.codePoints().noneMatch(Character::isISOControl);
    }
}
