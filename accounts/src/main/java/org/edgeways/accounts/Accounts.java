package org.edgeways.accounts;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.base.Result;
import org.edgeways.policy.PersonRights;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.store.Operation;
import org.edgeways.store.Schema;
import org.edgeways.store.Store;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The people of the organisation. Questions are answered from memory, at once and on any thread; changes are durable
 * when their future completes, and memory follows them in their order.
 *
 * <p>Passwords are neither stored nor logged: what stays is H(A1) for each digest algorithm, in a file that only this
 * user may read.
 */
public final class Accounts {

    /** The tables. */
    public static final Schema SCHEMA = new Schema("accounts", "org/edgeways/accounts/schema");

    private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);

    /** What a change came to, for the one who asked, for memory and for the listeners. */
    private record Outcome<T>(Result<T> result, @Nullable AccountChange change, List<DeviceHash> hashes) {
        private static <T> Outcome<T> refused(AccountErrorCode code) {
            return new Outcome<>(bad(code), null, List.of());
        }
    }

    private final Store store;
    private volatile List<String> sipDomains;
    private final AccountLimits limits;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Counters counters;
    private final Map<String, AccountTables.Entry> people = new ConcurrentHashMap<>();
    private final List<AccountListener> listeners = new CopyOnWriteArrayList<>();

    private Accounts(
            Store store,
            List<String> sipDomains,
            AccountLimits limits,
            InstantSource clock,
            RandomGenerator random,
            Counters counters) {
        this.store = store;
        this.sipDomains = lower(sipDomains);
        this.limits = limits;
        this.clock = clock;
        this.random = random;
        this.counters = counters;
        counters.gauge("accounts_people", people::size);
    }

    private static List<String> lower(List<String> domains) {
        return domains.stream().map(domain -> domain.toLowerCase(Locale.ROOT)).toList();
    }

    /** Takes new people in these domains from now on; those that are there stay. At least one; the first is the usual one. */
    public void use(List<String> domains) {
        if (domains.isEmpty()) {
            throw new IllegalArgumentException("at least one SIP domain");
        }
        sipDomains = lower(domains);
    }

    /**
     * Reads all people. Blocks: for the start of the process.
     *
     * @param sipDomains the organisation's SIP domains, at least one; the first is the one meant when none is named
     * @param clock tells when a device password was made or revoked
     * @param random where passwords come from: a {@link java.security.SecureRandom} except in tests
     * @throws java.util.concurrent.CompletionException if the store cannot be read
     */
    public static Accounts open(
            Store store,
            List<String> sipDomains,
            AccountLimits limits,
            InstantSource clock,
            RandomGenerator random,
            Counters counters) {
        if (sipDomains.isEmpty()) {
            throw new IllegalArgumentException("an organisation has at least one SIP domain");
        }
        Accounts accounts = new Accounts(store, sipDomains, limits, clock, random, counters);
        for (AccountTables.Entry entry : store.read(AccountTables::all).join()) {
            accounts.people.put(entry.person().uri(), entry);
        }
        return accounts;
    }

    /**
     * What to check a device's credentials against; empty if nobody of that name may sign in: unknown, disabled, or
     * without a live device password. The three look the same to the outside.
     *
     * @param username the user name in the credentials, exactly the person's name
     * @param realm the realm in the credentials, exactly the person's domain
     */
    public Optional<Credentials> credentials(String username, String realm) {
        AccountTables.Entry entry = people.get("sip:" + username + "@" + realm);
        return entry == null || !entry.person().enabled() || entry.hashes().isEmpty()
                ? Optional.empty()
                : Optional.of(new Credentials(entry.person(), entry.hashes()));
    }

    /** The person with that address of record, exactly as {@link Person#uri()} says it. */
    public Optional<Person> person(String uri) {
        return Optional.ofNullable(people.get(uri)).map(AccountTables.Entry::person);
    }

    /** The person whom an administrator names: {@code alice}, {@code alice@acorn.example} or the whole URI. */
    public Optional<Person> find(String nameOrUri) {
        return person(uriOf(nameOrUri));
    }

    /** Everybody, by address. */
    public List<Person> people() {
        return people.values().stream()
                .map(AccountTables.Entry::person)
                .sorted(Comparator.comparing(Person::uri))
                .toList();
    }

    /** From now on {@code listener} hears of every change. */
    public void listen(AccountListener listener) {
        listeners.add(listener);
    }

    /** Adds a person, enabled and without any device password. */
    public CompletableFuture<Result<Person>> add(NewPerson wanted) {
        String name = wanted.name().toLowerCase(Locale.ROOT);
        String domain = wanted.domain() == null
                ? sipDomains.getFirst()
                : wanted.domain().toLowerCase(Locale.ROOT);
        if (!AccountWords.isName(name)) {
            return refuse(AccountErrorCode.NAME_MALFORMED);
        }
        if (!sipDomains.contains(domain)) {
            return refuse(AccountErrorCode.DOMAIN_FOREIGN);
        }
        if (!AccountWords.isDisplayName(wanted.displayName())) {
            return refuse(AccountErrorCode.DISPLAY_NAME_MALFORMED);
        }
        Person person = new Person(name, domain, wanted.displayName(), wanted.rights(), true, List.of());
        return write(handle -> {
            if (AccountTables.find(handle, person.uri()).isPresent()) {
                return Outcome.refused(AccountErrorCode.PERSON_EXISTS);
            }
            if (AccountTables.count(handle) >= limits.people()) {
                return Outcome.refused(AccountErrorCode.PEOPLE_LIMIT);
            }
            AccountTables.insert(handle, person);
            return new Outcome<>(Result.ok(person), new AccountChange.Added(person), List.of());
        });
    }

    /** Changes a person. */
    public CompletableFuture<Result<Person>> set(String nameOrUri, PersonChange change) {
        String displayName = change.displayName();
        if (displayName != null && !AccountWords.isDisplayName(displayName)) {
            return refuse(AccountErrorCode.DISPLAY_NAME_MALFORMED);
        }
        return change(nameOrUri, (handle, entry) -> {
            Person before = entry.person();
            Boolean remoteAccess = change.remoteAccess();
            Boolean enabled = change.enabled();
            Person after = new Person(
                    before.name(),
                    before.domain(),
                    displayName == null ? before.displayName() : displayName,
                    remoteAccess == null ? before.rights() : new PersonRights(remoteAccess),
                    enabled == null ? before.enabled() : enabled,
                    before.devices());
            AccountTables.update(handle, after);
            return new Outcome<>(Result.ok(after), new AccountChange.Changed(before, after), entry.hashes());
        });
    }

    /** Removes a person with all device passwords; the result is the person as it was. */
    public CompletableFuture<Result<Person>> remove(String nameOrUri) {
        return change(nameOrUri, (handle, entry) -> {
            AccountTables.delete(handle, entry.person().uri());
            return new Outcome<>(Result.ok(entry.person()), new AccountChange.Removed(entry.person()), List.of());
        });
    }

    /**
     * Makes a device password.
     *
     * @param label the device's name: 1 to 64 characters
     * @param given the password, 12 to 128 characters; null to have one made with 130 random bits
     */
    public CompletableFuture<Result<NewDevice>> addDevice(String nameOrUri, String label, @Nullable Secret given) {
        if (!AccountWords.isLabel(label)) {
            return refuse(AccountErrorCode.LABEL_MALFORMED);
        }
        if (given != null && !AccountWords.isPassword(given.reveal())) {
            return refuse(AccountErrorCode.PASSWORD_MALFORMED);
        }
        Secret password = given == null ? AccountWords.newPassword(random) : given;
        String id = AccountWords.newId(random);
        Instant now = Instant.ofEpochMilli(clock.millis());
        return change(nameOrUri, (handle, entry) -> {
            Person before = entry.person();
            if (before.device(label).isPresent()) {
                return Outcome.refused(AccountErrorCode.LABEL_TAKEN);
            }
            if (before.devices().stream().filter(DevicePassword::live).count() >= limits.devicesPerPerson()) {
                return Outcome.refused(AccountErrorCode.DEVICES_LIMIT);
            }
            DevicePassword device = new DevicePassword(id, label, now, null);
            Map<DigestAlgorithm, String> hashes = new EnumMap<>(DigestAlgorithm.class);
            for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
                hashes.put(algorithm, algorithm.ha1(before.name(), before.domain(), password.reveal()));
            }
            AccountTables.insertDevice(handle, before.uri(), device, hashes);
            AccountTables.Entry after = AccountTables.find(handle, before.uri()).orElseThrow();
            return new Outcome<>(
                    Result.ok(new NewDevice(after.person(), device, password)),
                    new AccountChange.DeviceAdded(after.person(), device),
                    after.hashes());
        });
    }

    /** Revokes the device password of that name or id. */
    public CompletableFuture<Result<Person>> revokeDevice(String nameOrUri, String labelOrId) {
        Instant now = Instant.ofEpochMilli(clock.millis());
        return change(nameOrUri, (handle, entry) -> {
            Person before = entry.person();
            DevicePassword device = before.device(labelOrId)
                    .or(() -> before.devices().stream()
                            .filter(one ->
                                    one.id().equals(labelOrId) || one.label().equals(labelOrId))
                            .findFirst())
                    .orElse(null);
            if (device == null) {
                return Outcome.refused(AccountErrorCode.DEVICE_UNKNOWN);
            }
            if (!device.live()) {
                return Outcome.refused(AccountErrorCode.DEVICE_REVOKED);
            }
            AccountTables.revokeDevice(handle, before.uri(), device.id(), now, limits.revokedKept());
            AccountTables.Entry after = AccountTables.find(handle, before.uri()).orElseThrow();
            DevicePassword revoked = new DevicePassword(device.id(), device.label(), device.created(), now);
            return new Outcome<>(
                    Result.ok(after.person()),
                    new AccountChange.DeviceRevoked(after.person(), revoked),
                    after.hashes());
        });
    }

    private interface Step<T> {
        Outcome<T> run(Handle handle, AccountTables.Entry entry);
    }

    private <T> CompletableFuture<Result<T>> change(String nameOrUri, Step<T> step) {
        String uri = uriOf(nameOrUri);
        return write(handle -> AccountTables.find(handle, uri)
                .map(entry -> step.run(handle, entry))
                .orElseGet(() -> Outcome.refused(AccountErrorCode.PERSON_UNKNOWN)));
    }

    private <T> CompletableFuture<Result<T>> write(Operation<Outcome<T>> operation) {
        return store.write(operation, this::committed).thenApply(Outcome::result);
    }

    /** Memory follows the disk: on the store's completion thread, in the order of the commits. */
    private void committed(Outcome<?> outcome) {
        AccountChange change = outcome.change();
        if (outcome.result() instanceof Result.Bad<?> bad) {
            counters.counter("accounts_changes_refused", "reason", bad.code().code())
                    .increment();
        }
        if (change == null) {
            return;
        }
        Person person = change.person();
        switch (change) {
            case AccountChange.Removed removed -> people.remove(person.uri());
            case AccountChange.Added added -> people.put(person.uri(), entry(outcome, person));
            case AccountChange.Changed changed -> people.put(person.uri(), entry(outcome, person));
            case AccountChange.DeviceAdded added -> people.put(person.uri(), entry(outcome, person));
            case AccountChange.DeviceRevoked revoked -> people.put(person.uri(), entry(outcome, person));
        }
        counters.counter("accounts_changes").increment();
        for (AccountListener listener : listeners) {
            try {
                listener.changed(change);
            } catch (RuntimeException e) {
                LOG.error(
                        "event=accounts-listener-failed code={} person={}",
                        AccountErrorCode.LISTENER_FAILED.code(),
                        person.uri(),
                        e);
            }
        }
    }

    private static AccountTables.Entry entry(Outcome<?> outcome, Person person) {
        return new AccountTables.Entry(person, outcome.hashes());
    }

    private String uriOf(String nameOrUri) {
        String text = nameOrUri.toLowerCase(Locale.ROOT);
        String bare = text.startsWith("sip:") ? text.substring("sip:".length()) : text;
        return "sip:" + (bare.indexOf('@') < 0 ? bare + "@" + sipDomains.getFirst() : bare);
    }

    private <T> CompletableFuture<Result<T>> refuse(AccountErrorCode code) {
        counters.counter("accounts_changes_refused", "reason", code.code()).increment();
        return CompletableFuture.completedFuture(bad(code));
    }

    private static <T> Result<T> bad(AccountErrorCode code) {
        return Result.bad(code, 0, code.meaning());
    }
}
