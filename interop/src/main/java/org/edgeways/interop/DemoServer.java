package org.edgeways.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.edgeways.app.admin.AdminClient;

/** {@code edgeways demo} as a subprocess on free ports, with nothing kept from an earlier run. */
public final class DemoServer implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final int PORTS = 10;

    private final WorkDirectory directory;
    private final RunningProgram program;
    private final DemoPeople people;

    private DemoServer(WorkDirectory directory, RunningProgram program, DemoPeople people) {
        this.directory = directory;
        this.program = program;
        this.people = people;
    }

    /**
     * Starts it and waits for {@code demo.json}.
     *
     * @param options more arguments of the command
     */
    public static DemoServer start(String name, String... options) {
        WorkDirectory directory = WorkDirectory.create();
        Path data = directory.path().resolve("data");
        List<String> command = Edgeways.command(
                "demo",
                "--port-base",
                Integer.toString(LoopbackPorts.consecutive(PORTS)),
                "--fresh",
                "--data",
                data.toString());
        command.addAll(List.of(options));
        RunningProgram program = RunningProgram.start(name, directory.path(), Map.of(), command);
        try {
            return new DemoServer(directory, program, awaitDescription(program, data.resolve("demo.json")));
        } catch (RuntimeException | Error e) {
            program.close();
            directory.close();
            throw e;
        }
    }

    private static DemoPeople awaitDescription(RunningProgram program, Path file) {
        try {
            Polling.until("the demo is ready", START, () -> Files.exists(file) || !program.isAlive());
            return DemoPeople.read(file);
        } catch (IOException e) {
            throw new AssertionError(
                    "the demo has not started:\n" + program.transcript().text(), e);
        }
    }

    /** The person's account as used outside, at the edge. */
    public Account outside(String name) {
        return people.outside(name);
    }

    /**
     * Adds somebody with remote access.
     *
     * @return the account as used outside
     */
    public Account addPerson(String person) {
        Account somebody = outside("alice");
        String password = "interop " + person;
        AdminClient administration = AdminClient.of(data());
        administration.ask(AdminClient.request("user-add").put("name", person).put("remoteAccess", true));
        administration.ask(AdminClient.request("device-add")
                .put("name", person)
                .put("device", "phone")
                .put("password", password));
        return new Account(
                "sip:" + person + "@" + somebody.domain(),
                person,
                password,
                somebody.host(),
                somebody.sipTlsPort(),
                somebody.webSocketUrl(),
                somebody.caFile());
    }

    /** As {@link #addPerson}, without the commands. */
    public Account addQuickly(String person) {
        return people.add(AdminClient.of(directory.path().resolve("data")), person);
    }

    /**
     * Adds somebody with remote access and a softphone that has credentials for the relay, with the commands that an
     * administrator types.
     */
    public RelayedAccount addWithRelay(String person) {
        administer("user", "add", person, "--remote-access");
        return people.withRelay(
                person,
                Edgeways.administer(data(), List.of("user", "device", "add", person, "phone", "--turn", "-o", "json")));
    }

    /**
     * The sum of a counter of the edge.
     *
     * @param name as in Prometheus's format
     * @param label part of the labels; empty for all
     */
    public double edgeCounter(String name, String label) {
        return RunningCounters.sum(data().resolve("edge"), name, label);
    }

    /** The same account as used inside. */
    public Account inside(Account outside) {
        return people.inside(outside);
    }

    /** The person's account as used inside. */
    public Account inside(String name) {
        return people.inside(name);
    }

    /** Carries out an administration command. */
    public void administer(String... arguments) {
        Edgeways.administer(data(), List.of(arguments));
    }

    private Path data() {
        return directory.path().resolve("data");
    }

    @Override
    public void close() {
        program.close();
        directory.close();
    }
}
