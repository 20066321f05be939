package org.edgeways.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.Result;
import org.edgeways.policy.PersonRights;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccountsTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String PASSWORD = "correct horse battery";

    @TempDir
    Path directory;

    private final InMemoryCounters counters = new InMemoryCounters();
    private Instant now = Instant.parse("2026-11-23T10:00:00Z");
    private Store store;
    private Accounts accounts;

    @BeforeEach
    void open() {
        open(AccountLimits.DEFAULT);
    }

    private void open(AccountLimits limits) {
        store = Store.open(directory, List.of(Accounts.SCHEMA), counters);
        InstantSource clock = () -> now;
        accounts =
                Accounts.open(store, List.of("acorn.example", "oak.example"), limits, clock, new Random(7), counters);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void reopen() {
        store.close();
        open();
    }

    @Test
    void aPersonIsThereAtOnceAndAfterARestart() {
        Person alice = done(accounts.add(new NewPerson("Alice", null, "Alice Liddell", new PersonRights(true))));
        assertThat(alice.uri()).isEqualTo(ALICE);
        assertThat(accounts.person(ALICE)).contains(alice);
        reopen();
        assertThat(accounts.person(ALICE)).contains(alice);
        assertThat(accounts.people()).containsExactly(alice);
    }

    @Test
    void anAdministratorMayNameAPersonInSeveralWays() {
        Person alice = add("alice");
        assertThat(accounts.find("alice")).contains(alice);
        assertThat(accounts.find("ALICE@acorn.example")).contains(alice);
        assertThat(accounts.find(ALICE)).contains(alice);
        assertThat(accounts.find("alice@oak.example")).isEmpty();
    }

    @Test
    void theSameNameInTwoDomainsIsTwoPeople() {
        add("alice");
        done(accounts.add(new NewPerson("alice", "oak.example", "", new PersonRights(false))));
        done(accounts.addDevice("alice@oak.example", "phone", new Secret(PASSWORD)));
        assertThat(accounts.credentials("alice", "oak.example")).isPresent();
        assertThat(accounts.credentials("alice", "acorn.example")).isEmpty();
    }

    @Test
    void aDevicePasswordLeavesTheHashesOfRfc7616ForTheUserAndTheDomain() {
        add("alice");
        NewDevice made = done(accounts.addDevice("alice", "phone", new Secret(PASSWORD)));
        assertThat(made.password().reveal()).isEqualTo(PASSWORD);
        Credentials credentials = accounts.credentials("alice", "acorn.example").orElseThrow();
        assertThat(credentials.hashes()).hasSize(1);
        DeviceHash hash = credentials.hashes().getFirst();
        assertThat(hash.device()).isEqualTo(made.device());
        // md5sum, sha256sum and openssl dgst -sha512-256 of "alice:acorn.example:correct horse battery"
        assertThat(hash.hash().get(DigestAlgorithm.MD5)).isEqualTo("93d0514c511eed7b7da7467f34b85c7f");
        assertThat(hash.hash().get(DigestAlgorithm.SHA_256))
                .isEqualTo("341e83a4a2340fc5e7c6e0d7d4d9d629a565886a8f50975a235242ab8caff87e");
        assertThat(hash.hash().get(DigestAlgorithm.SHA_512_256))
                .isEqualTo("be3f1bdf98ac294ee10fd09d0acc110699cbd63e1527b69ed8cbf8f5d75550f7");
    }

    @Test
    void severalDevicePasswordsAreCheckedUntilTheyAreRevoked() {
        add("alice");
        done(accounts.addDevice("alice", "phone", null));
        NewDevice desk = done(accounts.addDevice("alice", "desk", null));
        assertThat(devicesThatOpen()).containsExactlyInAnyOrder("phone", "desk");
        now = now.plusSeconds(60);
        Person alice = done(accounts.revokeDevice("alice", "desk"));
        assertThat(devicesThatOpen()).containsExactly("phone");
        assertThat(alice.devices()).contains(new DevicePassword(desk.device().id(), "desk", now.minusSeconds(60), now));
        reopen();
        assertThat(devicesThatOpen()).containsExactly("phone");
        assertThat(accounts.person(ALICE)).contains(alice);
    }

    @Test
    void aRevokedNameMayBeUsedAgainAndThenMeansTheNewOne() {
        add("alice");
        NewDevice old = done(accounts.addDevice("alice", "phone", null));
        done(accounts.revokeDevice("alice", "phone"));
        assertThat(refusal(accounts.revokeDevice("alice", "phone"))).isEqualTo(AccountErrorCode.DEVICE_REVOKED);
        NewDevice renewed = done(accounts.addDevice("alice", "phone", null));
        assertThat(renewed.device().id()).isNotEqualTo(old.device().id());
        assertThat(refusal(accounts.addDevice("alice", "phone", null))).isEqualTo(AccountErrorCode.LABEL_TAKEN);
        done(accounts.revokeDevice("alice", renewed.device().id()));
        assertThat(accounts.credentials("alice", "acorn.example")).isEmpty();
    }

    @Test
    void madePasswordsAreLongAndEasyToCopyAndNeverAlike() {
        add("alice");
        String first = done(accounts.addDevice("alice", "a", null)).password().reveal();
        String second = done(accounts.addDevice("alice", "b", null)).password().reveal();
        assertThat(first).matches("[a-km-np-z2-9]{26}").isNotEqualTo(second);
    }

    @Test
    void neitherTheDiskNorALogEverSeesAPassword() throws Exception {
        add("alice");
        NewDevice given = done(accounts.addDevice("alice", "phone", new Secret("a very secret phrase")));
        NewDevice made = done(accounts.addDevice("alice", "desk", null));
        String hash = DigestAlgorithm.MD5.ha1("alice", "acorn.example", "a very secret phrase");
        assertThat(given.toString() + made + accounts.credentials("alice", "acorn.example"))
                .doesNotContain("a very secret phrase", made.password().reveal(), hash);
        boolean hashFound = false;
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertThat(bytes.contains("a very secret phrase"))
                        .as(file.toString())
                        .isFalse();
                assertThat(bytes.contains(made.password().reveal()))
                        .as(file.toString())
                        .isFalse();
                hashFound |= bytes.contains(hash);
            }
        }
        assertThat(hashFound).as("the test looks at the right files").isTrue();
    }

    @Test
    void aDisabledPersonLooksLikeAnUnknownOne() {
        add("alice");
        done(accounts.addDevice("alice", "phone", null));
        done(accounts.set("alice", new PersonChange(null, null, false)));
        assertThat(accounts.credentials("alice", "acorn.example")).isEmpty();
        assertThat(accounts.credentials("nobody", "acorn.example")).isEmpty();
        done(accounts.set("alice", new PersonChange(null, null, true)));
        assertThat(accounts.credentials("alice", "acorn.example")).isPresent();
    }

    @Test
    void aChangeLeavesAloneWhatItDoesNotName() {
        done(accounts.add(new NewPerson("alice", null, "Alice", new PersonRights(true))));
        done(accounts.addDevice("alice", "phone", null));
        Person after = done(accounts.set("alice", new PersonChange("Alice L.", null, null)));
        assertThat(after.displayName()).isEqualTo("Alice L.");
        assertThat(after.rights().remoteAccess()).isTrue();
        assertThat(after.enabled()).isTrue();
        assertThat(devicesThatOpen()).containsExactly("phone");
        done(accounts.set("alice", new PersonChange(null, false, null)));
        reopen();
        Person again = accounts.person(ALICE).orElseThrow();
        assertThat(again.displayName()).isEqualTo("Alice L.");
        assertThat(again.rights().remoteAccess()).isFalse();
        assertThat(devicesThatOpen()).containsExactly("phone");
    }

    @Test
    void aRemovedPersonLeavesNothingBehind() throws Exception {
        add("alice");
        done(accounts.addDevice("alice", "phone", null));
        done(accounts.remove("alice"));
        assertThat(accounts.person(ALICE)).isEmpty();
        assertThat(accounts.credentials("alice", "acorn.example")).isEmpty();
        assertThat(store.read(handle -> handle.createQuery("SELECT COUNT(*) FROM device_passwords")
                                .mapTo(Integer.class)
                                .one())
                        .get(10, TimeUnit.SECONDS))
                .isZero();
        add("alice");
        assertThat(accounts.credentials("alice", "acorn.example")).isEmpty();
    }

    @Test
    void listenersHearOfEveryChangeInOrderBeforeTheOneWhoMadeIt() {
        List<AccountChange> heard = new ArrayList<>();
        List<Boolean> visible = new ArrayList<>();
        accounts.listen(change -> {
            throw new IllegalStateException("a listener with a fault harms nobody else");
        });
        accounts.listen(change -> {
            heard.add(change);
            visible.add(change instanceof AccountChange.Removed
                    == accounts.person(change.person().uri()).isEmpty());
        });
        Person alice = add("alice");
        assertThat(heard).containsExactly(new AccountChange.Added(alice));
        NewDevice phone = done(accounts.addDevice("alice", "phone", null));
        Person disabled = done(accounts.set("alice", new PersonChange(null, null, false)));
        Person revoked = done(accounts.revokeDevice("alice", "phone"));
        done(accounts.remove("alice"));
        assertThat(heard)
                .containsExactly(
                        new AccountChange.Added(alice),
                        new AccountChange.DeviceAdded(phone.person(), phone.device()),
                        new AccountChange.Changed(phone.person(), disabled),
                        new AccountChange.DeviceRevoked(
                                revoked, revoked.devices().getFirst()),
                        new AccountChange.Removed(revoked));
        assertThat(visible).containsOnly(true);
    }

    @Test
    void refusesWhatCannotBeAndSaysWhatToDo() {
        add("alice");
        assertThat(refusal(accounts.add(new NewPerson("alice", null, "", new PersonRights(false)))))
                .isEqualTo(AccountErrorCode.PERSON_EXISTS);
        assertThat(refusal(accounts.add(new NewPerson("al ice", null, "", new PersonRights(false)))))
                .isEqualTo(AccountErrorCode.NAME_MALFORMED);
        assertThat(refusal(accounts.add(new NewPerson("", null, "", new PersonRights(false)))))
                .isEqualTo(AccountErrorCode.NAME_MALFORMED);
        assertThat(refusal(accounts.add(new NewPerson("bob", "elm.example", "", new PersonRights(false)))))
                .isEqualTo(AccountErrorCode.DOMAIN_FOREIGN);
        assertThat(refusal(accounts.add(new NewPerson("bob", null, "B\nob", new PersonRights(false)))))
                .isEqualTo(AccountErrorCode.DISPLAY_NAME_MALFORMED);
        assertThat(refusal(accounts.set("bob", new PersonChange(null, true, null))))
                .isEqualTo(AccountErrorCode.PERSON_UNKNOWN);
        assertThat(refusal(accounts.remove("bob"))).isEqualTo(AccountErrorCode.PERSON_UNKNOWN);
        assertThat(refusal(accounts.addDevice("alice", " phone", null))).isEqualTo(AccountErrorCode.LABEL_MALFORMED);
        assertThat(refusal(accounts.revokeDevice("alice", "phone"))).isEqualTo(AccountErrorCode.DEVICE_UNKNOWN);
        assertThat(counters.value("accounts_changes_refused", "reason", "accounts-person-unknown"))
                .isEqualTo(2);
        for (AccountErrorCode code : AccountErrorCode.values()) {
            assertThat(code.meaning()).isNotBlank();
        }
    }

    @Test
    void takesNamesLabelsAndPasswordsUpToTheirLengthsAndNoLonger() {
        done(accounts.add(new NewPerson("a".repeat(64), null, "d".repeat(128), new PersonRights(false))));
        assertThat(refusal(accounts.add(new NewPerson("a".repeat(65), null, "", new PersonRights(false)))))
                .isEqualTo(AccountErrorCode.NAME_MALFORMED);
        assertThat(refusal(accounts.add(new NewPerson("bob", null, "d".repeat(129), new PersonRights(false)))))
                .isEqualTo(AccountErrorCode.DISPLAY_NAME_MALFORMED);
        add("alice");
        done(accounts.addDevice("alice", "l".repeat(64), new Secret("p".repeat(12))));
        done(accounts.addDevice("alice", "long", new Secret("p".repeat(128))));
        assertThat(refusal(accounts.addDevice("alice", "l".repeat(65), null)))
                .isEqualTo(AccountErrorCode.LABEL_MALFORMED);
        assertThat(refusal(accounts.addDevice("alice", "x", new Secret("p".repeat(11)))))
                .isEqualTo(AccountErrorCode.PASSWORD_MALFORMED);
        assertThat(refusal(accounts.addDevice("alice", "x", new Secret("p".repeat(129)))))
                .isEqualTo(AccountErrorCode.PASSWORD_MALFORMED);
    }

    @Test
    void refusesTheFirstPersonAndTheFirstDevicePastTheLimit() {
        store.close();
        open(new AccountLimits(2, 2, 1));
        add("alice");
        add("bob");
        assertThat(refusal(accounts.add(new NewPerson("carol", null, "", new PersonRights(false)))))
                .isEqualTo(AccountErrorCode.PEOPLE_LIMIT);
        done(accounts.addDevice("alice", "a", null));
        done(accounts.addDevice("alice", "b", null));
        assertThat(refusal(accounts.addDevice("alice", "c", null))).isEqualTo(AccountErrorCode.DEVICES_LIMIT);
        done(accounts.revokeDevice("alice", "a"));
        now = now.plusSeconds(1);
        done(accounts.addDevice("alice", "c", null));
        Person alice = done(accounts.revokeDevice("alice", "b"));
        assertThat(alice.devices())
                .as("of the revoked ones only the newest stays listed")
                .extracting(DevicePassword::label)
                .containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void manyChangesAtOnceLeaveMemoryAndDiskAlike() {
        List<CompletableFuture<Result<Person>>> added = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            added.add(accounts.add(new NewPerson("p" + i, null, "", new PersonRights(false))));
        }
        List<CompletableFuture<Result<Person>>> changed = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            for (int round = 0; round < 5; round++) {
                changed.add(accounts.set("p" + i, new PersonChange("round " + round, round % 2 == 0, null)));
            }
        }
        added.forEach(AccountsTest::done);
        changed.forEach(AccountsTest::done);
        List<Person> before = accounts.people();
        assertThat(before).hasSize(200).allSatisfy(person -> {
            assertThat(person.displayName()).isEqualTo("round 4");
            assertThat(person.rights().remoteAccess()).isTrue();
        });
        reopen();
        assertThat(accounts.people()).isEqualTo(before);
    }

    private List<String> devicesThatOpen() {
        return accounts.credentials("alice", "acorn.example").orElseThrow().hashes().stream()
                .map(hash -> hash.device().label())
                .toList();
    }

    private Person add(String name) {
        return done(accounts.add(new NewPerson(name, null, "", new PersonRights(false))));
    }

    private static <T> T done(CompletableFuture<Result<T>> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join().orThrow();
    }

    private static <T> AccountErrorCode refusal(CompletableFuture<Result<T>> future) {
        return switch (future.orTimeout(30, TimeUnit.SECONDS).join()) {
            case Result.Ok<T> ok -> throw new AssertionError("not refused: " + ok.value());
            case Result.Bad<T> bad -> (AccountErrorCode) bad.code();
        };
    }
}
