package org.edgeways.sip.digest;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is stored of one password: H(A1) for each algorithm (RFC 7616 section 3.4.2). As good as the password. */
public final class StoredHash {

    private final EnumMap<DigestAlgorithm, String> hashes = new EnumMap<>(DigestAlgorithm.class);

    /**
     * From stored values.
     *
     * @param hashes lower-case hexadecimal
     */
    public StoredHash(Map<DigestAlgorithm, String> hashes) {
        this.hashes.putAll(hashes);
    }

    /** Of a password, for every algorithm. */
    public static StoredHash of(String username, String realm, String password) {
        EnumMap<DigestAlgorithm, String> all = new EnumMap<>(DigestAlgorithm.class);
        for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
            all.put(algorithm, algorithm.ha1(username, realm, password));
        }
        return new StoredHash(all);
    }

    /** H(A1) for {@code algorithm} in lower-case hexadecimal, or null if it is not stored. */
    public @Nullable String get(DigestAlgorithm algorithm) {
        return hashes.get(algorithm);
    }

    /** Never shows a hash. */
    @Override
    public String toString() {
        return "***";
    }
}
