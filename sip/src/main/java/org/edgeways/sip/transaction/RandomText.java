package org.edgeways.sip.transaction;

import java.util.random.RandomGenerator;

/** Random texts of lower-case letters and digits, for tags and branches. */
final class RandomText {

    private static final String DIGITS = "0123456789abcdefghijklmnopqrstuv";

    private RandomText() {}

    /** A text of {@code length} characters with 5 random bits each. */
    static String of(RandomGenerator random, int length) {
        StringBuilder text = new StringBuilder(length);
        long bits = 0;
        for (int i = 0; i < length; i++) {
            if (i % 12 == 0) {
                bits = random.nextLong();
            }
            text.append(DIGITS.charAt((int) (bits & 31)));
            bits >>>= 5;
        }
        return text.toString();
    }
}
