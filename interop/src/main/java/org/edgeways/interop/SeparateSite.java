package org.edgeways.interop;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.net.CertificateRequest;

/**
 * {@code edgeways pool} and {@code edgeways edge} as an administrator runs them, each on its own host of {@link Networks}
 * from a configuration file, and a {@link RecordingRelay} that reads what the edge sends to the clients behind the NAT.
 *
 * <p>The pool is never dialled from the perimeter: it dials the edge, and the firewall between is closed.
 */
public final class SeparateSite implements AutoCloseable {
    /** The pool's port for clients inside. */
    public static final int INSIDE_PORT = 9061;

    private static final String DOMAIN = "acorn.example";
    private static final int LINK_PORT = 9062;
    private static final Duration START = Duration.ofSeconds(60);

    private final String name;
    private final JsonMapper json = JsonMapper.builder().build();
    private final Networks networks;
    private final WorkDirectory directory;
    private final TestCertificates certificates;
    private final List<RunningProgram> programs = new ArrayList<>();

    private SeparateSite(String name, Networks networks, WorkDirectory directory) {
        this.name = name;
        this.networks = networks;
        this.directory = directory;
        this.certificates = new TestCertificates(directory);
    }

    /**
     * Makes the networks and starts everything; when this returns, the pool has dialled the edge.
     *
     * @param hideTopology as in the edge's configuration
     * @param remotePeople people with remote access; dave, who has none, is always there
     */
    public static SeparateSite start(String name, boolean hideTopology, String... remotePeople) {
        return start(name, hideTopology, edge -> {}, pool -> {}, remotePeople);
    }

    /**
     * As {@link #start(String, boolean, String...)}, with other configurations.
     *
     * @param edgeSettings changes the edge's
     * @param poolSettings changes the pool's
     */
    public static SeparateSite start(
            String name,
            boolean hideTopology,
            Consumer<ObjectNode> edgeSettings,
            Consumer<ObjectNode> poolSettings,
            String... remotePeople) {
        SeparateSite site = new SeparateSite(name, Networks.create(), WorkDirectory.create());
        try {
            site.start(hideTopology, edgeSettings, poolSettings, List.of(remotePeople));
            return site;
        } catch (RuntimeException | Error e) {
            site.close();
            throw e;
        }
    }

    private void start(
            boolean hideTopology,
            Consumer<ObjectNode> edgeSettings,
            Consumer<ObjectNode> poolSettings,
            List<String> remotePeople) {
        certificates.issue(CertificateRequest.of(Networks.EDGE_NAME), data("edge"), "outside");
        certificates.issue(CertificateRequest.node("edge1", Networks.EDGE_INSIDE_NAME), data("edge"), "link");
        certificates.issue(CertificateRequest.of(Networks.POOL_NAME), data("pool"), "inside");
        certificates.issue(CertificateRequest.service("pool", Networks.POOL_NAME), data("pool"), "link");
        RunningProgram edge = run(
                networks.edge(), "edge", Edgeways.command("edge", "--config", edgeConfig(hideTopology, edgeSettings)));
        RunningProgram pool =
                run(networks.pool(), "pool", Edgeways.command("pool", "--config", poolConfig(poolSettings)));
        RunningProgram relay = run(networks.wire(), "relay", relayCommand());
        edge.transcript().await("the edge starts", Pattern.compile("The edge is ready"), START);
        pool.transcript().await("the pool starts", Pattern.compile("The pool is ready"), START);
        relay.transcript().await("the relay starts", Pattern.compile(RecordingRelay.READY), START);
        remotePeople.forEach(person -> addPerson(person, true));
        addPerson("dave", false);
    }

    private String edgeConfig(boolean hideTopology, Consumer<ObjectNode> settings) {
        ObjectNode config = json.createObjectNode().put("node", "edge1").put("data", ".");
        config.putArray("sipDomains").add(DOMAIN);
        config.putArray("insideNames").add("inside.acorn.example").add("perimeter.acorn.example");
        config.put("hideTopology", hideTopology);
        ObjectNode outside = config.putObject("outside").put("host", Networks.EDGE_NAME);
        outside.putArray("addresses").add(Networks.EDGE_OUTSIDE);
        outside.putArray("aliases").add(Networks.EDGE_OUTSIDE);
        outside.put("sipTlsPort", Networks.SIP_TLS_PORT).put("webSocketPort", Networks.WEB_SOCKET_PORT);
        outside.put("certificate", "outside.crt").put("key", "outside.key");
        ObjectNode link =
                config.putObject("link").put("host", Networks.EDGE_INSIDE_NAME).put("port", LINK_PORT);
        link.putArray("addresses").add(Networks.EDGE_INSIDE);
        link.put("certificate", "link.crt").put("key", "link.key");
        link.put("authority", certificates.caFile().toString());
        settings.accept(config);
        return write("edge", config);
    }

    private String poolConfig(Consumer<ObjectNode> settings) {
        ObjectNode config = json.createObjectNode().put("data", ".");
        config.putArray("sipDomains").add(DOMAIN);
        ObjectNode inside =
                config.putObject("inside").put("host", Networks.POOL_NAME).put("sipTlsPort", INSIDE_PORT);
        inside.putArray("addresses").add(networks.pool().address());
        inside.putArray("aliases").add(networks.pool().address());
        inside.put("certificate", "inside.crt").put("key", "inside.key");
        ObjectNode link =
                config.putObject("link").put("certificate", "link.crt").put("key", "link.key");
        link.put("authority", certificates.caFile().toString());
        link.putArray("edges")
                .addObject()
                .put("host", Networks.EDGE_INSIDE_NAME)
                .put("port", LINK_PORT);
        settings.accept(config);
        return write("pool", config);
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
                Integer.toString(Networks.SIP_TLS_PORT),
                Integer.toString(Networks.WEB_SOCKET_PORT));
    }

    private Path data(String part) {
        try {
            return Files.createDirectories(directory.path().resolve(part));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String write(String part, ObjectNode config) {
        return directory
                .write(part + "/" + part + ".json", config.toPrettyString())
                .toString();
    }

    private RunningProgram run(Place place, String part, List<String> command) {
        RunningProgram program = RunningProgram.start(place, name + "-" + part, directory.path(), Map.of(), command);
        programs.add(program);
        return program;
    }

    /** Through the pool's socket, which is of the file system and of no network. */
    private void addPerson(String person, boolean remoteAccess) {
        AdminClient administrator = AdminClient.of(data("pool"));
        administrator.ask(AdminClient.request("user-add").put("name", person).put("remoteAccess", remoteAccess));
        administrator.ask(AdminClient.request("device-add")
                .put("name", person)
                .put("device", "phone")
                .put("password", password(person)));
    }

    private static String password(String person) {
        return "interop-phone-" + person;
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
                "wss://" + Networks.EDGE_NAME + ":" + Networks.WEB_SOCKET_PORT + "/sip",
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
        return OutsideReading.of(data("recordings"));
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
        programs.reversed().forEach(RunningProgram::close);
        networks.close();
        directory.close();
    }
}
