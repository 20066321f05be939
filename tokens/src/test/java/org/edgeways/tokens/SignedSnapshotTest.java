package org.edgeways.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.Result;
import org.junit.jupiter.api.Test;

class SignedSnapshotTest {

    private static final byte[] PAYLOAD = "{\"format\":1}".getBytes(StandardCharsets.UTF_8);

    private final SnapshotSigner signer = new SnapshotSigner(SnapshotSigner.newKeys(new SecureRandom()));
    private final SnapshotSigner other = new SnapshotSigner(SnapshotSigner.newKeys(new SecureRandom()));
    private final SnapshotVerifier verifier = new SnapshotVerifier("edge1", List.of(signer.key()));
    private final byte[] envelope = signer.sign("edge1", 42, PAYLOAD).bytes();

    private static ErrorCode code(Result<?> result) {
        return switch (result) {
            case Result.Ok<?> ok -> throw new AssertionError("was taken");
            case Result.Bad<?> bad -> bad.code();
        };
    }

    private ErrorCode refused(String from, String to) {
        String text = new String(envelope, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(from);
        return code(verifier.verify(text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1), 0));
    }

    @Test
    void whatIsSignedIsTakenAsItWas() {
        SignedSnapshot taken = verifier.verify(envelope, 0).orThrow();
        assertThat(taken.node()).isEqualTo("edge1");
        assertThat(taken.revision()).isEqualTo(42);
        assertThat(taken.payload()).isEqualTo(PAYLOAD);
        assertThat(taken).isEqualTo(signer.sign("edge1", 42, PAYLOAD));
    }

    @Test
    void anyOfTheNodesKeysVerifies() {
        SnapshotVerifier both = new SnapshotVerifier("edge1", List.of(other.key(), signer.key()));
        assertThat(both.verify(envelope, 0).isOk()).isTrue();
    }

    @Test
    void aSnapshotOfAKeyThatTheNodeWasNotGivenIsRefused() {
        assertThat(code(verifier.verify(other.sign("edge1", 42, PAYLOAD).bytes(), 0)))
                .isEqualTo(TokensErrorCode.SNAPSHOT_KEY_UNKNOWN);
    }

    @Test
    void aSnapshotThatOnlyClaimsTheKeyIsRefused() {
        byte[] forged = new String(other.sign("edge1", 42, PAYLOAD).bytes(), StandardCharsets.US_ASCII)
                .replace(other.key().id(), signer.key().id())
                .getBytes(StandardCharsets.US_ASCII);
        assertThat(code(verifier.verify(forged, 0))).isEqualTo(TokensErrorCode.SNAPSHOT_FORGED);
    }

    @Test
    void aSnapshotOfAnotherNodeIsRefused() {
        assertThat(code(verifier.verify(signer.sign("edge2", 42, PAYLOAD).bytes(), 0)))
                .isEqualTo(TokensErrorCode.SNAPSHOT_OF_ANOTHER_NODE);
        assertThat(refused("node edge1", "node edge2")).isEqualTo(TokensErrorCode.SNAPSHOT_FORGED);
    }

    @Test
    void anOlderSnapshotIsRefusedAndTheSameTakenAgain() {
        assertThat(code(verifier.verify(envelope, 43))).isEqualTo(TokensErrorCode.SNAPSHOT_OLDER);
        assertThat(verifier.verify(envelope, 42).isOk()).isTrue();
        assertThat(refused("revision 42", "revision 44")).isEqualTo(TokensErrorCode.SNAPSHOT_FORGED);
    }

    @Test
    void noChangedByteIsTaken() {
        for (int i = 0; i < envelope.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bent = envelope.clone();
                bent[i] ^= (byte) (1 << bit);
                assertThat(code(verifier.verify(bent, 0)))
                        .as("bit %d of byte %d", bit, i)
                        .isIn(
                                TokensErrorCode.SNAPSHOT_FORGED,
                                TokensErrorCode.SNAPSHOT_MALFORMED,
                                TokensErrorCode.SNAPSHOT_KEY_UNKNOWN,
                                TokensErrorCode.SNAPSHOT_TOO_LONG);
            }
        }
    }

    @Test
    void noSnapshotThatIsCutOrLengthenedIsTaken() {
        for (int length = 0; length < envelope.length; length++) {
            assertThat(code(verifier.verify(Arrays.copyOf(envelope, length), 0)))
                    .as("cut at %d", length)
                    .isEqualTo(TokensErrorCode.SNAPSHOT_MALFORMED);
        }
        assertThat(code(verifier.verify(Arrays.copyOf(envelope, envelope.length + 1), 0)))
                .isEqualTo(TokensErrorCode.SNAPSHOT_MALFORMED);
    }

    @Test
    void anotherSpellingIsRefused() {
        assertThat(refused("revision 42", "revision 042")).isEqualTo(TokensErrorCode.SNAPSHOT_MALFORMED);
        assertThat(refused("edgeways-snapshot 1\n", "edgeways-snapshot 2\n"))
                .isEqualTo(TokensErrorCode.SNAPSHOT_MALFORMED);
        assertThat(refused("revision 42", "revision 9999999999999999999"))
                .isEqualTo(TokensErrorCode.SNAPSHOT_MALFORMED);
        assertThat(refused("node edge1", "node Edge1")).isEqualTo(TokensErrorCode.SNAPSHOT_MALFORMED);
    }

    @Test
    void aPayloadAtTheLimitIsSignedAndTakenAndALongerOneIsNot() {
        byte[] most = new byte[SignedSnapshot.MAX_PAYLOAD_BYTES];
        assertThat(verifier.verify(signer.sign("edge1", 1, most).bytes(), 0)
                        .orThrow()
                        .payload())
                .hasSize(most.length);
        assertThatThrownBy(() -> signer.sign("edge1", 1, new byte[most.length + 1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(code(verifier.verify(new byte[SignedSnapshot.MAX_BYTES + 1], 0)))
                .isEqualTo(TokensErrorCode.SNAPSHOT_TOO_LONG);
        assertThat(refused("length 12", "length 3000001")).isEqualTo(TokensErrorCode.SNAPSHOT_TOO_LONG);
    }

    @Test
    void nothingIsSignedForANameOrRevisionThatNoneHas() {
        for (String node : List.of("", "Edge1", "a\nb", "x".repeat(64))) {
            assertThatThrownBy(() -> signer.sign(node, 1, PAYLOAD)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> signer.sign("edge1", 0, PAYLOAD)).isInstanceOf(IllegalArgumentException.class);
        String longest = "x".repeat(63);
        SnapshotVerifier theirs = new SnapshotVerifier(longest, List.of(signer.key()));
        assertThat(theirs.verify(signer.sign(longest, Long.MAX_VALUE, PAYLOAD).bytes(), 0)
                        .isOk())
                .isTrue();
    }

    @Test
    void aKeyReadsBackAsItWasAndNothingElseIsOne() throws Exception {
        SnapshotKey key = SnapshotKey.read(signer.key().encoded()).orThrow();
        assertThat(key).isEqualTo(signer.key());
        assertThat(new SnapshotVerifier("edge1", List.of(key))
                        .verify(envelope, 0)
                        .isOk())
                .isTrue();
        byte[] rsa = KeyPairGenerator.getInstance("X25519")
                .generateKeyPair()
                .getPublic()
                .getEncoded();
        for (byte[] bytes : List.of(new byte[0], new byte[44], rsa, new byte[SnapshotKey.MAX_BYTES + 1])) {
            assertThat(code(SnapshotKey.read(bytes))).isEqualTo(TokensErrorCode.SNAPSHOT_KEY_MALFORMED);
        }
    }

    @Test
    void asManyKeysAsAllowedVerifyAndOneMoreIsRefused() {
        List<SnapshotKey> most = java.util.Collections.nCopies(SnapshotVerifier.MAX_KEYS, signer.key());
        assertThat(new SnapshotVerifier("edge1", most).verify(envelope, 0).isOk())
                .isTrue();
        assertThatThrownBy(() -> new SnapshotVerifier(
                        "edge1", java.util.Collections.nCopies(SnapshotVerifier.MAX_KEYS + 1, signer.key())))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SnapshotVerifier("edge1", List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void neitherSignerNorSnapshotShowsASecretOrTheContent() {
        assertThat(signer.toString()).contains("***");
        assertThat(verifier.verify(envelope, 0).orThrow().toString()).doesNotContain("format");
    }
}
