package org.edgeways.sip.digest;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The hash of a digest (RFC 8760 section 2.1), weakest first. */
public enum DigestAlgorithm {
    /** MD5: what every client knows; to be offered inside TLS only. */
    MD5("MD5", "MD5", 32),
    /** SHA-256. */
    SHA_256("SHA-256", "SHA-256", 64),
    /** SHA-512 cut to 256 bits with its own start values (FIPS 180-4). */
    SHA_512_256("SHA-512-256", "SHA-512/256", 64);

    private final String token;
    private final String javaName;
    private final int hexLength;

    DigestAlgorithm(String token, String javaName, int hexLength) {
        this.token = token;
        this.javaName = javaName;
        this.hexLength = hexLength;
    }

    /** As written in the {@code algorithm} parameter. */
    public String token() {
        return token;
    }

    /** How many hexadecimal digits its values have. */
    public int hexLength() {
        return hexLength;
    }

    /** The algorithm of that token, in any case; empty if it is not one of these (the session variants are not). */
    public static Optional<DigestAlgorithm> ofToken(String token) {
        for (DigestAlgorithm algorithm : values()) {
            if (algorithm.token.equalsIgnoreCase(token)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /** The hash of the text's UTF-8 bytes, in lower-case hexadecimal. */
    public String hash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance(javaName).digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(javaName + " is part of every Java platform", e);
        }
    }

    /** H(A1) of RFC 7616 section 3.4.2: what is stored in place of a password, and as good as one for this realm. */
    public String ha1(String username, String realm, String password) {
        return hash(username + ":" + realm + ":" + password);
    }

    /** The value of the {@code response} parameter (RFC 7616 section 3.4.1). */
    String response(String ha1, String method, DigestCredentials given) {
        String ha2 = hash(method + ":" + given.uri());
        return given.qop() == null
                ? hash(ha1 + ":" + given.nonce() + ":" + ha2)
                : hash(ha1 + ":" + given.nonce() + ":" + given.nonceCountText() + ":" + given.cnonce() + ":auth:"
                        + ha2);
    }
}
