package org.edgeways.bench.load;

import io.netty.buffer.ByteBuf;

/** Transaction numbers as eight hexadecimal digits, which always take the same place in a message. */
final class Hex {

    static final int DIGITS = 8;
    static final String ZERO = "0".repeat(DIGITS);

    private Hex() {}

    static void put(ByteBuf buffer, int at, int number) {
        for (int i = 0; i < DIGITS; i++) {
            int digit = number >>> 4 * (DIGITS - 1 - i) & 15;
            buffer.setByte(at + i, digit < 10 ? '0' + digit : 'a' + digit - 10);
        }
    }

    static int read(byte[] bytes, int at) {
        int number = 0;
        for (int i = 0; i < DIGITS; i++) {
            number = number << 4 | Character.digit(bytes[at + i], 16) & 15;
        }
        return number;
    }

    static String text(int number) {
        String digits = Integer.toHexString(number);
        return ZERO.substring(digits.length()) + digits;
    }
}
