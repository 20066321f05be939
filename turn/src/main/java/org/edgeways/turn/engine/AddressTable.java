package org.edgeways.turn.engine;

import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Values by an address and a number (a port, or a port and a listener): open addressing over primitive keys, so that looking
 * up allocates nothing. The places depend on a seed, so that nobody can choose addresses that collide.
 */
public final class AddressTable<V> {

    // of all that are empty: one place, which is never taken, since three quarters of it are less than one
    private static final long[] NO_KEYS = new long[3];
    private static final @Nullable Object[] NO_VALUES = new @Nullable Object[1];

    private final long seed;
    private long[] keys = NO_KEYS;
    private @Nullable Object[] values = NO_VALUES;
    private int size;

    /** An empty one. {@code seed} is random. */
    public AddressTable(long seed) {
        this.seed = seed;
    }

    /** How many values there are. */
    public int size() {
        return size;
    }

    /** The value of an address and a number; null if there is none. */
    @SuppressWarnings("unchecked") // put() takes nothing else
    public @Nullable V get(long high, long low, long extra) {
        return (V) values[slot(high, low, extra)];
    }

    /** Puts a value in the place of what was there before. */
    public void put(long high, long low, long extra, V value) {
        int slot = slot(high, low, extra);
        if (values[slot] == null) {
            if ((size + 1) * 4 > values.length * 3) {
                resize(values.length * 2);
                slot = slot(high, low, extra);
            }
            size++;
        }
        set(slot, high, low, extra, value);
    }

    /** Removes a value, if there is one. */
    public void remove(long high, long low, long extra) {
        int hole = slot(high, low, extra);
        if (values[hole] == null) {
            return;
        }
        size--;
        int mask = values.length - 1;
        values[hole] = null;
        for (int at = hole + 1 & mask; values[at] != null; at = at + 1 & mask) {
            int home = home(keys[at * 3], keys[at * 3 + 1], keys[at * 3 + 2]);
            if ((at - home & mask) >= (at - hole & mask)) { // its way from home leads over the hole
                set(hole, keys[at * 3], keys[at * 3 + 1], keys[at * 3 + 2], values[at]);
                values[at] = null;
                hole = at;
            }
        }
    }

    @SuppressWarnings("unchecked")
    void forEach(Consumer<V> action) {
        for (Object value : values) {
            if (value != null) {
                action.accept((V) value);
            }
        }
    }

    /** Removes all for which {@code out} holds. */
    @SuppressWarnings("unchecked")
    void removeIf(Predicate<V> out) {
        long[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        keys = new long[oldKeys.length];
        values = new @Nullable Object[oldValues.length];
        size = 0;
        for (int i = 0; i < oldValues.length; i++) {
            Object value = oldValues[i];
            if (value != null && !out.test((V) value)) {
                put(oldKeys[i * 3], oldKeys[i * 3 + 1], oldKeys[i * 3 + 2], (V) value);
            }
        }
    }

    private void resize(int capacity) {
        long[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        keys = new long[capacity * 3];
        values = new @Nullable Object[capacity];
        for (int i = 0; i < oldValues.length; i++) {
            if (oldValues[i] != null) {
                int slot = slot(oldKeys[i * 3], oldKeys[i * 3 + 1], oldKeys[i * 3 + 2]);
                set(slot, oldKeys[i * 3], oldKeys[i * 3 + 1], oldKeys[i * 3 + 2], oldValues[i]);
            }
        }
    }

    private void set(int slot, long high, long low, long extra, @Nullable Object value) {
        keys[slot * 3] = high;
        keys[slot * 3 + 1] = low;
        keys[slot * 3 + 2] = extra;
        values[slot] = value;
    }

    /** Where the key is, or the free place where it belongs. */
    private int slot(long high, long low, long extra) {
        int mask = values.length - 1;
        int at = home(high, low, extra);
        while (values[at] != null && (keys[at * 3 + 1] != low || keys[at * 3 + 2] != extra || keys[at * 3] != high)) {
            at = at + 1 & mask;
        }
        return at;
    }

    private int home(long high, long low, long extra) {
        return (int) (Mixing.mix(Mixing.mix(Mixing.mix(seed ^ high) ^ low) ^ extra) >>> 32) & values.length - 1;
    }
}
