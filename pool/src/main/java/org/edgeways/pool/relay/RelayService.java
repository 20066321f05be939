package org.edgeways.pool.relay;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.edgeways.accounts.AccountChange;
import org.edgeways.accounts.Accounts;
import org.edgeways.accounts.DevicePassword;
import org.edgeways.accounts.Person;
import org.edgeways.base.Counters;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.LogText;
import org.edgeways.base.Result;
import org.edgeways.pool.engine.PoolErrorCode;
import org.edgeways.pool.relay.engine.KeyRoll;
import org.edgeways.pool.relay.engine.KeyTimes;
import org.edgeways.store.Schema;
import org.edgeways.store.Store;
import org.edgeways.tokens.RelayCheck;
import org.edgeways.tokens.RelayCredentials;
import org.edgeways.tokens.RelayKey;
import org.edgeways.tokens.RelayUser;
import org.edgeways.tokens.RelayVerifier;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes relay credentials for the devices of people, rolls the keys ahead of time, and withdraws what was made for people and devices
 * that may sign in no more. Who tells the relays asks {@link #told} whenever something has changed.
 *
 * <p>A person has one number, and so has each device; they stay the same, so that a relay can count what a person has, until they are
 * withdrawn. Credentials are handed out after they are on the disk: what was handed out can be withdrawn.
 *
 * <p>Safe for use by several threads. Longer than other files: keys and numbers change together, under one lock.
 */
public final class RelayService {

    /** The tables. */
    public static final Schema SCHEMA = RelayTables.SCHEMA;

    /** The shortest life of credentials. */
    public static final Duration SHORTEST_LIFE = Duration.ofMinutes(1);

    /** The longest life of credentials. */
    public static final Duration LONGEST_LIFE = Duration.ofDays(180);

    /** Most withdrawn numbers that are told; past it all keys are replaced, and nothing is good that was made before. */
    public static final int MOST_WITHDRAWN = 60_000;

    private static final Logger LOG = LoggerFactory.getLogger(RelayService.class);

    private record Held(RelayKey key, KeyTimes times) {}

    /**
     * What relays are told.
     *
     * @param checks one for each key, in the order of their ids
     * @param withdrawn the numbers whose credentials are good no more, though their time is not over; at most {@link #MOST_WITHDRAWN}
     */
    public record Told(List<RelayCheck> checks, Set<Long> withdrawn) {}

    private final Store store;
    private final Accounts accounts;
    private final RelayKeys files;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Counters counters;
    private final int mostWithdrawn;
    private final Map<Integer, Held> keys = new TreeMap<>();
    private final Map<String, RelayTables.Numbered> persons = new HashMap<>();
    private final Map<String, RelayTables.Numbered> devices = new HashMap<>();
    private final Map<Long, RelayTables.Numbered> withdrawn = new HashMap<>();
    private volatile Runnable changed = () -> {};

    /** Until when whoever was to know no more keys knew them, as far as they were replaced. */
    private Instant replaced = Instant.EPOCH;

    private RelayService(
            Store store,
            Accounts accounts,
            RelayKeys files,
            InstantSource clock,
            SecureRandom random,
            Counters counters,
            int mostWithdrawn) {
        this.store = store;
        this.accounts = accounts;
        this.files = files;
        this.clock = clock;
        this.random = random;
        this.counters = counters;
        this.mostWithdrawn = mostWithdrawn;
        counters.gauge("pool_relay_keys", () -> checks().size());
        counters.gauge("pool_relay_numbers_withdrawn", () -> withdrawn().size());
    }

    /**
     * Reads what there is, withdraws what is due, and makes a key if there is none. Blocks.
     *
     * @param store must have been opened with {@link #SCHEMA}
     * @throws IOException if a key cannot be written
     * @throws java.util.concurrent.CompletionException if the store cannot be read or written
     */
    public static RelayService open(
            Store store,
            Accounts accounts,
            RelayKeys files,
            InstantSource clock,
            SecureRandom random,
            Counters counters)
            throws IOException {
        return open(store, accounts, files, clock, random, counters, MOST_WITHDRAWN);
    }

    static RelayService open(
            Store store,
            Accounts accounts,
            RelayKeys files,
            InstantSource clock,
            SecureRandom random,
            Counters counters,
            int mostWithdrawn)
            throws IOException {
        RelayService service = new RelayService(store, accounts, files, clock, random, counters, mostWithdrawn);
        service.load();
        accounts.listen(service::accountChanged);
        service.withdrawWhatWasMissed();
        service.roll();
        return service;
    }

    /** Whom to tell when relays are to be told something else; on any thread, and must not wait. */
    public void whenChanged(Runnable listener) {
        changed = listener;
    }

    private synchronized void load() {
        for (KeyTimes times : store.read(RelayTables::keys).join()) {
            switch (files.read(times.id())) {
                case Result.Ok<RelayKey>(RelayKey key) -> keys.put(times.id(), new Held(key, times));
                case Result.Bad<RelayKey> bad ->
                    LOG.error(
                            "event=relay-key-unusable code={} key={} reason=\"{}\"",
                            RelayErrorCode.KEY_UNUSABLE.code(),
                            HexFormat.of().toHexDigits(times.id()),
                            LogText.clean(bad.reason()));
            }
        }
        for (RelayTables.Numbered number : store.read(RelayTables::numbers).join()) {
            if (number.withdrawn()) {
                withdrawn.put(number.number(), number);
            } else {
                live(number).put(number.device().orElse(number.person()), number);
            }
        }
    }

    private Map<String, RelayTables.Numbered> live(RelayTables.Numbered number) {
        return number.device().isPresent() ? devices : persons;
    }

    /** If the pool died between a change of an account and what follows from it. */
    private synchronized void withdrawWhatWasMissed() {
        List<RelayTables.Numbered> all = new ArrayList<>(persons.values());
        all.addAll(devices.values());
        for (RelayTables.Numbered number : all) {
            Optional<Person> person = accounts.person(number.person());
            boolean live = number.device().isEmpty()
                    ? person.filter(Person::enabled)
                            .filter(owner -> owner.rights().remoteAccess() || !number.outside())
                            .isPresent()
                    : person.filter(owner -> hasDevice(owner, number.device().get()))
                            .isPresent();
            if (!live) {
                withdraw(number);
            }
        }
    }

    private static boolean hasDevice(Person person, String id) {
        return person.devices().stream()
                .anyMatch(device -> device.live() && device.id().equals(id));
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }

    // --- keys ---

    /**
     * Makes the next key and drops old ones when it is time. To be called every hour or so; blocks.
     *
     * @throws IOException if a key cannot be written; what there was goes on
     */
    public void roll() throws IOException {
        boolean different = hasTooManyWithdrawn();
        if (different) {
            replaceAllKeys();
        }
        KeyRoll.Plan plan = KeyRoll.plan(times(), now());
        if (plan.make().isPresent()) {
            make(plan.make().getAsLong(), List.of());
            different = true;
        }
        for (KeyTimes old : plan.drop()) {
            different |= drop(old);
        }
        different |= forgetOver();
        if (different) {
            changed.run();
        }
    }

    /**
     * Sees to it that no key makes credentials from now on that somebody knows who was told of all until some moment, and is to know
     * no more: a node that was put out. It knows the secret of every password, and would see user names of others on their way. What
     * was made before is good for its time. Does nothing if that was done for that moment or a later one. Blocks; from the thread that
     * calls {@link #roll}.
     *
     * @throws IOException if a key cannot be written; what there was goes on, and the next call does it
     */
    public void replaceKeysKnownUntil(Instant moment) throws IOException {
        if (!moment.isAfter(replaced)) {
            return;
        }
        Optional<KeyRoll.Replacement> replacement = KeyRoll.replacement(times(), now(), moment.toEpochMilli());
        if (replacement.isPresent()) {
            make(replacement.get().mintsFrom(), replacement.get().retired());
            counters.counter("pool_relay_keys_replaced").increment();
            changed.run();
            roll();
        }
        replaced = moment;
    }

    /**
     * Whether more is withdrawn than relays can be told, so that they are told of no key: {@link #roll} is to be called, which ends
     * that.
     */
    public synchronized boolean hasTooManyWithdrawn() {
        return withdrawn.size() > mostWithdrawn;
    }

    /** Nothing that was made before is good from then on, so nobody needs to be told of what of it was withdrawn. */
    private void replaceAllKeys() throws IOException {
        List<RelayTables.Numbered> told;
        List<KeyTimes> old;
        synchronized (this) {
            told = List.copyOf(withdrawn.values()); // what is withdrawn later may have credentials of the new key
            old = times();
        }
        LOG.error(
                "event=relay-withdrawn-too-many code={} count={} keys={}",
                RelayErrorCode.WITHDRAWN_TOO_MANY.code(),
                told.size(),
                old.size());
        long now = now();
        make(now, KeyRoll.retired(old, now));
        Set<Integer> ids = old.stream().map(KeyTimes::id).collect(Collectors.toSet());
        List<KeyTimes> oldestFirst = times().stream()
                .filter(each -> ids.contains(each.id()))
                .sorted(Comparator.comparingLong(KeyTimes::mintsFrom))
                .toList();
        for (KeyTimes each : oldestFirst) {
            drop(each);
        }
        if (times().stream().anyMatch(held -> ids.contains(held.id()))) {
            return; // it has made something meanwhile, as if the clock was set back: the next roll does it all again
        }
        forget(told);
    }

    /** @param retired keys whose turn is over */
    private void make(long mintsFrom, List<KeyTimes> retired) throws IOException {
        long madeAt = clock.instant().toEpochMilli();
        RelayKey key = files.make();
        KeyTimes times = new KeyTimes(key.check().id(), madeAt, mintsFrom, 0);
        store.write(handle -> {
                    RelayTables.save(handle, times);
                    retired.forEach(old -> RelayTables.save(handle, old));
                    return true;
                })
                .join();
        synchronized (this) {
            for (KeyTimes old : retired) {
                Held held = Objects.requireNonNull(keys.get(old.id()), "only this thread drops keys");
                keys.put(
                        old.id(),
                        new Held(held.key(), old.withCredentials(held.times().goodUntil())));
            }
            keys.put(times.id(), new Held(key, times));
        }
        counters.counter("pool_relay_keys_made").increment();
        LOG.info(
                "event=relay-key-made code=ok key={} from={}",
                HexFormat.of().toHexDigits(times.id()),
                Instant.ofEpochSecond(times.mintsFrom()));
    }

    private boolean drop(KeyTimes old) throws IOException {
        synchronized (this) {
            Held held = keys.get(old.id());
            if (held == null || !held.times().equals(old)) {
                return false; // it has made something meanwhile
            }
            keys.remove(old.id());
        }
        store.write(handle -> {
                    RelayTables.forgetKey(handle, old.id());
                    return true;
                })
                .join();
        files.delete(old.id());
        boolean early = old.goodUntil() > now();
        if (early) {
            counters.counter("pool_relay_keys_dropped_early").increment();
        }
        LOG.info(
                "event=relay-key-dropped code=ok key={} early={}",
                HexFormat.of().toHexDigits(old.id()),
                early);
        return true;
    }

    /** Withdrawn numbers whose credentials are over are no more to be told. */
    private boolean forgetOver() {
        List<RelayTables.Numbered> over;
        synchronized (this) {
            long now = now();
            over = withdrawn.values().stream()
                    .filter(number -> number.goodUntil() + KeyRoll.AFTER.toSeconds() <= now)
                    .toList();
        }
        forget(over);
        return !over.isEmpty();
    }

    private void forget(List<RelayTables.Numbered> over) {
        if (over.isEmpty()) {
            return;
        }
        synchronized (this) {
            over.forEach(number -> withdrawn.remove(number.number()));
        }
        store.write(handle -> {
                    over.forEach(number -> RelayTables.forgetNumber(handle, number.number()));
                    return true;
                })
                .join();
    }

    private synchronized List<KeyTimes> times() {
        return keys.values().stream().map(Held::times).toList();
    }

    // --- what relays are told ---

    /** What they are told now. Nothing is good for them while more is withdrawn than they can be told. */
    public synchronized Told told() {
        return hasTooManyWithdrawn() ? new Told(List.of(), Set.of()) : new Told(checks(), withdrawn());
    }

    /** What checks credentials, one for each key, in the order of their ids. */
    synchronized List<RelayCheck> checks() {
        return keys.values().stream().map(held -> held.key().check()).toList();
    }

    /** The numbers whose credentials are good no more, though their time is not over. */
    synchronized Set<Long> withdrawn() {
        return Set.copyOf(withdrawn.keySet());
    }

    // --- credentials ---

    /**
     * Makes credentials for a device of somebody. The future completes when they are on the disk, on a thread of the store, where
     * nobody may wait.
     *
     * @param person address of record, as {@link Person#uri()} says it
     * @param device the id of the device password
     * @param life {@link #SHORTEST_LIFE} to {@link #LONGEST_LIFE}
     * @param outside whether they are for somebody outside, and so only for whom may sign in from there
     */
    public CompletableFuture<Result<RelayCredentials>> mint(
            String person, String device, Duration life, boolean outside) {
        if (life.compareTo(SHORTEST_LIFE) < 0 || life.compareTo(LONGEST_LIFE) > 0) {
            return refused(RelayErrorCode.LIFE_OUT_OF_RANGE);
        }
        RelayCredentials made;
        Held held;
        RelayTables.Numbered ofPerson;
        RelayTables.Numbered ofDevice;
        synchronized (this) {
            // whoever is disabled from here on finds the numbers, and withdraws them
            Person found = accounts.person(person).orElse(null);
            if (found == null || !found.enabled() || !hasDevice(found, device)) {
                return refused(RelayErrorCode.DEVICE_NOT_LIVE);
            }
            boolean mayOutside = found.rights().remoteAccess();
            if (outside && !mayOutside) {
                return refused(PoolErrorCode.REMOTE_ACCESS_DENIED);
            }
            long now = now();
            long expiry = now + life.toSeconds();
            ofPerson = numbered(persons, person, person, Optional.empty()).withCredentials(expiry, mayOutside);
            ofDevice = numbered(devices, device, person, Optional.of(device)).withCredentials(expiry, mayOutside);
            Held turn = Objects.requireNonNull(
                    keys.get(KeyRoll.minting(times(), now).id()), "there is a key from the start");
            held = new Held(turn.key(), turn.times().withCredentials(expiry));
            persons.put(person, ofPerson);
            devices.put(device, ofDevice);
            keys.put(held.times().id(), held);
            made = held.key().mint(new RelayUser(ofPerson.number(), ofDevice.number()), expiry, random);
        }
        KeyTimes times = held.times();
        return store.write(handle -> {
                    RelayTables.save(handle, times);
                    RelayTables.save(handle, ofPerson);
                    RelayTables.save(handle, ofDevice);
                    return Result.ok(made);
                })
                .thenApply(result -> {
                    counters.counter("pool_relay_credentials_made").increment();
                    return result;
                });
    }

    private CompletableFuture<Result<RelayCredentials>> refused(ErrorCode code) {
        counters.counter("pool_relay_credentials_refused", "reason", code.code())
                .increment();
        return CompletableFuture.completedFuture(Result.bad(code, 0, code.meaning()));
    }

    private RelayTables.Numbered numbered(
            Map<String, RelayTables.Numbered> known, String owner, String person, Optional<String> device) {
        RelayTables.Numbered number = known.get(owner);
        return number != null
                ? number
                : new RelayTables.Numbered(RelayUser.newNumber(random), person, device, 0, false, false);
    }

    /** Whose credentials have that number, of a person or a device, live or withdrawn: the address of record. */
    public synchronized Optional<String> personOf(long number) {
        return java.util.stream.Stream.of(persons, devices)
                .flatMap(live -> live.values().stream())
                .filter(known -> known.number() == number)
                .findFirst()
                .or(() -> Optional.ofNullable(withdrawn.get(number)))
                .map(RelayTables.Numbered::person);
    }

    /**
     * Whose a user name is.
     *
     * @param person the address of record
     * @param device the id of the device password that it was got with; empty if it is not known any more
     * @param withdrawn whether it is good no more, though its time may not be over
     */
    public record Owner(String person, Optional<String> device, boolean withdrawn) {}

    /** Whose a user name is, also if its time is over, as long as its key is kept and its number known. */
    public synchronized Result<Owner> ownerOf(String username) {
        return switch (new RelayVerifier(checks(), Set.of()).userOf(username)) {
            case Result.Bad<RelayUser> bad -> bad.as();
            case Result.Ok<RelayUser>(RelayUser user) ->
                personOf(user.person())
                        .map(person -> Result.ok(new Owner(
                                person,
                                deviceOf(user.device()),
                                withdrawn.containsKey(user.person()) || withdrawn.containsKey(user.device()))))
                        .orElseGet(() ->
                                Result.bad(RelayErrorCode.NUMBER_UNKNOWN, 0, RelayErrorCode.NUMBER_UNKNOWN.meaning()));
        };
    }

    private Optional<String> deviceOf(long number) {
        return devices.values().stream()
                .filter(known -> known.number() == number)
                .findFirst()
                .or(() -> Optional.ofNullable(withdrawn.get(number)))
                .flatMap(RelayTables.Numbered::device);
    }

    // --- people who may no more ---

    private void accountChanged(AccountChange change) {
        boolean different = switch (change) {
            case AccountChange.Added _, AccountChange.DeviceAdded _ -> false;
            case AccountChange.Removed(Person person) -> {
                boolean withdrawn = withdrawPerson(person);
                forgetDevices(person.uri());
                yield withdrawn;
            }
            case AccountChange.Changed(Person before, Person person) ->
                (before.enabled() && !person.enabled()
                                || before.rights().remoteAccess()
                                        && !person.rights().remoteAccess())
                        && withdrawPerson(person);
            case AccountChange.DeviceRevoked(Person _, DevicePassword device) -> withdrawDevice(device.id());
        };
        if (different) {
            changed.run();
        }
    }

    private synchronized boolean withdrawPerson(Person person) {
        RelayTables.Numbered number = persons.get(person.uri());
        return number != null && withdraw(number);
    }

    /** Of somebody who is removed: all that was made for a device is withdrawn with the person's number, so nobody need be told of more. */
    private synchronized void forgetDevices(String person) {
        List<RelayTables.Numbered> owned = devices.values().stream()
                .filter(number -> number.person().equals(person))
                .toList();
        owned.forEach(this::forget);
    }

    private void forget(RelayTables.Numbered number) {
        devices.remove(number.device().orElseThrow());
        write("relay-number-not-forgotten", number, handle -> RelayTables.forgetNumber(handle, number.number()));
    }

    private synchronized boolean withdrawDevice(String id) {
        RelayTables.Numbered number = devices.get(id);
        return number != null && withdraw(number);
    }

    /** If the store fails, what is withdrawn is so until the next start, which finds the account as it is then. */
    private boolean withdraw(RelayTables.Numbered number) {
        RelayTables.Numbered taken = number.withdraw();
        live(number).remove(number.device().orElse(number.person()));
        withdrawn.put(taken.number(), taken);
        counters.counter("pool_relay_withdrawals").increment();
        LOG.info(
                "event=relay-credentials-withdrawn code=ok person={} of={}",
                number.person(),
                number.device().isPresent() ? "device" : "person");
        write("relay-withdrawal-not-saved", number, handle -> RelayTables.save(handle, taken));
        return true;
    }

    /** @param failure the name of the line if it cannot be written */
    private void write(String failure, RelayTables.Numbered number, Consumer<Handle> change) {
        var _ = store.write(handle -> {
                    change.accept(handle);
                    return true;
                })
                .exceptionally(failed -> {
                    LOG.error(
                            "event={} code={} person={}",
                            failure,
                            PoolErrorCode.STORE_FAILED.code(),
                            number.person(),
                            failed);
                    return false;
                });
    }
}
