package org.edgeways.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.net.CertificateRequest;

/**
 * {@code edgeways pool} and {@code edgeways edge} as an administrator runs them, each on its own host of {@link Networks}:
 * the pool from a directory of settings, the edge joined by a bundle; and a {@link RecordingRelay} that reads what the edge
 * sends to the clients behind the NAT.
 *
 * <p>Nothing is ever dialled from the perimeter: the pool dials the edge, also when it joins, and the firewall between is
 * closed.
 */
public final class SeparateSite implements AutoCloseable {
    /** The pool's port for clients inside. */
    public static final int INSIDE_PORT = 9061;

    /** The port of localhost, at each place, that pages come from which may ask for relay credentials. */
    public static final int PAGE_PORT = 8090;

    /** The edge node's name in the settings. */
    public static final String NODE = "edge1";

    private static final String DOMAIN = "acorn.example";
    private static final String POOL = "pool";
    private static final String EDGE = "edge";
    static final int LINK_PORT = 9062;
    private static final Duration START = Duration.ofSeconds(60);

    private final String name;
    private final JsonMapper json = JsonMapper.builder().build();
    private final Networks networks;
    private final WorkDirectory directory;
    private final List<String> origins;
    private final TestCertificates certificates;
    private final SequencedMap<String, RunningProgram> programs = new LinkedHashMap<>();

    private SeparateSite(String name, Networks networks, WorkDirectory directory, List<String> origins) {
        this.name = name;
        this.networks = networks;
        this.directory = directory;
        this.origins = List.copyOf(origins);
        this.certificates = new TestCertificates(directory);
    }

    /**
     * Makes the networks and starts everything; when this returns, the pool has dialled the edge.
     *
     * @param hideTopology as in the organisation's settings
     * @param remotePeople people with remote access; dave, who has none, is always there
     */
    public static SeparateSite start(String name, boolean hideTopology, String... remotePeople) {
        return start(name, hideTopology, edge -> {}, pool -> {}, remotePeople);
    }

    /**
     * As {@link #start(String, boolean, String...)}; of web pages only those from {@link #PAGE_PORT} may connect, and they may
     * also ask for relay credentials.
     */
    public static SeparateSite startForPages(String name, String... remotePeople) {
        return start(
                new SeparateSite(
                        name, Networks.create(), WorkDirectory.create(), List.of("http://localhost:" + PAGE_PORT)),
                true,
                edge -> {},
                pool -> {},
                remotePeople);
    }

    /**
     * As {@link #start(String, boolean, String...)}, with other settings.
     *
     * @param limits fills in what the edge lets in: the keys of {@code AccessSettings}
     * @param poolSettings adds to the keys of {@code Pool}
     */
    public static SeparateSite start(
            String name,
            boolean hideTopology,
            Consumer<ObjectNode> limits,
            Consumer<ObjectNode> poolSettings,
            String... remotePeople) {
        return start(
                new SeparateSite(name, Networks.create(), WorkDirectory.create(), List.of()),
                hideTopology,
                limits,
                poolSettings,
                remotePeople);
    }

    private static SeparateSite start(
            SeparateSite site,
            boolean hideTopology,
            Consumer<ObjectNode> limits,
            Consumer<ObjectNode> poolSettings,
            String... remotePeople) {
        try {
            site.start(hideTopology, limits, poolSettings, List.of(remotePeople));
            return site;
        } catch (RuntimeException | Error e) {
            site.close();
            throw e;
        }
    }

    private void start(
            boolean hideTopology,
            Consumer<ObjectNode> limits,
            Consumer<ObjectNode> poolSettings,
            List<String> remotePeople) {
        certificates.issue(CertificateRequest.of(Networks.EDGE_NAME), data("edge"), "outside");
        certificates.issue(CertificateRequest.of(Networks.EDGE_INSIDE_NAME), data("edge"), "relay-inside");
        certificates.issue(CertificateRequest.of(Networks.POOL_NAME), data("pool"), "inside");
        document("Organisation", "acorn", spec -> {
            spec.putArray("sipDomains").add(DOMAIN);
            spec.putArray("insideNames").add("inside.acorn.example").add("perimeter.acorn.example");
            spec.put("hideTopology", hideTopology);
        });
        document("EdgeNode", NODE, this::edgeNode);
        document("AccessSettings", "limits", limits);
        document("Pool", "pool", spec -> {
            pool(spec.putObject("inside"));
            poolSettings.accept(spec);
        });
        for (String certificate : List.of("outside", "relay-inside", "inside")) {
            document(
                    "Certificate",
                    certificate,
                    spec -> spec.put("certificate", certificate + ".crt").put("key", certificate + ".key"));
        }
        RunningProgram relay = run(networks.wire(), "relay", relayCommand());
        startPool();
        AdminClient administration = administrator();
        JsonNode enrolled =
                administration.ask(AdminClient.request("node-enroll").put("name", NODE));
        Path bundle = directory.write(NODE + ".bundle", enrolled.path("bundle").asText());
        launchEdge("--join", bundle.toString());
        remotePeople.forEach(person -> addPerson(administration, person, true));
        addPerson(administration, "dave", false);
        awaitEdge();
        relay.transcript().await("the relay starts", Pattern.compile(RecordingRelay.READY), START);
        Polling.until("the pool has dialled the edge", START, () -> edgeCounter("sip_connections", "") > 0);
    }

    /** Starts the pool, and waits until it listens. */
    public void startPool() {
        run(
                        networks.pool(),
                        POOL,
                        Edgeways.command(
                                POOL,
                                "--settings",
                                settings().toString(),
                                "--data",
                                data(POOL).toString()))
                .transcript()
                .await("the pool starts", Pattern.compile("The pool is ready"), START);
    }

    /** Starts the edge again, and waits until it listens. */
    public void startEdge() {
        launchEdge();
        awaitEdge();
    }

    private void launchEdge(String... options) {
        List<String> command = Edgeways.command(EDGE, "--data", data(EDGE).toString());
        command.addAll(List.of(options));
        run(networks.edge(), EDGE, command);
    }

    private void awaitEdge() {
        running(EDGE).transcript().await("the edge starts", Pattern.compile("The edge is ready"), START);
    }

    /** Kills the pool as {@code kill -9} does. */
    public void killPool() {
        kill(POOL);
    }

    /** Kills the edge as {@code kill -9} does. */
    public void killEdge() {
        kill(EDGE);
    }

    private void kill(String part) {
        running(part).kill();
        running(part).close();
        programs.remove(part);
    }

    private RunningProgram running(String part) {
        return Objects.requireNonNull(programs.get(part), part);
    }

    /** One document of the settings, in a file of its own; JSON is YAML too. */
    private void document(String kind, String called, Consumer<ObjectNode> fill) {
        ObjectNode document = json.createObjectNode().put("kind", kind).put("name", called);
        fill.accept(document.putObject("spec"));
        data("settings");
        directory.write("settings/" + kind + "-" + called + ".yaml", document.toPrettyString());
    }

    private void edgeNode(ObjectNode spec) {
        ObjectNode access = spec.putObject("access").put("host", Networks.EDGE_NAME);
        access.putArray("aliases").add(Networks.EDGE_OUTSIDE).add("localhost"); // where the browsers' pages come from
        access.putArray("addresses").add(Networks.EDGE_OUTSIDE);
        access.put("sipTlsPort", Networks.SIP_TLS_PORT).put("settings", "limits");
        access.putArray("certificates").add("outside").add("relay-inside"); // shown to who asks for its name
        if (!origins.isEmpty()) {
            origins.forEach(access.putArray("origins")::add);
        }
        spec.putArray("roles").add("access").add("av");
        ObjectNode av = spec.putObject("av").put("udpPort", Networks.RELAY_PORT);
        av.putArray("addresses").add(Networks.EDGE_OUTSIDE);
        av.putArray("insideAddresses").add(Networks.EDGE_INSIDE);
        av.put("insideHost", Networks.EDGE_INSIDE_NAME);
        ObjectNode leg = spec.putObject("insideLeg")
                .put("host", Networks.EDGE_INSIDE_NAME)
                .put("port", LINK_PORT);
        leg.putArray("addresses").add(Networks.EDGE_INSIDE);
    }

    private void pool(ObjectNode inside) {
        inside.put("host", Networks.POOL_NAME).put("sipTlsPort", INSIDE_PORT).put("certificate", "inside");
        inside.putArray("addresses").add(networks.pool().address());
        inside.putArray("aliases").add(networks.pool().address());
        origins.forEach(inside.putArray("origins")::add);
    }

    private List<String> relayCommand() {
        Path keys = certificates.keyStore(
                CertificateRequest.of(Networks.EDGE_NAME),
                directory.path().resolve("relay.p12"),
                RecordingRelay.PASSWORD);
        return Edgeways.java(
                RecordingRelay.class.getName(),
                keys.toString(),
                data("recordings").toString(),
                Networks.EDGE_OUTSIDE,
                Networks.EDGE_NAME,
                Integer.toString(Networks.SIP_TLS_PORT));
    }

    private Path data(String part) {
        try {
            return Files.createDirectories(directory.path().resolve(part));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RunningProgram run(Place place, String part, List<String> command) {
        RunningProgram program = RunningProgram.start(place, name + "-" + part, directory.path(), Map.of(), command);
        programs.put(part, program);
        return program;
    }

    private static void addPerson(AdminClient administration, String person, boolean remoteAccess) {
        administration.ask(AdminClient.request("user-add").put("name", person).put("remoteAccess", remoteAccess));
        administration.ask(AdminClient.request("device-add")
                .put("name", person)
                .put("device", "phone")
                .put("password", password(person)));
    }

    private static String password(String person) {
        return "interop-phone-" + person;
    }

    /** What the person's phone gets for the edge's relay from an administrator: {@code edgeways user device add --turn}. */
    public RelayAccess relayAccess(String person) {
        return RelayAccess.of(AdminClient.of(data("pool"))
                .ask(AdminClient.request("relay-credentials")
                        .put("name", person)
                        .put("device", "phone"))
                .path("turn"));
    }

    /** Where people outside get credentials for the relay. */
    public static String outsideCredentials() {
        return "https://" + Networks.EDGE_NAME + ":" + Networks.SIP_TLS_PORT + "/av/v1/credentials";
    }

    /** Where people inside get credentials for the relay. */
    public static String insideCredentials() {
        return "https://" + Networks.POOL_NAME + ":" + INSIDE_PORT + "/av/v1/credentials";
    }

    /** A connection to the pool's administration. */
    public AdminClient administrator() {
        return AdminClient.of(data(POOL));
    }

    /** The directory of settings: each document in a file {@code KIND-NAME.yaml}, written as JSON. */
    public Path settings() {
        return data("settings");
    }

    /** The certificate of the pool's authority, which issues those of the Link. */
    Path authorityFile() {
        return data(POOL).resolve("control/authority/authority.crt");
    }

    /** The edge's data directory, where it looks for the certificates that its settings name. */
    public Path edgeData() {
        return data(EDGE);
    }

    /** The authority that clients outside trust. */
    TestCertificates certificates() {
        return certificates;
    }

    public Networks networks() {
        return networks;
    }

    /** What clients trust. */
    public Path caFile() {
        return certificates.caFile();
    }

    /** The person's account as used at home, behind the NAT. */
    public Account outside(String person) {
        return new Account(
                "sip:" + person + "@" + DOMAIN,
                person,
                password(person),
                Networks.EDGE_NAME,
                Networks.SIP_TLS_PORT,
                "wss://" + Networks.EDGE_NAME + ":" + Networks.SIP_TLS_PORT + "/sip",
                caFile(),
                networks.home());
    }

    /** The person's account as used at a desk inside. */
    public Account inside(String person) {
        Account outside = outside(person);
        return new Account(
                outside.uri(),
                person,
                outside.password(),
                Networks.POOL_NAME,
                INSIDE_PORT,
                "",
                caFile(),
                networks.desk());
    }

    /** What the edge has sent to clients behind the NAT so far. */
    public OutsideReading outsideReading() {
        return OutsideReading.of(data("recordings"), networks.datagrams());
    }

    /** What the edge has written to its log. */
    public String edgeLog() {
        try {
            return Files.readString(data("edge").resolve("edgeways.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The sum of a counter of the edge.
     *
     * @param name as in Prometheus's format
     * @param label part of the labels; empty for all
     */
    public double edgeCounter(String name, String label) {
        return RunningCounters.sum(data("edge"), name, label);
    }

    @Override
    public void close() {
        programs.reversed().values().forEach(RunningProgram::close);
        networks.close();
        directory.close();
    }
}
