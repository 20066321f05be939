package org.edgeways.settings.text;

/**
 * Limits of one text. A text at a limit is read, one past it refused.
 *
 * @param characters longest text
 * @param depth deepest nesting of tables and lists
 * @param nodes most values in all
 */
public record TextLimits(int characters, int depth, int nodes) {

    /** For a file of settings: 1 Mi characters, 16 deep, 100,000 values. */
    public static final TextLimits FILE = new TextLimits(1 << 20, 16, 100_000);

    public TextLimits {
        if (characters < 1 || depth < 1 || nodes < 1) {
            throw new IllegalArgumentException("limits are positive");
        }
    }
}
