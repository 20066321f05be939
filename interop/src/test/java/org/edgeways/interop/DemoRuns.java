package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs of {@code edgeways demo}, one after the other, with the same data directory. */
final class DemoRuns implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(90);
    static final int PORTS = 4;

    private final WorkDirectory directory = WorkDirectory.create();

    Path data() {
        return directory.path().resolve("data");
    }

    Path description() {
        return data().resolve("demo.json");
    }

    RunningProgram start(String name, int portBase, String... options) {
        // what runs the tests may ignore SIGINT, as a shell makes its background jobs do, and children would inherit
        // that
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        command.addAll(
                Edgeways.command("demo", "--data", data().toString(), "--port-base", Integer.toString(portBase)));
        command.addAll(List.of(options));
        return RunningProgram.start("demo-command-" + name, directory.path(), Map.of(), command);
    }

    JsonNode awaitDescription(RunningProgram demo) throws IOException {
        Polling.until("the demo is ready", LIMIT, () -> Files.exists(description()) || !demo.isAlive());
        assertThat(demo.isAlive()).as(demo.transcript().text()).isTrue();
        return read(description());
    }

    JsonNode read(Path file) throws IOException {
        return JsonMapper.builder().build().readTree(file.toFile());
    }

    /** Everybody's password, as kept between runs. */
    List<String> passwords() throws IOException {
        List<String> passwords = new ArrayList<>();
        read(data().resolve("passwords.json")).forEach(password -> passwords.add(password.asText()));
        assertThat(passwords).hasSize(4);
        return passwords;
    }

    /** Stops it by SIGTERM; gives what it said. */
    static String stop(RunningProgram demo) {
        demo.terminate();
        assertThat(demo.awaitExit(LIMIT)).as(demo.transcript().text()).isZero();
        return demo.transcript().text();
    }

    /** No port is taken, no socket and no description is left. */
    void assertNothingIsLeft(int base) throws IOException {
        for (int port = base; port < base + PORTS; port++) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            }
        }
        assertThat(description()).doesNotExist();
        for (String socket : List.of("pool/admin.sock", "pool/counters.sock", "edge/counters.sock")) {
            assertThat(data().resolve(socket)).doesNotExist();
        }
    }

    @Override
    public void close() {
        directory.close();
    }
}
