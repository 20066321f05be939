package org.edgeways.pool.presence.engine;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names in documents that stay the same and from which what they are made of cannot be read. */
final class OpaqueName {

    private static final int BYTES = 8;

    private OpaqueName() {}

    /**
     * A name.
     *
     * @param kind a letter to begin with
     * @param owner whose it is
     * @param secret what it stands for
     */
    static String of(String kind, String owner, String secret) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((owner + " " + secret).getBytes(StandardCharsets.UTF_8));
            return kind + HexFormat.of().formatHex(digest, 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
