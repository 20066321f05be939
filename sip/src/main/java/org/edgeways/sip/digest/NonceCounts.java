package org.edgeways.sip.digest;

import java.util.Comparator;
import java.util.TreeMap;

/**
 * Which nonce counts have been used (RFC 7616 section 3.4, {@code nc}), so that nothing is accepted twice, in bounded
 * memory: only nonces that right credentials came with take an entry; what is older than the lifetime goes; past the
 * limit the oldest goes, and from then on every nonce that is as old and unknown counts as stale.
 */
final class NonceCounts {

    /** How far behind the highest count an unused one is still accepted: requests may overtake each other. */
    static final int WINDOW = 64;

    enum Use {
        FRESH,
        REPLAYED,
        /** Too old to know whether it was used. */
        FORGOTTEN
    }

    private record Key(long issuedAt, String nonce) {}

    private static final class Counts {
        private long highest;
        /** Bit i: highest - i was used. */
        private long used;
    }

    private final int limit;
    private long forgottenUntil;
    private final TreeMap<Key, Counts> counts =
            new TreeMap<>(Comparator.comparingLong(Key::issuedAt).thenComparing(Key::nonce));

    NonceCounts(int limit, long start) {
        this.limit = limit;
        this.forgottenUntil = start;
    }

    int size() {
        return counts.size();
    }

    /** Marks a count as used. */
    Use use(String nonce, long issuedAt, long count) {
        Key key = new Key(issuedAt, nonce);
        Counts known = counts.get(key);
        if (known == null) {
            if (issuedAt < forgottenUntil) {
                return Use.FORGOTTEN;
            }
            known = new Counts();
            known.highest = count;
            known.used = 1;
            counts.put(key, known);
            shrink();
            return Use.FRESH;
        }
        if (count > known.highest) {
            long step = count - known.highest;
            known.used = step >= WINDOW ? 1 : (known.used << step) | 1;
            known.highest = count;
            return Use.FRESH;
        }
        long behind = known.highest - count;
        if (behind >= WINDOW || (known.used & (1L << behind)) != 0) {
            return Use.REPLAYED;
        }
        known.used |= 1L << behind;
        return Use.FRESH;
    }

    /** Lets go of nonces issued before {@code time}, which count as stale by their age alone. */
    void forgetIssuedBefore(long time) {
        while (!counts.isEmpty() && counts.firstKey().issuedAt() < time) {
            counts.pollFirstEntry();
        }
        forgottenUntil = Math.max(forgottenUntil, time);
    }

    private void shrink() {
        while (counts.size() > limit) {
            long oldest = counts.pollFirstEntry().getKey().issuedAt();
            forgottenUntil = Math.max(forgottenUntil, oldest + 1);
        }
    }
}
