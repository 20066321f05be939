package org.edgeways.tokens;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.edgeways.base.Result;

/**
 * What one edge node is to run, signed by the inside. As bytes, a head of lines, an empty line, and the payload as it is:
 *
 * <pre>
 * edgeways-snapshot 1
 * key 0123456789abcdef
 * node edge1
 * revision 42
 * length 1234
 * signature AAAA…
 *
 * {"format":1,…}
 * </pre>
 *
 * The signature (Ed25519, base64url without padding) is over all of this without its own line. There is one spelling only.
 * Reading verifies nothing: see {@link SnapshotVerifier}.
 */
public final class SignedSnapshot {

    /** The longest payload, in bytes: in base 64 it fits into one message of the Link. */
    public static final int MAX_PAYLOAD_BYTES = 3_000_000;

    /** The longest envelope, in bytes. */
    public static final int MAX_BYTES = MAX_PAYLOAD_BYTES + 512;

    private static final int MAX_HEAD = 512;
    private static final int SIGNATURE_BYTES = 64;
    private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?");
    private static final Pattern HEAD = Pattern.compile("edgeways-snapshot 1\nkey ([0-9a-f]{16})\nnode (" + NAME
            + ")\nrevision ([1-9][0-9]{0,18})\nlength (0|[1-9][0-9]{0,6})\nsignature ([A-Za-z0-9_-]{86})\n\n");

    private final String keyId;
    private final String node;
    private final long revision;
    private final byte[] payload;
    private final byte[] signature;

    SignedSnapshot(String keyId, String node, long revision, byte[] payload, byte[] signature) {
        this.keyId = keyId;
        this.node = node;
        this.revision = revision;
        this.payload = payload.clone();
        this.signature = signature.clone();
    }

    static boolean isName(String node) {
        return NAME.matcher(node).matches();
    }

    /** Reads the form of an envelope, and believes nothing of it. */
    static Result<SignedSnapshot> read(byte[] envelope) {
        if (envelope.length > MAX_BYTES) {
            return Result.bad(
                    TokensErrorCode.SNAPSHOT_TOO_LONG,
                    MAX_BYTES,
                    "the snapshot has " + envelope.length + " bytes, at most " + MAX_BYTES + " are read");
        }
        String start = new String(envelope, 0, Math.min(envelope.length, MAX_HEAD), StandardCharsets.ISO_8859_1);
        Matcher head = HEAD.matcher(start);
        if (!head.lookingAt()) {
            return malformed(0, "the snapshot does not begin with the lines that one has");
        }
        byte[] signature = Base64.getUrlDecoder().decode(head.group(5));
        if (!Base64.getUrlEncoder().withoutPadding().encodeToString(signature).equals(head.group(5))) {
            return malformed(head.start(5), "the signature is not in its one spelling");
        }
        int length = Integer.parseInt(head.group(4));
        if (length > MAX_PAYLOAD_BYTES) {
            return Result.bad(
                    TokensErrorCode.SNAPSHOT_TOO_LONG,
                    head.start(4),
                    "the payload has " + length + " bytes, at most " + MAX_PAYLOAD_BYTES + " are read");
        }
        if (envelope.length - head.end() != length) {
            return malformed(
                    Math.min(envelope.length, head.end() + length),
                    "the payload is to have " + length + " bytes, " + (envelope.length - head.end()) + " are there");
        }
        long revision;
        try {
            revision = Long.parseLong(head.group(3));
        } catch (NumberFormatException tooLarge) {
            return malformed(head.start(3), "there is no such revision");
        }
        byte[] payload = Arrays.copyOfRange(envelope, head.end(), envelope.length);
        return Result.ok(new SignedSnapshot(head.group(1), head.group(2), revision, payload, signature));
    }

    private static Result<SignedSnapshot> malformed(int offset, String reason) {
        return Result.bad(TokensErrorCode.SNAPSHOT_MALFORMED, offset, reason);
    }

    /** The envelope as bytes. */
    public byte[] bytes() {
        return bytes("signature " + Base64.getUrlEncoder().withoutPadding().encodeToString(signature) + "\n");
    }

    /** What is signed. */
    byte[] signed() {
        return bytes("");
    }

    private byte[] bytes(String signatureLine) {
        String head = "edgeways-snapshot 1\nkey " + keyId + "\nnode " + node + "\nrevision " + revision + "\nlength "
                + payload.length + "\n" + signatureLine + "\n";
        ByteArrayOutputStream out = new ByteArrayOutputStream(head.length() + payload.length);
        out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(payload);
        return out.toByteArray();
    }

    /** The id of the key that signed it, as it says. */
    public String keyId() {
        return keyId;
    }

    /** Whom it is for. */
    public String node() {
        return node;
    }

    /** Its number, from 1; a later one has a greater one. */
    public long revision() {
        return revision;
    }

    /** What the node is to run. */
    public byte[] payload() {
        return payload.clone();
    }

    byte[] signature() {
        return signature.length == SIGNATURE_BYTES ? signature.clone() : new byte[SIGNATURE_BYTES];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SignedSnapshot that && Arrays.equals(bytes(), that.bytes());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(signature);
    }

    @Override
    public String toString() {
        return "SignedSnapshot " + revision + " of " + node + ", " + payload.length + " bytes, key " + keyId;
    }
}
