package org.edgeways.pool.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.edgeways.accounts.AccountLimits;
import org.edgeways.accounts.Accounts;
import org.edgeways.accounts.NewDevice;
import org.edgeways.accounts.NewPerson;
import org.edgeways.accounts.PersonChange;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.Result;
import org.edgeways.net.Passphrase;
import org.edgeways.policy.PersonRights;
import org.edgeways.pool.engine.PoolErrorCode;
import org.edgeways.pool.relay.engine.KeyRoll;
import org.edgeways.store.Store;
import org.edgeways.tokens.RelayCredentials;
import org.edgeways.tokens.RelayKey;
import org.edgeways.tokens.RelayUser;
import org.edgeways.tokens.RelayVerifier;
import org.edgeways.tokens.TokensErrorCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Credentials, keys and withdrawals, on a real store. A little longer than other files: what is withdrawn, which keys there are and what a
 * start finds are told of the same people.
 */
class RelayServiceTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final Duration LIFE = Duration.ofHours(8);
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path directory;

    private final InMemoryCounters counters = new InMemoryCounters();
    private final KeysInMemory keys = new KeysInMemory();
    private final AtomicInteger told = new AtomicInteger();
    private Instant now = Instant.parse("2026-11-23T10:00:00Z");
    private Store store;
    private Accounts accounts;
    private RelayService service;
    private String laptop = "";
    private String phone = "";

    @BeforeEach
    void openAndAddAlice() throws IOException {
        open();
        accounts.add(new NewPerson("alice", null, "", new PersonRights(true)))
                .join()
                .orThrow();
        laptop = addDevice("laptop");
        phone = addDevice("phone");
    }

    private void open() throws IOException {
        store = Store.open(directory.resolve("data"), List.of(Accounts.SCHEMA, RelayService.SCHEMA), counters);
        InstantSource clock = () -> now;
        accounts =
                Accounts.open(store, List.of("acorn.example"), AccountLimits.DEFAULT, clock, new Random(7), counters);
        openService();
    }

    private void openService() throws IOException {
        service = RelayService.open(store, accounts, keys, () -> now, RANDOM, new InMemoryCounters());
        service.whenChanged(told::incrementAndGet);
    }

    /** Without a disk and the time that it takes to derive a key from a passphrase. */
    private static final class KeysInMemory implements RelayKeys {
        private final Map<Integer, RelayKey> keys = new HashMap<>();

        @Override
        public RelayKey make() {
            RelayKey key = new RelayKey(RelayKey.newKeys(RANDOM));
            keys.put(key.check().id(), key);
            return key;
        }

        @Override
        public Result<RelayKey> read(int id) {
            RelayKey key = keys.get(id);
            return key == null ? Result.bad(RelayErrorCode.KEY_UNUSABLE, 0, "not here") : Result.ok(key);
        }

        @Override
        public void delete(int id) {
            keys.remove(id);
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    private String addDevice(String label) {
        NewDevice added = accounts.addDevice(ALICE, label, null).join().orThrow();
        return added.device().id();
    }

    private RelayCredentials mint(String device, Duration life) {
        return service.mint(ALICE, device, life, false).join().orThrow();
    }

    /** What a node that has been told of everything says. */
    private Result<RelayVerifier.Known> check(RelayCredentials credentials) {
        RelayService.Told all = service.told();
        return new RelayVerifier(all.checks(), all.withdrawn())
                .check(credentials.username(), now.getEpochSecond() * 1_000_000_000L);
    }

    private TokensErrorCode refusal(RelayCredentials credentials) {
        return switch (check(credentials)) {
            case Result.Ok<RelayVerifier.Known> ok -> throw new AssertionError("taken: " + ok);
            case Result.Bad<RelayVerifier.Known> bad -> (TokensErrorCode) bad.code();
        };
    }

    private RelayUser user(RelayCredentials credentials) {
        return check(credentials).orThrow().user();
    }

    @Test
    void theCredentialsOfAPersonAreGoodForTheirTimeAndTellOnlyTheInsideWhoseTheyAre() {
        RelayCredentials made = mint(laptop, LIFE);
        assertThat(made.expirySeconds()).isEqualTo(now.plus(LIFE).getEpochSecond());
        assertThat(check(made).orThrow().password()).isEqualTo(made.password());
        assertThat(made.username()).doesNotContain("alice");
        assertThat(service.personOf(user(made).person())).contains(ALICE);
        assertThat(service.personOf(user(made).device())).contains(ALICE);
        now = now.plus(LIFE);
        assertThat(refusal(made)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_EXPIRED);
    }

    @Test
    void aUserNameOfALogIsSomebodysAlsoWhenItsTimeIsOverOrItWasTakenBack() {
        RelayCredentials made = mint(phone, LIFE);
        RelayService.Owner owner = new RelayService.Owner(ALICE, Optional.of(phone), false);
        assertThat(service.ownerOf(made.username()).orThrow()).isEqualTo(owner);
        now = now.plus(LIFE);
        assertThat(service.ownerOf(made.username()).orThrow()).isEqualTo(owner);
        RelayCredentials lost = mint(phone, LIFE);
        accounts.revokeDevice(ALICE, "phone").join().orThrow();
        assertThat(service.ownerOf(lost.username()).orThrow())
                .isEqualTo(new RelayService.Owner(ALICE, Optional.of(phone), true));
        assertThat(code(service.ownerOf(lost.username().replace(':', ';'))))
                .isEqualTo(TokensErrorCode.RELAY_USER_MALFORMED);
    }

    @Test
    void aPersonKeepsOneNumberAndEachDeviceItsOwnAlsoAfterARestart() throws IOException {
        RelayUser first = user(mint(laptop, LIFE));
        RelayUser other = user(mint(phone, LIFE));
        assertThat(other.person()).isEqualTo(first.person());
        assertThat(other.device()).isNotEqualTo(first.device());
        RelayCredentials before = mint(laptop, LIFE);
        store.close();
        open();
        assertThat(user(mint(laptop, LIFE))).isEqualTo(first);
        assertThat(user(before)).as("made before the restart").isEqualTo(first);
    }

    @Test
    void theLifeOfCredentialsHasLimits() {
        assertThat(mint(laptop, Duration.ofMinutes(1)).expirySeconds())
                .isEqualTo(now.plusSeconds(60).getEpochSecond());
        assertThat(mint(laptop, Duration.ofDays(180)).expirySeconds())
                .isEqualTo(now.plus(Duration.ofDays(180)).getEpochSecond());
        for (Duration life :
                List.of(Duration.ofSeconds(59), Duration.ofDays(180).plusSeconds(1))) {
            assertThat(code(service.mint(ALICE, laptop, life, false).join()))
                    .isEqualTo(RelayErrorCode.LIFE_OUT_OF_RANGE);
        }
    }

    private static Object code(Result<?> result) {
        return ((Result.Bad<?>) result).code();
    }

    @Test
    void whoIsDisabledLosesThemAtOnceAndGetsNoOthersUntilEnabledAgain() {
        RelayCredentials made = mint(laptop, LIFE);
        accounts.set(ALICE, new PersonChange(null, null, false)).join().orThrow();
        assertThat(told.get()).as("relays are told").isEqualTo(1);
        assertThat(refusal(made)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
        assertThat(code(service.mint(ALICE, laptop, LIFE, false).join())).isEqualTo(RelayErrorCode.DEVICE_NOT_LIVE);
        accounts.set(ALICE, new PersonChange(null, null, true)).join().orThrow();
        assertThat(check(mint(laptop, LIFE)).isOk()).isTrue();
        assertThat(refusal(made)).as("those of before").isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
    }

    @Test
    void whoMayNoLongerSignInFromOutsideLosesThem() {
        RelayCredentials made = mint(laptop, LIFE);
        accounts.set(ALICE, new PersonChange(null, false, null)).join().orThrow();
        assertThat(refusal(made)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
    }

    @Test
    void whoIsRemovedLosesThem() {
        RelayCredentials made = mint(laptop, LIFE);
        accounts.remove(ALICE).join().orThrow();
        assertThat(refusal(made)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
    }

    @Test
    void theDevicesOfWhoIsRemovedAreForgottenAndTheirNumbersAreNotToldToRelays() throws IOException {
        RelayCredentials ofLaptop = mint(laptop, LIFE);
        RelayCredentials ofPhone = mint(phone, LIFE);
        accounts.remove(ALICE).join().orThrow();
        assertThat(service.ownerOf(ofPhone.username()).orThrow())
                .isEqualTo(new RelayService.Owner(ALICE, Optional.empty(), true));
        Set<Long> told = service.withdrawn();
        assertThat(told).as("the person's number").hasSize(1);
        store.close();
        open();
        assertThat(service.withdrawn()).as("after a start").isEqualTo(told);
        assertThat(refusal(ofLaptop)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
        assertThat(refusal(ofPhone)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
    }

    @Test
    void aRevokedDeviceLosesItsOwnAndTheOthersGoOn() {
        RelayCredentials lost = mint(phone, LIFE);
        RelayCredentials kept = mint(laptop, LIFE);
        accounts.revokeDevice(ALICE, "phone").join().orThrow();
        assertThat(refusal(lost)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
        assertThat(check(kept).isOk()).isTrue();
    }

    @Test
    void aChangeThatTakesNothingAwayWithdrawsNothing() {
        RelayCredentials made = mint(laptop, LIFE);
        accounts.set(ALICE, new PersonChange("Alice A.", null, null)).join().orThrow();
        addDevice("tablet");
        assertThat(check(made).isOk()).isTrue();
        assertThat(told.get()).isZero();
    }

    @Test
    void whatWasWithdrawnStaysSoAfterARestartAndIsForgottenWhenItIsOver() throws IOException {
        RelayCredentials made = mint(laptop, LIFE);
        accounts.set(ALICE, new PersonChange(null, null, false)).join().orThrow();
        Set<Long> before = service.withdrawn();
        store.close();
        open();
        assertThat(service.withdrawn()).isEqualTo(before).hasSize(1);
        assertThat(refusal(made)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
        now = now.plus(LIFE).plus(KeyRoll.AFTER);
        service.roll();
        assertThat(service.withdrawn()).isEmpty();
        assertThat(refusal(made)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_EXPIRED);
    }

    @Test
    void whatAnAccountLostWhileNobodyListenedIsWithdrawnAtTheStart() throws IOException {
        RelayCredentials made = mint(laptop, LIFE);
        store.close();
        // the pool dies after the change is on the disk and before anything follows from it
        store = Store.open(directory.resolve("data"), List.of(Accounts.SCHEMA, RelayService.SCHEMA), counters);
        accounts = Accounts.open(
                store, List.of("acorn.example"), AccountLimits.DEFAULT, () -> now, new Random(8), counters);
        accounts.revokeDevice(ALICE, "laptop").join().orThrow();
        openService();
        assertThat(refusal(made)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
    }

    @Test
    void remoteAccessThatWasTakenAwayWhileNobodyListenedTakesThemAtTheStart() throws IOException {
        accounts.add(new NewPerson("bob", null, "", new PersonRights(false)))
                .join()
                .orThrow();
        String bob = "sip:bob@acorn.example";
        String desk =
                accounts.addDevice(bob, "desk", null).join().orThrow().device().id();
        RelayCredentials inside = service.mint(bob, desk, LIFE, false).join().orThrow();
        RelayCredentials made = service.mint(ALICE, laptop, LIFE, true).join().orThrow();
        store.close();
        store = Store.open(directory.resolve("data"), List.of(Accounts.SCHEMA, RelayService.SCHEMA), counters);
        accounts = Accounts.open(
                store, List.of("acorn.example"), AccountLimits.DEFAULT, () -> now, new Random(8), counters);
        accounts.set(ALICE, new PersonChange(null, false, null)).join().orThrow();
        openService();
        assertThat(refusal(made)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
        assertThat(check(inside).isOk()).as("of somebody who never was outside").isTrue();
    }

    @Test
    void whatSomebodyGotInsideWhoMayNotBeOutsideIsGoodAtAnyRelayUntilItIsOverOrWithdrawn() {
        accounts.add(new NewPerson("bob", null, "", new PersonRights(false)))
                .join()
                .orThrow();
        String bob = "sip:bob@acorn.example";
        String desk =
                accounts.addDevice(bob, "desk", null).join().orThrow().device().id();
        assertThat(code(service.mint(bob, desk, LIFE, true).join())).isEqualTo(PoolErrorCode.REMOTE_ACCESS_DENIED);
        RelayCredentials over = service.mint(bob, desk, LIFE, false).join().orThrow();
        assertThat(check(over).isOk())
                .as("a relay is not told where it came from")
                .isTrue();
        now = now.plus(LIFE).minusSeconds(1);
        assertThat(check(over).isOk()).isTrue();
        RelayCredentials later = service.mint(bob, desk, LIFE, false).join().orThrow();
        now = now.plusSeconds(1);
        assertThat(refusal(over)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_EXPIRED);
        assertThat(check(later).isOk()).isTrue();
        accounts.set(bob, new PersonChange(null, null, false)).join().orThrow();
        assertThat(refusal(later)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
    }

    @Test
    void nobodyGetsAnyForOutsideWhoseRemoteAccessWasTakenAwayAfterTheDeskHadLooked() {
        accounts.set(ALICE, new PersonChange(null, false, null)).join().orThrow();
        assertThat(code(service.mint(ALICE, laptop, LIFE, true).join())).isEqualTo(PoolErrorCode.REMOTE_ACCESS_DENIED);
        assertThat(service.mint(ALICE, laptop, LIFE, false).join().isOk())
                .as("inside")
                .isTrue();
    }

    @Test
    void aKeyIsRolledAheadAndTheOldOneIsHonouredUntilItsCredentialsAreOver() throws IOException {
        RelayCredentials last = mint(laptop, LIFE);
        int first = service.checks().getFirst().id();
        now = now.plus(KeyRoll.TURN).minus(KeyRoll.AHEAD);
        service.roll();
        assertThat(service.checks()).hasSize(2);
        assertThat(told.get()).as("relays are told ahead of its turn").isEqualTo(1);
        now = now.plus(KeyRoll.AHEAD).minusSeconds(1);
        RelayCredentials old = mint(laptop, LIFE);
        now = now.plusSeconds(1);
        RelayCredentials fresh = mint(laptop, LIFE);
        RelayVerifier onlyFirst = new RelayVerifier(
                service.checks().stream().filter(key -> key.id() == first).toList(), Set.of());
        long at = now.getEpochSecond() * 1_000_000_000L;
        assertThat(onlyFirst.check(old.username(), at).isOk()).isTrue();
        assertThat(code(onlyFirst.check(fresh.username(), at))).isEqualTo(TokensErrorCode.RELAY_KEY_UNKNOWN);
        assertThat(check(old).isOk()).isTrue();
        assertThat(check(fresh).isOk()).isTrue();
        assertThat(refusal(last)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_EXPIRED);

        now = Instant.ofEpochSecond(old.expirySeconds()).plus(KeyRoll.AFTER).minusSeconds(1);
        service.roll();
        assertThat(service.checks()).hasSize(2);
        now = now.plusSeconds(1);
        service.roll();
        assertThat(service.checks()).hasSize(1).noneMatch(key -> key.id() == first);
        assertThat(refusal(old)).isEqualTo(TokensErrorCode.RELAY_KEY_UNKNOWN);
        assertThat(keys.keys).hasSize(1);
    }

    @Test
    void whatANodeThatIsPutOutKnowsMakesNoCredentialsFromThenOn() throws IOException {
        RelayCredentials before = mint(laptop, LIFE);
        RelayVerifier known = new RelayVerifier(service.checks(), Set.of());
        now = now.plusSeconds(60);
        Instant putOut = now;
        now = now.plusMillis(1);
        service.replaceKeysKnownUntil(putOut);
        assertThat(told.get()).as("the others are told").isEqualTo(1);
        RelayCredentials after = mint(laptop, LIFE);
        long at = now.getEpochSecond() * 1_000_000_000L;
        assertThat(code(known.check(after.username(), at))).isEqualTo(TokensErrorCode.RELAY_KEY_UNKNOWN);
        assertThat(check(after).isOk()).isTrue();
        assertThat(check(before).isOk()).as("made before, for its time").isTrue();

        service.replaceKeysKnownUntil(putOut);
        assertThat(service.checks()).hasSize(2);
        store.close();
        open();
        service.replaceKeysKnownUntil(putOut);
        assertThat(service.checks()).as("nor after a restart").hasSize(2);
        assertThat(code(known.check(mint(laptop, LIFE).username(), at))).isEqualTo(TokensErrorCode.RELAY_KEY_UNKNOWN);
    }

    @Test
    void aNodeThatWasPutOutJustBeforeThePoolDiedIsSeenToAtTheNextStart() throws IOException {
        mint(laptop, LIFE);
        now = now.plusSeconds(60);
        Instant putOut = now;
        RelayVerifier known = new RelayVerifier(service.checks(), Set.of());
        store.close();
        now = now.plusSeconds(60);
        open();
        service.replaceKeysKnownUntil(putOut);
        assertThat(code(known.check(mint(laptop, LIFE).username(), now.getEpochSecond() * 1_000_000_000L)))
                .isEqualTo(TokensErrorCode.RELAY_KEY_UNKNOWN);
    }

    @Test
    void aClockThatIsSetBackAfterwardsMakesOneKeyAndNotOneForEveryLook() throws IOException {
        Instant putOut = now;
        now = now.minusSeconds(3600);
        for (int i = 0; i < 3; i++) {
            service.replaceKeysKnownUntil(putOut);
        }
        assertThat(told.get()).isLessThanOrEqualTo(2);
        mint(laptop, LIFE);
        assertThat(keys.keys).hasSizeLessThanOrEqualTo(2);
    }

    /** As many as relays can be told: one more, and none of those is good again. */
    @Test
    void whenMoreIsWithdrawnThanRelaysCanBeToldNothingThatWasMadeBeforeIsGood() throws IOException {
        service = RelayService.open(store, accounts, keys, () -> now, RANDOM, new InMemoryCounters(), 2);
        List<RelayCredentials> lost = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            lost.add(mint(addDevice("lost" + i), LIFE.minusMinutes(i)));
        }
        RelayCredentials kept = mint(laptop, LIFE);
        for (int i = 0; i < 2; i++) {
            accounts.revokeDevice(ALICE, "lost" + i).join().orThrow();
        }
        assertThat(service.hasTooManyWithdrawn()).isFalse();
        assertThat(service.told().withdrawn()).hasSize(2);
        assertThat(check(kept).isOk()).isTrue();

        accounts.revokeDevice(ALICE, "lost2").join().orThrow();
        assertThat(service.hasTooManyWithdrawn()).isTrue();
        assertThat(service.told()).isEqualTo(new RelayService.Told(List.of(), Set.of()));
        service.roll();
        assertThat(service.hasTooManyWithdrawn()).isFalse();
        assertThat(service.told().withdrawn()).isEmpty();
        for (RelayCredentials each : lost) {
            assertThat(refusal(each)).isEqualTo(TokensErrorCode.RELAY_KEY_UNKNOWN);
        }
        assertThat(refusal(kept)).as("made before, too").isEqualTo(TokensErrorCode.RELAY_KEY_UNKNOWN);
        RelayCredentials fresh = mint(laptop, LIFE);
        assertThat(check(fresh).isOk()).isTrue();
        accounts.revokeDevice(ALICE, "laptop").join().orThrow();
        assertThat(refusal(fresh)).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);

        store.close();
        open();
        assertThat(service.told().withdrawn()).hasSize(1);
        for (RelayCredentials each : lost) {
            assertThat(refusal(each)).isEqualTo(TokensErrorCode.RELAY_KEY_UNKNOWN);
        }
    }

    /** Whoever was withdrawn may have credentials of that key. */
    @Test
    void whileAKeyOfBeforeMakesCredentialsAgainNothingIsForgottenAndTheNextRollReplacesItToo() throws IOException {
        now = now.plus(KeyRoll.TURN).minus(KeyRoll.AHEAD);
        AtomicReference<Runnable> whenLooking = new AtomicReference<>(() -> {});
        InstantSource clock = () -> {
            whenLooking.get().run();
            return now;
        };
        service = RelayService.open(store, accounts, keys, clock, RANDOM, new InMemoryCounters(), 0);
        Set<Integer> before = Set.copyOf(keys.keys.keySet());
        assertThat(before).as("the next one is made ahead").hasSize(2);
        mint(phone, LIFE);
        accounts.revokeDevice(ALICE, "phone").join().orThrow();
        List<RelayCredentials> late = new ArrayList<>();
        whenLooking.set(() -> {
            Set<Integer> ids = keys.keys.keySet();
            if (before.containsAll(ids) || service.checks().size() > 2) {
                return; // no old one is dropped yet
            }
            whenLooking.set(() -> {});
            now = now.minusSeconds(60); // the host's clock is set back before the turn of the new one
            late.add(mint(laptop, LIFE));
            now = now.plusSeconds(60);
        });
        service.roll();
        assertThat(late).hasSize(1);
        assertThat(service.hasTooManyWithdrawn()).isTrue();
        assertThat(service.told().checks()).isEmpty();
        service.roll();
        assertThat(service.hasTooManyWithdrawn()).isFalse();
        assertThat(keys.keys.keySet()).doesNotContainAnyElementsOf(before);
        assertThat(refusal(late.getFirst())).isEqualTo(TokensErrorCode.RELAY_KEY_UNKNOWN);
        assertThat(check(mint(laptop, LIFE)).isOk()).isTrue();
    }

    @Test
    void aKeyThatCannotBeOpenedIsReplacedAndItsCredentialsAreUnknown() throws IOException {
        RelayCredentials made = mint(laptop, LIFE);
        store.close();
        keys.keys.clear();
        open();
        assertThat(refusal(made)).isEqualTo(TokensErrorCode.RELAY_KEY_UNKNOWN);
        assertThat(check(mint(laptop, LIFE)).isOk()).isTrue();
    }

    @Test
    void keysLieEncryptedAndOnlyTheirOwnerWithThePassphraseReadsThem() throws IOException {
        Path place = directory.resolve("keys");
        Passphrase passphrase = Passphrase.create(directory.resolve("passphrase"), RANDOM);
        RelayKeyFiles files = new RelayKeyFiles(place, passphrase, RANDOM);
        RelayKey made = files.make();
        int id = made.check().id();
        assertThat(files.read(id).orThrow().check()).isEqualTo(made.check());
        Path key = place.resolve(HexFormat.of().toHexDigits(id) + ".key");
        assertThat(Files.readString(key, StandardCharsets.US_ASCII)).startsWith("-----BEGIN ENCRYPTED PRIVATE");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        Passphrase another = Passphrase.create(directory.resolve("another"), RANDOM);
        assertThat(new RelayKeyFiles(place, another, RANDOM).read(id).isOk()).isFalse();
        files.delete(id);
        assertThat(place).isEmptyDirectory();
        assertThat(code(files.read(id))).isEqualTo(RelayErrorCode.KEY_UNUSABLE);
    }

    @Test
    void nobodyGetsAnyForADeviceThatIsNotTheirs() {
        accounts.add(new NewPerson("bob", null, "", new PersonRights(true)))
                .join()
                .orThrow();
        for (String[] asked : new String[][] {
            {"sip:bob@acorn.example", laptop}, {ALICE, "nothing"}, {"sip:nobody@acorn.example", laptop}
        }) {
            assertThat(code(service.mint(asked[0], asked[1], LIFE, false).join()))
                    .isEqualTo(RelayErrorCode.DEVICE_NOT_LIVE);
        }
    }
}
