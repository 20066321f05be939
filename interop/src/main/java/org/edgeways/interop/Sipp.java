package org.edgeways.interop;

import static org.edgeways.interop.Account.STEP;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * sipp 3.6: plays scenarios over TCP. Debian's has no TLS, so it goes through {@link Socat}. As a {@link Messenger} one
 * sipp stays registered and takes messages; each message it sends is a run of its own, from a second registration of the
 * same person that ends with it.
 */
public final class Sipp implements Messenger {
    private static final Path SCENARIOS = Path.of("src", "test", "resources", "sipp");
    private static final Duration RUN = Duration.ofSeconds(60);

    private final String name;
    private final Account account;
    private final int port;
    private final WorkDirectory directory;
    private final RunningProgram program;
    private int sent;

    private Sipp(String name, Account account, int port, WorkDirectory directory, RunningProgram program) {
        this.name = name;
        this.account = account;
        this.port = port;
        this.directory = directory;
        this.program = program;
    }

    /** Starts the one that stays and takes messages. */
    public static Sipp start(String name, Account account, Socat socat) {
        WorkDirectory directory = WorkDirectory.create();
        List<String> command = command("register-and-stay", account, socat.port(), Map.of());
        command.addAll(List.of("-oocsf", scenario("receive-message"), "-trace_msg", "-message_file", "/dev/stderr"));
        RunningProgram program = RunningProgram.start(account.place(), name, directory.path(), Map.of(), command);
        return new Sipp(name, account, socat.port(), directory, program);
    }

    /**
     * Plays a scenario once and waits for its end.
     *
     * @param keys replace {@code [name]} in the scenario
     * @return the exit status: 0 when the scenario was played to its end
     */
    public static int play(String name, String scenario, Account account, Socat socat, Map<String, String> keys) {
        return play(name, scenario, account, socat.port(), keys);
    }

    private static int play(String name, String scenario, Account account, int port, Map<String, String> keys) {
        List<String> command = command(scenario, account, port, keys);
        command.addAll(List.of("-timeout", "30s", "-timeout_error", "-trace_msg", "-message_file", "/dev/stderr"));
        try (WorkDirectory directory = WorkDirectory.create();
                RunningProgram program =
                        RunningProgram.start(account.place(), name, directory.path(), Map.of(), command)) {
            return program.awaitExit(RUN);
        }
    }

    private static List<String> command(String scenario, Account account, int port, Map<String, String> keys) {
        List<String> command = new ArrayList<>(List.of(Program.SIPP.path().toString(), "127.0.0.1:" + port));
        command.addAll(List.of("-sf", scenario(scenario), "-t", "t1", "-m", "1", "-nostdin", "-i", "127.0.0.1"));
        command.addAll(List.of("-p", Integer.toString(LoopbackPorts.consecutive(1))));
        command.addAll(List.of("-s", account.username(), "-au", account.username(), "-ap", account.password()));
        // Otherwise the digest names the address that sipp connects to, which is socat's.
        command.addAll(List.of("-auth_uri", account.domain()));
        command.addAll(List.of("-key", "domain", account.domain()));
        keys.forEach((key, value) -> command.addAll(List.of("-key", key, value)));
        return command;
    }

    private static String scenario(String name) {
        return SCENARIOS.resolve(name + ".xml").toAbsolutePath().toString();
    }

    @Override
    public void awaitSignedIn() {
        program.transcript().await(account.username() + " signs in", Pattern.compile("SIP/2\\.0 200 "), STEP);
    }

    @Override
    public void sendMessage(String toUri, String text) {
        sent++;
        Map<String, String> keys = Map.of("recipient", toUri, "text", text);
        int status = play(name + "-sends-" + sent, "message", account, port, keys);
        if (status != 0) {
            throw new AssertionError("sipp could not send \"" + text + "\": exit status " + status);
        }
    }

    @Override
    public void awaitMessage(String fromUri, String text) {
        program.transcript()
                .await(
                        account.username() + " receives \"" + text + "\"",
                        Pattern.compile("\\nMESSAGE sip:(?:[^\\n]+\\n)*?From:[^\\n]*" + Pattern.quote(fromUri)
                                + "(?:[^\\n]+\\n)*?\\n" + Pattern.quote(text)),
                        STEP);
    }

    @Override
    public void close() {
        program.close();
        directory.close();
    }
}
