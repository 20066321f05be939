package org.edgeways.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.Result;
import org.junit.jupiter.api.Test;

class SealerTest {

    private static final byte[] CONTENT = "what only we may read".getBytes(StandardCharsets.UTF_8);

    private final Random random = new Random(7);
    private final Keyring keyring = Keyring.create(random);
    private final Sealer sealer = new Sealer(keyring, random);

    @Test
    void aSealerThatTookARotatedRingOpensTheOldTokensAndSealsWithTheNewKey() {
        String old = sealer.seal(Purpose.FLOW, CONTENT);
        Keyring rotated = keyring.rotated(random);
        sealer.use(rotated);
        assertThat(sealer.open(Purpose.FLOW, old).orThrow()).isEqualTo(CONTENT);
        assertThat(sealer.keyId()).isEqualTo(rotated.newest().id());
        assertThat(new Sealer(keyring, random)
                        .open(Purpose.FLOW, sealer.seal(Purpose.FLOW, CONTENT))
                        .isOk())
                .isFalse();
    }

    @Test
    void opensWhatItSealed() {
        String token = sealer.seal(Purpose.FLOW, CONTENT);
        assertThat(sealer.open(Purpose.FLOW, token).orThrow()).isEqualTo(CONTENT);
    }

    @Test
    void aTokenFitsTheUserPartOfASipUri() {
        for (int length = 0; length < 64; length++) {
            assertThat(sealer.seal(Purpose.ROUTE, new byte[length])).matches("[A-Za-z0-9_-]+");
        }
    }

    @Test
    void theSameContentNeverGivesTheSameToken() {
        assertThat(sealer.seal(Purpose.FLOW, CONTENT)).isNotEqualTo(sealer.seal(Purpose.FLOW, CONTENT));
    }

    @Test
    void refusesATokenWithAnyCharacterChanged() {
        String token = sealer.seal(Purpose.FLOW, CONTENT);
        for (int i = 0; i < token.length(); i++) {
            char other = token.charAt(i) == 'A' ? 'B' : 'A';
            String forged = token.substring(0, i) + other + token.substring(i + 1);
            assertThat(sealer.open(Purpose.FLOW, forged).isOk()).as(forged).isFalse();
        }
    }

    @Test
    void refusesATokenCutAnywhere() {
        String token = sealer.seal(Purpose.FLOW, CONTENT);
        for (int length = 0; length < token.length(); length++) {
            assertThat(sealer.open(Purpose.FLOW, token.substring(0, length)).isOk())
                    .isFalse();
        }
        assertThat(sealer.open(Purpose.FLOW, token + "AAAA").isOk()).isFalse();
    }

    @Test
    void refusesATokenOfAnotherPurpose() {
        String token = sealer.seal(Purpose.ROUTE, CONTENT);
        assertThat(code(sealer.open(Purpose.FLOW, token))).isEqualTo(TokensErrorCode.TOKEN_FORGED);
        assertThat(code(sealer.open(Purpose.CONTACT, token))).isEqualTo(TokensErrorCode.TOKEN_FORGED);
    }

    @Test
    void refusesATokenSealedWithAForeignKey() {
        String token = new Sealer(Keyring.create(random), random).seal(Purpose.FLOW, CONTENT);
        assertThat(code(sealer.open(Purpose.FLOW, token))).isEqualTo(TokensErrorCode.TOKEN_KEY_UNKNOWN);
    }

    @Test
    void refusesATokenSealedWithAForeignKeyUnderOurKeysId() {
        byte[] foreign = new byte[Keyring.KEY_BYTES];
        Keyring disguised =
                new Keyring(java.util.List.of(new Keyring.Key(keyring.newest().id(), foreign)));
        String token = new Sealer(disguised, random).seal(Purpose.FLOW, CONTENT);
        assertThat(code(sealer.open(Purpose.FLOW, token))).isEqualTo(TokensErrorCode.TOKEN_FORGED);
    }

    @Test
    void refusesWhatIsNoTokenAtAll() {
        for (String text : new String[] {"", "alice", "%41%42", "a b", "ÄÖÜ", "====", "A".repeat(100_000)}) {
            assertThat(code(sealer.open(Purpose.FLOW, text))).isEqualTo(TokensErrorCode.TOKEN_MALFORMED);
        }
    }

    @Test
    void refusesAnotherSpellingOfTheSameBytes() {
        String token = sealer.seal(Purpose.FLOW, new byte[1]);
        assertThat(sealer.open(Purpose.FLOW, token + "=").isOk()).isFalse();
        assertThat(sealer.open(Purpose.FLOW, token + "==").isOk()).isFalse();
    }

    @Test
    void opensOldTokensAfterARotationAndSealsWithTheNewKey() {
        String old = sealer.seal(Purpose.FLOW, CONTENT);
        Keyring rotated = keyring.rotated(random);
        Sealer after = new Sealer(rotated, random);
        assertThat(after.open(Purpose.FLOW, old).orThrow()).isEqualTo(CONTENT);
        assertThat(sealer.open(Purpose.FLOW, after.seal(Purpose.FLOW, CONTENT)).isOk())
                .isFalse();
    }

    @Test
    void forgetsTheOldestKeyPastTheLimit() {
        String old = sealer.seal(Purpose.FLOW, CONTENT);
        Keyring ring = keyring;
        for (int i = 1; i < Keyring.MAX_KEYS; i++) {
            ring = ring.rotated(random);
        }
        assertThat(new Sealer(ring, random).open(Purpose.FLOW, old).isOk()).isTrue();
        ring = ring.rotated(random);
        assertThat(ring.keys()).hasSize(Keyring.MAX_KEYS);
        assertThat(new Sealer(ring, random).open(Purpose.FLOW, old).isOk()).isFalse();
    }

    @Test
    void sealsUpToItsLimitAndNotOneByteMore() {
        byte[] most = new byte[Sealer.MAX_CONTENT_BYTES];
        assertThat(sealer.open(Purpose.ROUTE, sealer.seal(Purpose.ROUTE, most)).orThrow())
                .isEqualTo(most);
        assertThatThrownBy(() -> sealer.seal(Purpose.ROUTE, new byte[Sealer.MAX_CONTENT_BYTES + 1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void neverShowsAKeyInItsText() {
        assertThat(keyring.toString()).contains("***").hasSizeLessThan(60);
    }

    private static ErrorCode code(Result<byte[]> result) {
        return switch (result) {
            case Result.Ok<byte[]> ok -> throw new AssertionError("opened");
            case Result.Bad<byte[]> bad -> bad.code();
        };
    }
}
