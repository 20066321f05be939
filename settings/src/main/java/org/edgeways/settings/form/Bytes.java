package org.edgeways.settings.form;

import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as people write them: {@code 65536}, {@code 64KiB}, {@code 1MiB}. */
final class Bytes {

    private static final Pattern FORM = Pattern.compile("(\\d{1,15})\\s*(KiB|MiB|GiB|TiB)");
    private static final List<String> UNITS = List.of("", "KiB", "MiB", "GiB", "TiB");

    private Bytes() {}

    /** What the text means; empty if it means none. */
    static OptionalLong parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (text.length() > 30 || !matcher.matches()) {
            return OptionalLong.empty();
        }
        int shift = 10 * UNITS.indexOf(matcher.group(2));
        long amount = Long.parseLong(matcher.group(1));
        return amount > Long.MAX_VALUE >> shift ? OptionalLong.empty() : OptionalLong.of(amount << shift);
    }

    /** In the largest unit that gives a whole number. */
    static String text(long bytes) {
        long rest = bytes;
        int unit = 0;
        while (rest != 0 && rest % 1024 == 0 && unit < UNITS.size() - 1) {
            rest /= 1024;
            unit++;
        }
        return rest + UNITS.get(unit);
    }
}
