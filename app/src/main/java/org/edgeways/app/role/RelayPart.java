package org.edgeways.app.role;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.edgeways.accounts.Accounts;
import org.edgeways.accounts.DevicePassword;
import org.edgeways.accounts.Person;
import org.edgeways.base.Counters;
import org.edgeways.base.Result;
import org.edgeways.control.Control;
import org.edgeways.net.Desk;
import org.edgeways.net.Passphrase;
import org.edgeways.net.ProcessClock;
import org.edgeways.pool.Pool;
import org.edgeways.pool.relay.CredentialsDesk;
import org.edgeways.pool.relay.CredentialsSocket;
import org.edgeways.pool.relay.InsideCredentials;
import org.edgeways.pool.relay.RelayErrorCode;
import org.edgeways.pool.relay.RelayKeyFiles;
import org.edgeways.pool.relay.RelayService;
import org.edgeways.settings.Settings;
import org.edgeways.settings.kind.Service;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.tokens.RelayCredentials;

/**
 * The A/V authentication service in this process: makes credentials for people of the pool, tells nodes what checks them, and answers
 * who asks over the Link.
 */
final class RelayPart implements AutoCloseable {

    /** The name under which edge nodes ask for credentials over the Link. */
    static final String SERVICE = Service.RELAY_CREDENTIALS;

    private static final Duration ROLL = Duration.ofMinutes(30);
    private static final String KEYS = "relay-keys";

    private final RelayService service;
    private final CredentialsDesk desk;
    private final CredentialsSocket socket;
    private final Accounts accounts;
    private final Control control;
    private final Desk roll = new Desk("relay-keys");
    private volatile Settings settings;

    private RelayPart(Pool pool, Control control, RelayService service, Path data, Settings begun, Surroundings around)
            throws IOException {
        this.service = service;
        this.control = control;
        this.accounts = pool.accounts();
        this.settings = begun;
        this.desk = new CredentialsDesk(
                service,
                pool.people(),
                place -> RelayPlaces.near(settings, place),
                deskSettings(begun),
                around.clock()::now,
                around.random(),
                around.counters());
        this.socket = CredentialsSocket.open(data, desk, around.counters());
        pool.serve(new InsideCredentials(desk).route());
        roll.repeat(this::roll, ROLL, ROLL);
    }

    /**
     * What it works with.
     *
     * @param wall by which credentials end and keys are rolled
     */
    record Surroundings(ProcessClock clock, InstantSource wall, SecureRandom random, Counters counters) {}

    /**
     * Starts it. Blocks: keys are derived from the passphrase.
     *
     * @param data the pool's data directory
     * @param passphrase under which the inside's keys lie
     * @throws IOException if a key or the socket cannot be made
     */
    static RelayPart start(
            Pool pool, Control control, Path data, Passphrase passphrase, Settings settings, Surroundings around)
            throws IOException {
        RelayService service = pool.relay(
                new RelayKeyFiles(data.resolve(KEYS), passphrase, around.random()),
                around.wall(),
                around.random(),
                around.counters());
        RelayPart part = new RelayPart(pool, control, service, data, settings, around);
        service.whenChanged(part::changed);
        control.relays(() -> {
            RelayService.Told told = service.told();
            return EdgeSnapshot.Relay.of(told.checks(), told.withdrawn());
        });
        return part;
    }

    private void changed() {
        control.relaysChanged();
        if (service.hasTooManyWithdrawn()) {
            roll.execute(this::roll);
        }
    }

    private static org.edgeways.settings.kind.Pool pool(Settings settings) {
        return settings.pools().values().iterator().next();
    }

    private static CredentialsDesk.Settings deskSettings(Settings settings) {
        org.edgeways.settings.kind.Pool pool = pool(settings);
        return new CredentialsDesk.Settings(
                settings.organisation().sipDomains(),
                pool.digestAlgorithms().stream()
                        .map(algorithm ->
                                DigestAlgorithm.ofToken(algorithm.word()).orElseThrow())
                        .toList(),
                pool.relayCredentials(),
                Set.copyOf(pool.inside().origins()));
    }

    /** Rolls keys if it is time. */
    void roll() {
        try {
            service.replaceKeysKnownUntil(control.lastPutOut());
            service.roll();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the desk logs it, and does it again
        }
    }

    /** A node may have been put out: what it knows is to make nothing from now on. Does not wait. */
    void nodesChanged() {
        roll.execute(this::replaceKeys);
    }

    private void replaceKeys() {
        try {
            service.replaceKeysKnownUntil(control.lastPutOut());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the desk logs it, and the next roll does it
        }
    }

    /** Takes other settings while it runs. */
    void use(Settings next) {
        settings = next;
        desk.use(deskSettings(next));
    }

    /** Where the Link passes requests to. */
    Path socket() {
        return socket.file();
    }

    /**
     * Makes credentials for a device of somebody, as an administrator asks. Blocks.
     *
     * @param request names person and device; {@code seconds} says how long, without it as long as the settings say
     */
    ObjectNode credentials(JsonNode request, ObjectNode into) {
        Settings now = settings;
        List<String> urls = RelayPlaces.outside(now);
        Duration life = Duration.ofSeconds(
                request.path("seconds").asLong(pool(now).relayCredentials().toSeconds()));
        Result<RelayCredentials> made = urls.isEmpty() ? bad(RelayErrorCode.NO_RELAY) : mint(request, life);
        return switch (made) {
            case Result.Bad<RelayCredentials> bad ->
                into.put("ok", false)
                        .put("code", bad.code().code())
                        .put("problem", bad.reason())
                        .put("next", "edgeways user device --help shows what can be done");
            case Result.Ok<RelayCredentials>(RelayCredentials credentials) -> {
                ObjectNode turn = CredentialsDesk.json(credentials, urls, life)
                        .put(
                                "until",
                                Instant.ofEpochSecond(credentials.expirySeconds())
                                        .toString());
                ArrayNode inside = turn.putArray("insideUrls");
                RelayPlaces.inside(now).forEach(inside::add);
                into.put("ok", true).set("turn", turn);
                yield into;
            }
        };
    }

    /** The address of whose number a node tells; empty if it is none that is known here. */
    Optional<String> personOf(String number) {
        try {
            return service.personOf(Long.parseLong(number));
        } catch (NumberFormatException e) {
            return Optional.empty(); // a node may say anything
        }
    }

    /** Says whose a relay's user name is, as it stands in a node's log. */
    ObjectNode owner(String username, ObjectNode into) {
        return switch (service.ownerOf(username)) {
            case Result.Bad<RelayService.Owner> bad ->
                into.put("ok", false)
                        .put("code", bad.code().code())
                        .put("problem", bad.reason())
                        .put("next", "edgeways user device find --help shows what such a user name looks like");
            case Result.Ok<RelayService.Owner>(RelayService.Owner owner) ->
                into.put("ok", true)
                        .put("person", owner.person())
                        .put("device", label(owner).orElse(null))
                        .put("until", Instant.ofEpochSecond(until(username)).toString())
                        .put("withdrawn", owner.withdrawn());
        };
    }

    private Optional<String> label(RelayService.Owner owner) {
        return accounts.find(owner.person())
                .flatMap(person -> person.devices().stream()
                        .filter(device -> owner.device().equals(Optional.of(device.id())))
                        .findFirst()
                        .map(DevicePassword::label));
    }

    /** A user name of ours begins with it. */
    private static long until(String username) {
        return Long.parseLong(username.substring(0, username.indexOf(':')));
    }

    private Result<RelayCredentials> mint(JsonNode request, Duration life) {
        Person person = accounts.find(request.path("name").asText()).orElse(null);
        String label = request.path("device").asText();
        DevicePassword device = person == null ? null : person.device(label).orElse(null);
        if (person == null || device == null) {
            return bad(RelayErrorCode.DEVICE_NOT_LIVE);
        }
        try {
            return service.mint(person.uri(), device.id(), life, false).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private static Result<RelayCredentials> bad(RelayErrorCode code) {
        return Result.bad(code, 0, code.meaning());
    }

    @Override
    public void close() {
        socket.close();
        roll.close();
    }
}
