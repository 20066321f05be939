package org.edgeways.tokens;

import java.util.random.RandomGenerator;

/**
 * Whose relay credentials are, in numbers that only the inside can map to a person. A node counts by the first what one
 * person may have; the inside withdraws either.
 *
 * @param person all credentials of one person have the same, 0 to {@link #MAX_NUMBER}
 * @param device those that were got with one device's password have the same, 0 to {@link #MAX_NUMBER}
 */
public record RelayUser(long person, long device) {

    /** The largest number: 48 bits, so that numbers drawn at random are not drawn twice in practice. */
    public static final long MAX_NUMBER = (1L << 48) - 1;

    /** @throws IllegalArgumentException if a number is out of range */
    public RelayUser {
        if (person < 0 || person > MAX_NUMBER || device < 0 || device > MAX_NUMBER) {
            throw new IllegalArgumentException("numbers of 0 to 2^48 - 1, not " + person + " and " + device);
        }
    }

    /** A number for a person or a device. {@code random} must be cryptographically strong outside of tests. */
    public static long newNumber(RandomGenerator random) {
        return random.nextLong() & MAX_NUMBER;
    }
}
