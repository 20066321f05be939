package org.edgeways.app.demo;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.config.AdminConfig;
import org.edgeways.app.config.ListenConfig;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.logs.Logs;
import org.edgeways.app.role.EdgeProcess;
import org.edgeways.app.role.InsideProcess;
import org.edgeways.app.role.PoolProcess;
import org.edgeways.app.watching.AdminListener;
import org.edgeways.app.watching.WatchedPart;
import org.edgeways.base.IoReason;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.pool.relay.CredentialsDesk;
import org.edgeways.pool.relay.RelayService;

/**
 * An organisation on loopback: a pool inside, an edge node in the perimeter, and people to sign in as. Both run as in any
 * deployment: the pool from a directory of settings that the demo writes, the node from what it got over the Link after it
 * joined with a bundle.
 */
public final class Demo implements AutoCloseable {

    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration LINK_PATIENCE = Duration.ofSeconds(15);
    private static final Duration LINK_LOOK = Duration.ofMillis(10);

    private final Deque<AutoCloseable> open;
    private final DemoDescription description;

    private Demo(Deque<AutoCloseable> open, DemoDescription description) {
        this.open = open;
        this.description = description;
    }

    /**
     * Starts everything; when this returns, people can sign in.
     *
     * @throws AppFailure if it cannot start; nothing runs then
     */
    public static Demo start(DemoSettings settings) {
        Deque<AutoCloseable> open = new ArrayDeque<>();
        boolean started = false;
        try {
            Demo demo = new Demo(open, start(settings, open));
            started = true;
            return demo;
        } catch (IOException e) {
            throw new AppFailure(
                    AppErrorCode.START_FAILED,
                    "the demo cannot start: " + IoReason.of(e),
                    "Start anew with edgeways demo --fresh, or elsewhere with --data DIR",
                    e);
        } finally {
            if (!started) {
                closeAll(open);
            }
        }
    }

    private static DemoDescription start(DemoSettings settings, Deque<AutoCloseable> open) throws IOException {
        settings.ports().ensureFree();
        SecureRandom random = new SecureRandom();
        DemoDirectory directory = DemoDirectory.open(settings.data(), settings.fresh());
        open.push(directory);
        Logs.toFile(directory.root(), settings.quiet() ? Level.ERROR : Level.WARN);
        Instant now = Instant.now();
        DemoOrganisation organisation = new DemoOrganisation(directory, settings);
        DemoNode node = new DemoNode(directory, settings.ports());
        node.forgetUnlessFit(now);
        organisation.writeSettings();
        organisation.issueCertificates(directory.authority(random), now);
        EventLoops loops = EventLoops.perProcessor();
        open.push(loops);
        ProcessClock clock = new ProcessClock();
        // one that has joined before serves from what it keeps, and the inside finds it at its first attempt
        EdgeProcess edge = node.hasJoined() ? EdgeProcess.start(directory.edge(), loops, clock, random) : null;
        if (edge != null) {
            open.push(edge);
        }
        InsideProcess inside =
                InsideProcess.start(directory.settings(), directory.pool(), Optional.empty(), loops, clock, random);
        open.push(inside);
        if (edge == null) {
            node.join(clock, random);
            edge = EdgeProcess.start(directory.edge(), loops, clock, random);
            open.remove(inside); // it is to stop first
            open.push(edge);
            open.push(inside);
        }
        PoolProcess pool = inside.pool();
        open.push(admin(settings.ports().admin(), loops, clock, List.of(edge.watched(), pool.watched())));
        Map<String, String> passwords = directory.passwords(random);
        new DemoPeople(pool.accounts()).ensure(passwords);
        AdminClient administration = AdminClient.of(directory.pool());
        awaitLink(edge.watched(), administration);
        DemoDescription description = describe(settings, directory, passwords, administration);
        description.write(directory.descriptionFile());
        return description;
    }

    private static AdminListener admin(int port, EventLoops loops, ProcessClock clock, List<WatchedPart> parts)
            throws IOException {
        AdminConfig config =
                new AdminConfig(new ListenConfig(List.of(InetAddress.ofLiteral(LOOPBACK)), port), Set.of());
        MicrometerCounters own = new MicrometerCounters();
        List<WatchedPart> all = new ArrayList<>(parts);
        all.add(new WatchedPart("admin", own::scrape, List::of));
        return AdminListener.open(config, loops, clock, own, all);
    }

    private static void awaitLink(WatchedPart edge, AdminClient administration) {
        long began = System.nanoTime();
        while (!edge.notReady().get().isEmpty() || !isConnected(administration)) {
            if (System.nanoTime() - began > LINK_PATIENCE.toNanos()) {
                throw new AppFailure(
                        AppErrorCode.START_FAILED,
                        "the pool did not reach the edge within " + LINK_PATIENCE.toSeconds() + " s",
                        "The log in the data directory says why. If its node was removed, begin anew: edgeways demo --fresh");
            }
            LockSupport.parkNanos(LINK_LOOK.toNanos());
        }
    }

    private static boolean isConnected(AdminClient administration) {
        for (JsonNode node : administration.ask(AdminClient.request("status")).path("nodes")) {
            if (node.path("name").asText().equals(DemoOrganisation.NODE)) {
                return node.path("connected").asBoolean();
            }
        }
        return false;
    }

    private static DemoDescription describe(
            DemoSettings settings, DemoDirectory directory, Map<String, String> passwords, AdminClient administration) {
        DemoPorts ports = settings.ports();
        List<DemoDescription.Person> people = DemoPerson.ALL.stream()
                .map(person -> new DemoDescription.Person(
                        person.name(),
                        person.uri(),
                        person.name(),
                        passwords.getOrDefault(person.name(), ""),
                        person.remoteAccess(),
                        turn(person, administration)))
                .toList();
        return new DemoDescription(
                DemoPerson.ORGANISATION,
                directory.caFile().toString(),
                new DemoDescription.Edge("localhost", ports.outside(), "wss://localhost:" + ports.outside() + "/sip"),
                new DemoDescription.Inside(
                        "localhost",
                        ports.insideSipTls(),
                        "https://localhost:" + ports.insideSipTls() + CredentialsDesk.PATH),
                new DemoDescription.Admin("http://" + LOOPBACK + ":" + ports.admin() + "/"),
                people,
                directory.root().toString(),
                directory.settings().toString(),
                settings.digestAlgorithms(),
                new DemoDescription.Turn(
                        LOOPBACK,
                        ports.outside(),
                        ports.outside(),
                        "https://localhost:" + ports.outside() + CredentialsDesk.PATH));
    }

    private static DemoDescription.TurnCredentials turn(DemoPerson person, AdminClient administration) {
        JsonNode turn = administration
                .ask(AdminClient.request("relay-credentials")
                        .put("name", person.name())
                        .put("device", DemoPeople.DEVICE)
                        .put("seconds", RelayService.LONGEST_LIFE.toSeconds())) // what it describes is written once
                .path("turn");
        return new DemoDescription.TurnCredentials(
                turn.path("username").asText(), turn.path("credential").asText());
    }

    /** What {@code demo.json} says. */
    public DemoDescription description() {
        return description;
    }

    /** Stops everything, the pool first. */
    @Override
    public void close() {
        closeAll(open);
    }

    private static void closeAll(Deque<AutoCloseable> parts) {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a part of the demo does not stop", e);
            }
        }
    }
}
