package org.edgeways.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code edgeways demo} as a subprocess on free ports, with nothing kept from an earlier run. */
public final class DemoServer implements AutoCloseable {
    private static final String MAIN_CLASS = "org.edgeways.app.Edgeways";
    private static final Duration START = Duration.ofSeconds(60);
    private static final int PORTS = 10;

    private final String name;
    private final WorkDirectory directory;
    private final RunningProgram program;
    private final JsonNode description;

    private DemoServer(String name, WorkDirectory directory, RunningProgram program, JsonNode description) {
        this.name = name;
        this.directory = directory;
        this.program = program;
        this.description = description;
    }

    /**
     * Starts it and waits for {@code demo.json}.
     *
     * @param options more arguments of the command
     */
    public static DemoServer start(String name, String... options) {
        WorkDirectory directory = WorkDirectory.create();
        Path data = directory.path().resolve("data");
        List<String> command = edgeways(
                "demo",
                "--port-base",
                Integer.toString(LoopbackPorts.consecutive(PORTS)),
                "--fresh",
                "--data",
                data.toString());
        command.addAll(List.of(options));
        RunningProgram program = RunningProgram.start(name, directory.path(), Map.of(), command);
        try {
            return new DemoServer(name, directory, program, awaitDescription(program, data.resolve("demo.json")));
        } catch (RuntimeException | Error e) {
            program.close();
            directory.close();
            throw e;
        }
    }

    /** The program in a virtual machine of its own, from this one's class path: never through a build. */
    static List<String> edgeways(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                MAIN_CLASS));
        command.addAll(List.of(arguments));
        return command;
    }

    private static JsonNode awaitDescription(RunningProgram program, Path file) {
        JsonMapper json = JsonMapper.builder().build();
        try {
            Polling.until("the demo is ready", START, () -> Files.exists(file) || !program.isAlive());
            return json.readTree(file.toFile());
        } catch (IOException e) {
            throw new AssertionError(
                    "the demo has not started:\n" + program.transcript().text(), e);
        }
    }

    /** The person's account as used outside, at the edge. */
    public Account outside(String name) {
        JsonNode edge = description.path("edge");
        return account(name, edge, edge.path("webSocketUrl").asText());
    }

    /**
     * Adds somebody with remote access through the administration commands.
     *
     * @return the account as used outside
     */
    public Account addPerson(String person) {
        Account somebody = outside("alice");
        String password = "interop " + person;
        administer("", List.of("user", "add", person, "--remote-access"));
        administer(password, List.of("user", "device", "add", person, "phone", "--password-stdin"));
        return new Account(
                "sip:" + person + "@" + somebody.domain(),
                person,
                password,
                somebody.host(),
                somebody.sipTlsPort(),
                somebody.webSocketUrl(),
                somebody.caFile());
    }

    /** The person's account as used inside. */
    public Account inside(String name) {
        return account(name, description.path("inside"), "");
    }

    private void administer(String input, List<String> arguments) {
        List<String> command = edgeways(arguments.toArray(String[]::new));
        command.addAll(List.of("--data", directory.path().resolve("data").toString()));
        try (RunningProgram running = RunningProgram.start(
                name + "-" + String.join("-", arguments.subList(0, 2)), directory.path(), Map.of(), command)) {
            if (!input.isEmpty()) {
                running.say(input);
            }
            if (running.awaitExit(START) != 0) {
                throw new AssertionError(arguments + ": " + running.transcript().text());
            }
        }
    }

    private Account account(String name, JsonNode server, String webSocketUrl) {
        for (JsonNode person : description.path("people")) {
            if (person.path("name").asText().equals(name)) {
                return new Account(
                        person.path("uri").asText(),
                        person.path("username").asText(),
                        person.path("password").asText(),
                        server.path("host").asText(),
                        server.path("sipTlsPort").asInt(),
                        webSocketUrl,
                        Path.of(description.path("caFile").asText()).toAbsolutePath());
            }
        }
        throw new IllegalArgumentException("nobody is called " + name);
    }

    @Override
    public void close() {
        program.close();
        directory.close();
    }
}
