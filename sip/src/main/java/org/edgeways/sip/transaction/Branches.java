package org.edgeways.sip.transaction;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The branches that we write into Via: {@code z9hG4bK-SHARD-RANDOM} or {@code z9hG4bK-SHARD-RANDOM-LOOP}. The shard is
 * the number of the event loop whose engine sent the request (base 36), so that the response finds it; the loop part is
 * the proxy core's (RFC 5393 section 4.2).
 */
public final class Branches {

    /** What every branch of RFC 3261 starts with. */
    public static final String MAGIC_COOKIE = "z9hG4bK";

    /** What {@link #shardOf} says of a branch that is not ours. */
    public static final int NO_SHARD = -1;

    private static final String PREFIX = MAGIC_COOKIE + "-";

    private Branches() {}

    /** A new branch with 80 random bits. */
    public static String create(int shard, RandomGenerator random) {
        StringBuilder branch =
                new StringBuilder(PREFIX).append(Integer.toString(shard, 36)).append('-');
        return branch.append(RandomText.of(random, 16)).toString();
    }

    /** A new branch with 80 random bits and a loop part of letters and digits. */
    public static String create(int shard, RandomGenerator random, String loopPart) {
        return create(shard, random) + "-" + loopPart;
    }

    /** The shard of a branch that one of our engines made, {@link #NO_SHARD} for any other text. */
    public static int shardOf(@Nullable String branch) {
        if (branch == null || !branch.startsWith(PREFIX)) {
            return NO_SHARD;
        }
        int end = branch.indexOf('-', PREFIX.length());
        if (end <= PREFIX.length() || end - PREFIX.length() > 4) {
            return NO_SHARD;
        }
        int shard = 0;
        for (int i = PREFIX.length(); i < end; i++) {
            int digit = Character.digit(branch.charAt(i), 36);
            if (digit < 0) {
                return NO_SHARD;
            }
            shard = shard * 36 + digit;
        }
        return shard;
    }

    /** The loop part of a branch that one of our engines made, null if it has none. */
    public static @Nullable String loopPartOf(@Nullable String branch) {
        if (branch == null || !branch.startsWith(PREFIX)) {
            return null;
        }
        int shardEnd = branch.indexOf('-', PREFIX.length());
        int randomEnd = shardEnd < 0 ? -1 : branch.indexOf('-', shardEnd + 1);
        return randomEnd < 0 ? null : branch.substring(randomEnd + 1);
    }
}
