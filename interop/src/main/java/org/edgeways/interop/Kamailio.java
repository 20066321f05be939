package org.edgeways.interop;

import static org.edgeways.interop.Account.STEP;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;

/**
 * Kamailio 5.6 as registrar, proxy and presence server, on its place's loopback, over TLS with certificates on both sides, with the sample configuration of
 * {@code docs/how-to/existing-sip-server.md}.
 */
public final class Kamailio implements AutoCloseable {
    private static final Path SCHEMA = Path.of("/usr/share/kamailio/db_sqlite");
    private static final List<String> TABLES = List.of("standard", "auth_db", "usrloc", "presence");

    private final int port;
    private final Place place;
    private final String name;
    private final WorkDirectory directory;
    private RunningProgram program;

    private Kamailio(Place place, String name, int port, WorkDirectory directory, RunningProgram program) {
        this.place = place;
        this.name = name;
        this.port = port;
        this.directory = directory;
        this.program = program;
    }

    /**
     * Starts it.
     *
     * @param domain whose people sign in
     * @param people passwords by user name
     * @param identity its certificate, which names 127.0.0.1
     * @param authority of the edge's certificate, PEM
     * @param transport on which it listens: tls, tcp or udp
     */
    public static Kamailio start(
            Place place,
            String name,
            String domain,
            Map<String, String> people,
            TlsIdentity identity,
            Path authority,
            String transport) {
        int port = LoopbackPorts.consecutive(1);
        WorkDirectory directory = WorkDirectory.create();
        Path certificate = directory.path().resolve("kamailio.crt");
        Path key = directory.path().resolve("kamailio.key");
        Path database = directory.path().resolve("kamailio.sqlite");
        try {
            Pem.writeIdentity(certificate, key, identity);
            createDatabase(name, directory, database, domain, people);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        directory.write("sample.cfg", sample());
        directory.write(
                "main.cfg",
                String.join(
                        "\n",
                        "#!KAMAILIO",
                        "#!define SIP_LISTEN " + transport + ":127.0.0.1:" + port,
                        "#!define SIP_SELF \"sip:127.0.0.1:" + port + ";transport=" + transport + "\"",
                        "#!define SIP_DOMAIN \"" + domain + "\"",
                        "#!define DATABASE \"sqlite:///" + database + "\"",
                        "#!define CERTIFICATE \"" + certificate + "\"",
                        "#!define PRIVATE_KEY \"" + key + "\"",
                        "#!define AUTHORITY \"" + authority + "\"",
                        "#!define CONTROL_SOCKET \"unix:" + directory.path().resolve("ctl") + "\"",
                        "include_file \"" + directory.path().resolve("sample.cfg") + "\"",
                        ""));
        Kamailio kamailio = new Kamailio(place, name, port, directory, launch(place, name, directory));
        kamailio.awaitReady();
        return kamailio;
    }

    private static RunningProgram launch(Place place, String name, WorkDirectory directory) {
        return RunningProgram.start(place, name, directory.path(), Map.of(), command(directory.path()));
    }

    /** Kamailio in the foreground with the {@code main.cfg} of a directory, in which it keeps what it writes. */
    public static List<String> command(Path directory) {
        String place = directory.toString();
        String program = Program.KAMAILIO.path().toString();
        String settings = directory.resolve("main.cfg").toString();
        return List.of(program, "-f", settings, "-DD", "-E", "-e", "-m", "64", "-M", "8", "-Y", place, "-w", place);
    }

    private void awaitReady() {
        try {
            Path socket = directory.path().resolve("ctl");
            Polling.until("Kamailio listens", STEP, () -> Files.exists(socket) || !program.isAlive());
            command("core.uptime");
        } catch (RuntimeException | Error e) {
            String said = program.transcript().text();
            close();
            throw new AssertionError("Kamailio has not started:\n" + said, e);
        }
    }

    /** Stops it; {@link #restart} brings it back. */
    public void stop() {
        program.close();
    }

    /** Stops it and starts it again with its database; its connections are gone, and what {@link #addHost} told it. */
    public void restart() {
        stop();
        try {
            Files.deleteIfExists(directory.path().resolve("ctl"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        program = launch(place, name + "-again", directory);
        awaitReady();
    }

    /** The text of the sample configuration. */
    private static String sample() {
        try (InputStream resource = Kamailio.class.getResourceAsStream("kamailio.cfg")) {
            return new String(Objects.requireNonNull(resource).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void createDatabase(
            String name, WorkDirectory directory, Path database, String domain, Map<String, String> people)
            throws IOException {
        // db_sqlite does not wait for a lock, it fails (and the request gets 500); with this, readers hold none
        StringBuilder sql = new StringBuilder("PRAGMA journal_mode = WAL;\n");
        for (String table : TABLES) {
            sql.append(Files.readString(SCHEMA.resolve(table + "-create.sql")));
        }
        people.forEach((user, password) ->
                sql.append("INSERT INTO subscriber (username, domain, ha1) VALUES ('%s', '%s', '%s');%n"
                        .formatted(user, domain, md5(user + ":" + domain + ":" + password))));
        Path script = directory.write("create.sql", sql.toString());
        run(
                name + "-sqlite",
                directory,
                List.of(Program.SQLITE.path().toString(), database.toString(), ".read " + script));
    }

    private static String md5(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String run(String name, WorkDirectory directory, List<String> command) {
        try (RunningProgram running = RunningProgram.start(name, directory.path(), Map.of(), command)) {
            if (running.awaitExit(STEP) != 0) {
                throw new AssertionError(command + ": " + running.transcript().text());
            }
            return running.transcript().text();
        }
    }

    /** Gives it a command over its control socket; what it answers. */
    public String command(String... words) {
        List<String> command = new ArrayList<>(List.of(
                Program.KAMCMD.path().toString(),
                "-s",
                "unix:" + directory.path().resolve("ctl")));
        command.addAll(List.of(words));
        return run("kamcmd-" + words[0], directory, command);
    }

    /** Lets it find a host on loopback, in place of a name server. */
    public void addHost(String host) {
        command("dns.add_a", host, "36000", "127.0.0.1", "0");
    }

    /** Where it listens for SIP, on its place's 127.0.0.1. */
    public int port() {
        return port;
    }

    /** How many TLS connections it has. */
    public int connections() {
        var opened = Pattern.compile("opened_connections: (\\d+)").matcher(command("core.tcp_info"));
        if (!opened.find()) {
            throw new AssertionError("core.tcp_info says nothing of opened connections");
        }
        return Integer.parseInt(opened.group(1));
    }

    /** What it has said so far. */
    public Transcript transcript() {
        return program.transcript();
    }

    @Override
    public void close() {
        program.close();
        directory.close();
    }
}
