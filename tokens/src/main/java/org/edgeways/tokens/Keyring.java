package org.edgeways.tokens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The keys that seal tokens: AES-256, each with an id. The newest seals; all open, so that tokens that are in use
 * survive a rotation. Immutable.
 */
public final class Keyring {

    /** Most keys that one keyring holds; rotation drops the oldest beyond it. */
    public static final int MAX_KEYS = 8;

    /** Length of a key, in bytes (AES-256). */
    public static final int KEY_BYTES = 32;

    /** One key. Its bytes never show in {@link #toString()}. */
    public static final class Key {
        private final int id;
        private final byte[] bytes;
        private final SecretKey secret;
        private final Map<Purpose, byte[]> associatedData = new EnumMap<>(Purpose.class);

        Key(int id, byte[] bytes) {
            if (bytes.length != KEY_BYTES) {
                throw new IllegalArgumentException("a key has " + KEY_BYTES + " bytes, not " + bytes.length);
            }
            this.id = id;
            this.bytes = bytes.clone();
            this.secret = new SecretKeySpec(bytes, "AES");
            for (Purpose purpose : Purpose.values()) {
                associatedData.put(purpose, Sealer.associatedData(id, purpose));
            }
        }

        /** The key's id, as it stands in each token. */
        public int id() {
            return id;
        }

        SecretKey secret() {
            return secret;
        }

        /** Not to be changed. */
        byte[] associatedData(Purpose purpose) {
            return Objects.requireNonNull(associatedData.get(purpose));
        }

        byte[] bytes() {
            return bytes.clone();
        }

        @Override
        public String toString() {
            return "Key " + HexFormat.of().toHexDigits(id) + " ***";
        }
    }

    private final List<Key> keys;

    /** A keyring of the given keys, newest first. */
    Keyring(List<Key> newestFirst) {
        if (newestFirst.isEmpty() || newestFirst.size() > MAX_KEYS) {
            throw new IllegalArgumentException("a keyring has 1 to " + MAX_KEYS + " keys, not " + newestFirst.size());
        }
        this.keys = List.copyOf(newestFirst);
    }

    /** A keyring with one new key. {@code random} must be cryptographically strong outside of tests. */
    public static Keyring create(RandomGenerator random) {
        return new Keyring(List.of(newKey(random, List.of())));
    }

    /** The same keys and a new one that seals from now on; the oldest goes when there are more than the limit. */
    public Keyring rotated(RandomGenerator random) {
        List<Key> rotated = new ArrayList<>();
        rotated.add(newKey(random, keys));
        rotated.addAll(keys.subList(0, Math.min(keys.size(), MAX_KEYS - 1)));
        return new Keyring(rotated);
    }

    private static Key newKey(RandomGenerator random, List<Key> taken) {
        int id = random.nextInt();
        while (holds(taken, id)) {
            id = random.nextInt();
        }
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        Key key = new Key(id, bytes);
        Arrays.fill(bytes, (byte) 0);
        return key;
    }

    private static boolean holds(List<Key> keys, int id) {
        return keys.stream().anyMatch(key -> key.id() == id);
    }

    /** The key that seals. */
    public Key newest() {
        return keys.get(0);
    }

    /** The key of that id; null if it is not on this ring. */
    public @Nullable Key find(int id) {
        for (Key key : keys) {
            if (key.id() == id) {
                return key;
            }
        }
        return null;
    }

    /** All keys, newest first. */
    public List<Key> keys() {
        return keys;
    }

    @Override
    public String toString() {
        return "Keyring " + keys;
    }
}
