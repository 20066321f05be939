package org.edgeways.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.edgeways.base.Result;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RelayCredentialsTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long HOUR = 3_600;
    private static final long NOW = 1_795_000_000;
    private static final RelayUser ALICE_LAPTOP = new RelayUser(0x1234_5678_9abcL, 7);
    private static final RelayUser ALICE_PHONE = new RelayUser(0x1234_5678_9abcL, RelayUser.MAX_NUMBER);

    private final Random random = new Random(7);
    private KeyPair pair;
    private RelayKey key;
    private RelayKey other;
    private RelayCredentials good;

    @BeforeAll
    void makesKeys() {
        pair = RelayKey.newKeys(new SecureRandom());
        key = new RelayKey(pair);
        other = new RelayKey(RelayKey.newKeys(new SecureRandom()));
        good = key.mint(ALICE_LAPTOP, NOW + 8 * HOUR, random);
    }

    private static RelayVerifier verifier(RelayKey... keys) {
        return new RelayVerifier(List.of(keys).stream().map(RelayKey::check).toList(), Set.of());
    }

    private static Result<RelayVerifier.Known> check(RelayVerifier verifier, String username, long second) {
        return verifier.check(username, second * SECOND);
    }

    private static TokensErrorCode code(Result<RelayVerifier.Known> result) {
        return switch (result) {
            case Result.Ok<RelayVerifier.Known> ok -> throw new AssertionError("taken: " + ok);
            case Result.Bad<RelayVerifier.Known> bad -> (TokensErrorCode) bad.code();
        };
    }

    @Test
    void aNodeThatWasToldOfTheKeyTakesThemAndKnowsThePassword() {
        RelayCheck told = RelayCheck.read(key.check().text()).orThrow();
        RelayVerifier verifier = new RelayVerifier(List.of(told), Set.of());
        for (int again = 0; again < 2; again++) { // the second time it is remembered
            assertThat(check(verifier, good.username(), NOW).orThrow())
                    .isEqualTo(
                            new RelayVerifier.Known(ALICE_LAPTOP, key.check().id(), NOW + 8 * HOUR, good.password()));
        }
    }

    @Test
    void theUserNameBeginsWithItsTimeAndFitsWhatClientsHold() {
        assertThat(good.username())
                .startsWith(NOW + 8 * HOUR + ":")
                .matches("[0-9]+:[A-Za-z0-9_.-]+")
                .hasSizeLessThanOrEqualTo(RelayCredentials.MAX_USERNAME_LENGTH);
        RelayUser longest = new RelayUser(RelayUser.MAX_NUMBER, RelayUser.MAX_NUMBER);
        RelayCredentials last = key.mint(longest, RelayVerifier.MAX_EXPIRY_SECONDS, random);
        assertThat(last.username()).hasSizeLessThanOrEqualTo(RelayCredentials.MAX_USERNAME_LENGTH);
        assertThat(check(verifier(key), last.username(), NOW).orThrow().user()).isEqualTo(longest);
        RelayCredentials first = key.mint(new RelayUser(0, 0), 1, random);
        assertThat(check(verifier(key), first.username(), 0).orThrow().user()).isEqualTo(new RelayUser(0, 0));
        assertThatThrownBy(() -> key.mint(longest, RelayVerifier.MAX_EXPIRY_SECONDS + 1, random))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RelayUser(RelayUser.MAX_NUMBER + 1, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nobodyOnTheWayRecognisesAPersonByTheUserName() {
        String again = key.mint(ALICE_LAPTOP, good.expirySeconds(), random).username();
        String opaque = again.substring(again.indexOf(':') + 1);
        String before = good.username().substring(good.username().indexOf(':') + 1);
        int head = 8; // version and key id, in base64
        for (int from = head; from + 6 <= before.length(); from++) {
            assertThat(opaque).doesNotContain(before.substring(from, from + 6));
        }
    }

    @Test
    void theyAreGoodUntilTheirSecondAndNotInIt() {
        RelayVerifier verifier = verifier(key);
        assertThat(check(verifier, good.username(), NOW + 8 * HOUR - 1).isOk()).isTrue();
        assertThat(code(check(verifier, good.username(), NOW + 8 * HOUR)))
                .isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_EXPIRED);
        assertThat(code(check(verifier(key), good.username(), NOW + 8 * HOUR)))
                .as("without having seen them before")
                .isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_EXPIRED);
    }

    @Test
    void forWhatWasMadeWithThemBeforeTheyAreGoodForADayLonger() {
        long end = (NOW + 8 * HOUR) * SECOND;
        long day = RelayVerifier.ONGOING.toNanos();
        RelayVerifier seen = verifier(key);
        assertThat(seen.check(good.username(), NOW * SECOND).isOk()).isTrue();
        for (RelayVerifier verifier : List.of(seen, verifier(key))) {
            assertThat(verifier.claim(good.username(), true, end + day - SECOND).isOk())
                    .isTrue();
            assertThat(code(verifier.claim(good.username(), true, end + day)))
                    .isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_EXPIRED);
            assertThat(verifier.check(good.username(), true, end + day - SECOND).isOk())
                    .isTrue();
            assertThat(code(verifier.check(good.username(), true, end + day)))
                    .isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_EXPIRED);
            assertThat(code(verifier.check(good.username(), end))).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_EXPIRED);
        }
        RelayVerifier withdrawn = new RelayVerifier(List.of(key.check()), Set.of(ALICE_LAPTOP.device()));
        assertThat(code(withdrawn.claim(good.username(), true, end)))
                .isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
    }

    @Test
    void aNodeWhoseClockIsAnHourFastRefusesShortOnesAndSaysWhatTimeItBelievesItIs() {
        String brief = key.mint(ALICE_LAPTOP, NOW + 60, random).username();
        assertThat(check(verifier(key), brief, NOW).isOk()).isTrue();
        Result<RelayVerifier.Known> fast = check(verifier(key), brief, NOW + HOUR);
        assertThat(code(fast)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_EXPIRED);
        assertThat(((Result.Bad<RelayVerifier.Known>) fast).reason())
                .isEqualTo("they were good until 2026-11-18T11:07:40Z, and it is 2026-11-18T12:06:40Z here");
        assertThat(check(verifier(key), good.username(), NOW + HOUR).isOk())
                .as("those of the usual eight hours")
                .isTrue();
    }

    @Test
    void aNodeWhoseClockIsAnHourSlowTakesThemAnHourLonger() {
        assertThat(check(verifier(key), good.username(), NOW - HOUR).isOk()).isTrue();
        long slow = NOW + 9 * HOUR - 1 - HOUR; // what its clock says a second before nine hours are over
        assertThat(check(verifier(key), good.username(), slow).isOk()).isTrue();
        assertThat(check(verifier(key), good.username(), slow + 1).isOk()).isFalse();
    }

    @Test
    void refusesAUserNameWithAnyCharacterChanged() {
        String username = good.username();
        RelayVerifier verifier = verifier(key);
        for (int at = 0; at < username.length(); at++) {
            char bent = username.charAt(at) == 'A' ? 'B' : username.charAt(at) == '1' ? '2' : 'A';
            if (at < username.indexOf(':')) {
                bent = username.charAt(at) == '1' ? '2' : '1';
            }
            String forged = username.substring(0, at) + bent + username.substring(at + 1);
            assertThat(check(verifier, forged, NOW).isOk()).as(forged).isFalse();
        }
    }

    @Test
    void whoMakesTheTimeLongerIsToldAsAForger() {
        String username = good.username();
        String longer = NOW + 9 * HOUR + username.substring(username.indexOf(':'));
        assertThat(code(check(verifier(key), longer, NOW))).isEqualTo(TokensErrorCode.RELAY_USER_FORGED);
    }

    @Test
    void refusesAUserNameCutAnywhereOrLengthened() {
        String username = good.username();
        for (int length = 0; length < username.length(); length++) {
            assertThat(check(verifier(key), username.substring(0, length), NOW).isOk())
                    .isFalse();
        }
        assertThat(check(verifier(key), username + "A", NOW).isOk()).isFalse();
        assertThat(check(verifier(key), username + "==", NOW).isOk()).isFalse();
    }

    @Test
    void refusesForeignOnesWhateverTheirForm() {
        for (String foreign : new String[] {
            "",
            "alice",
            NOW + HOUR + ":alice",
            ":",
            NOW + ":" + "A".repeat(70),
            "0:A.B",
            "A".repeat(100_000),
            "1:\u0000"
        }) {
            assertThat(code(check(verifier(key), foreign, NOW)))
                    .as(foreign.substring(0, Math.min(20, foreign.length())))
                    .isEqualTo(TokensErrorCode.RELAY_USER_MALFORMED);
        }
        assertThat(code(check(verifier(other), good.username(), NOW))).isEqualTo(TokensErrorCode.RELAY_KEY_UNKNOWN);
        assertThat(code(check(verifier(), good.username(), NOW))).isEqualTo(TokensErrorCode.RELAY_KEY_UNKNOWN);
    }

    @Test
    void aNodeThatWasTakenOverMakesNoneThatAnotherNodeTakes() throws Exception {
        RelayCheck stolen = RelayCheck.read(key.check().text()).orThrow();
        KeyPair own = RelayKey.newKeys(new SecureRandom());
        long expiry = NOW + HOUR;
        String sealed = stolen.sealer(random)
                .seal(
                        Purpose.RELAY_USER,
                        new TokenWriter().number(1).number(2).number(expiry).bytes());
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(own.getPrivate());
        String named = expiry + ":" + sealed;
        signature.update(named.getBytes(StandardCharsets.US_ASCII));
        String forged = named + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        assertThat(code(check(verifier(key), forged, NOW))).isEqualTo(TokensErrorCode.RELAY_USER_FORGED);
    }

    @Test
    void aUserNameSeenOnTheWayWithAnotherSignatureHasAnotherPassword() {
        String name = good.username();
        String forged = name.substring(0, name.length() - 86) + "A".repeat(86);
        RelayVerifier verifier = verifier(key);
        long now = NOW * SECOND;
        assertThat(verifier.claim(name, false, now).orThrow())
                .isEqualTo(check(verifier, name, NOW).orThrow());
        assertThat(verifier.claim(forged, false, now).orThrow().password()).isNotEqualTo(good.password());
        assertThat(code(check(verifier, forged, NOW))).isEqualTo(TokensErrorCode.RELAY_USER_FORGED);
        assertThat(code(verifier.claim(name, false, now + 8 * HOUR * SECOND)))
                .isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_EXPIRED);
        RelayVerifier gone = new RelayVerifier(List.of(key.check()), Set.of(ALICE_LAPTOP.person()));
        assertThat(code(gone.claim(name, false, now))).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
    }

    @Test
    void numbersOutOfRangeThatSomebodySealedWithAStolenSecretAreAnErrorAndNoException() {
        String sealed = key.check()
                .sealer(random)
                .seal(
                        Purpose.RELAY_USER,
                        new TokenWriter()
                                .number(-1)
                                .number(Long.MIN_VALUE)
                                .number(NOW + HOUR)
                                .bytes());
        String forged = NOW + HOUR + ":" + sealed + "." + "A".repeat(86);
        assertThat(code(check(verifier(key), forged, NOW))).isEqualTo(TokensErrorCode.RELAY_USER_FORGED);
    }

    @Test
    void aKeyThatWasRolledIsGoodBesideTheNewOneAndUnknownWhenItIsTakenAway() {
        RelayCredentials later = other.mint(ALICE_PHONE, NOW + HOUR, random);
        for (RelayVerifier both : List.of(verifier(other, key), verifier(key, other))) {
            assertThat(check(both, good.username(), NOW).isOk()).isTrue();
            assertThat(check(both, later.username(), NOW).isOk()).isTrue();
            assertThat(both.isRevoked(ALICE_LAPTOP, key.check().id())).isFalse();
        }
        RelayVerifier after = verifier(other);
        assertThat(code(check(after, good.username(), NOW))).isEqualTo(TokensErrorCode.RELAY_KEY_UNKNOWN);
        assertThat(after.isRevoked(ALICE_LAPTOP, key.check().id())).isTrue();
        assertThat(check(after, later.username(), NOW).isOk()).isTrue();
    }

    @Test
    void aWithdrawnPersonLosesAllDevicesAndAWithdrawnDeviceOnlyItself() {
        RelayCredentials phone = key.mint(ALICE_PHONE, NOW + HOUR, random);
        RelayVerifier lost = new RelayVerifier(List.of(key.check()), Set.of(ALICE_PHONE.device()));
        assertThat(code(check(lost, phone.username(), NOW))).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
        assertThat(lost.isRevoked(ALICE_PHONE, key.check().id())).isTrue();
        assertThat(check(lost, good.username(), NOW).isOk()).isTrue();
        assertThat(lost.isRevoked(ALICE_LAPTOP, key.check().id())).isFalse();
        RelayVerifier gone = new RelayVerifier(List.of(key.check()), Set.of(ALICE_PHONE.person()));
        for (RelayCredentials each : List.of(good, phone)) {
            assertThat(code(check(gone, each.username(), NOW))).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
        }
        for (RelayUser each : List.of(ALICE_LAPTOP, ALICE_PHONE)) {
            assertThat(gone.isRevoked(each, key.check().id())).isTrue();
        }
    }

    @Test
    void aSignatureThatWasVerifiedIsNotVerifiedAgainWhenSomebodyElseIsWithdrawn() {
        RelayCredentials later = other.mint(ALICE_PHONE, NOW + HOUR, random);
        RelayVerifier before = verifier(key, other);
        assertThat(check(before, good.username(), NOW).isOk()).isTrue();
        assertThat(check(before, later.username(), NOW).isOk()).isTrue();

        RelayVerifier next = new RelayVerifier(List.of(key.check()), Set.of(ALICE_PHONE.device()));
        next.takeOver(before);
        assertThat(next.remembers(good.username())).isTrue();
        assertThat(check(next, good.username(), NOW).isOk()).isTrue();
        assertThat(next.remembers(later.username())).as("of another key").isFalse();
        assertThat(code(check(next, later.username(), NOW))).isEqualTo(TokensErrorCode.RELAY_KEY_UNKNOWN);

        RelayVerifier gone = new RelayVerifier(List.of(key.check()), Set.of(ALICE_LAPTOP.person()));
        gone.takeOver(next);
        assertThat(code(check(gone, good.username(), NOW))).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);

        RelayVerifier full = new RelayVerifier(List.of(key.check()), Set.of(), 1);
        full.takeOver(next);
        full.takeOver(before);
        assertThat(full.remembers(good.username())).isTrue();
    }

    @Test
    void moreUserNamesThanAreRememberedAreAllGood() {
        RelayVerifier verifier = new RelayVerifier(List.of(key.check()), Set.of(), 30);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            names.add(key.mint(new RelayUser(i, i), NOW + HOUR, random).username());
        }
        for (int round = 0; round < 2; round++) {
            for (String name : names) {
                assertThat(check(verifier, name, NOW).isOk()).isTrue();
            }
        }
    }

    @Test
    void aKeyKeepsItsIdAndShowsNoSecret() {
        assertThat(new RelayKey(pair).check()).isEqualTo(key.check()).isNotEqualTo(other.check());
        String shared = key.check().text().split("\\.", -1)[2];
        for (Object shown : List.of(key, key.check(), good, check(verifier(key), good.username(), NOW))) {
            assertThat(shown.toString()).contains("***").doesNotContain(shared).doesNotContain(good.password());
        }
        String text = key.check().text();
        for (String bent : List.of("", text + "A", text.replace("relay-check-1", "relay-check-2"), text.substring(1))) {
            assertThat(RelayCheck.read(bent).isOk()).as(bent).isFalse();
        }
    }
}
