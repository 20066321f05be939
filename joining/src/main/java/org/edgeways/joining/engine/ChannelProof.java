package org.edgeways.joining.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.util.HexFormat;

/**
 * What the two ends sign. Both signatures hold the channel binding of the TLS connection that they travel on (type
 * {@code tls-exporter}, RFC 9266), so that somebody who stands between two connections cannot pass one on to the other. All
 * parts but the first word have a fixed length.
 */
public final class ChannelProof {

    /** Length of a channel binding, in bytes. */
    public static final int BINDING_BYTES = 32;

    /** The label of the exporter (RFC 9266 section 2). */
    public static final String EXPORTER_LABEL = "EXPORTER-Channel-Binding";

    private static final String INSIDE = "edgeways-join/1 inside";
    private static final String NODE = "edgeways-join/1 node";

    private ChannelProof() {}

    /** What the authority signs. */
    public static byte[] ofInside(byte[] binding, String enrolment) {
        return content(INSIDE, binding, enrolment, new byte[0]);
    }

    /** What the secret signs. */
    static byte[] ofNode(byte[] binding, String enrolment, byte[] request) {
        try {
            return content(
                    NODE,
                    binding,
                    enrolment,
                    MessageDigest.getInstance("SHA-256").digest(request));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    private static byte[] content(String word, byte[] binding, String enrolment, byte[] hash) {
        if (binding.length != BINDING_BYTES) {
            throw new IllegalArgumentException("a channel binding has " + BINDING_BYTES + " bytes");
        }
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(word.getBytes(StandardCharsets.US_ASCII));
        content.write(0);
        content.writeBytes(binding);
        content.writeBytes(HexFormat.of().parseHex(enrolment));
        content.writeBytes(hash);
        return content.toByteArray();
    }

    /** True if {@code signature} is {@code key}'s; one that cannot be read is not. */
    static boolean holds(String algorithm, PublicKey key, byte[] content, byte[] signature) {
        try {
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(key);
            verifying.update(content);
            return verifying.verify(signature);
        } catch (GeneralSecurityException notOfThatKind) {
            return false;
        }
    }
}
