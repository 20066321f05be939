package org.edgeways.base;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Text of others in log lines of {@code key="value"}: cut at {@value #LONGEST} characters, and without what would end the
 * value or the line.
 */
public final class LogText {

    /** The longest text, in characters. */
    public static final int LONGEST = 200;

    private LogText() {}

    /**
     * The text, with a question mark for every control character and line separator, and an apostrophe for every quotation
     * mark; null gives "null".
     */
    public static String clean(@Nullable String text) {
        String given = String.valueOf(text);
        StringBuilder clean = new StringBuilder(Math.min(given.length(), LONGEST));
        for (int i = 0; i < given.length() && i < LONGEST; i++) {
            char c = given.charAt(i);
            clean.append(isBreaking(c) ? '?' : c == '"' ? '\'' : c);
        }
        return clean.toString();
    }

    /** An address and port as people write them, without the host's name and the slash of {@link SocketAddress#toString}. */
    public static String address(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : clean(String.valueOf(address));
    }

    private static boolean isBreaking(char c) {
        return Character.isISOControl(c) || c == 0x2028 || c == 0x2029;
    }
}
