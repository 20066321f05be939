package org.edgeways.interop;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** sipp 3.6: plays a scenario over TCP. Debian's has no TLS, so it goes through {@link Socat}. */
public final class Sipp {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Sipp() {}

    /**
     * Plays the scenario once and waits for its end.
     *
     * @param keys replace {@code [name]} in the scenario
     * @return the exit status: 0 when the scenario was played to its end
     */
    public static int play(String name, Path scenario, int port, Account account, Map<String, String> keys) {
        try (WorkDirectory directory = WorkDirectory.create()) {
            List<String> command = new ArrayList<>(List.of(
                    Program.SIPP.path().toString(),
                    "127.0.0.1:" + port,
                    "-sf",
                    scenario.toAbsolutePath().toString(),
                    "-t",
                    "t1",
                    "-m",
                    "1",
                    "-i",
                    "127.0.0.1",
                    "-p",
                    Integer.toString(LoopbackPorts.consecutive(1)),
                    "-nostdin",
                    "-timeout",
                    "30s",
                    "-timeout_error",
                    "-trace_msg",
                    "-message_file",
                    directory.path().resolve("messages.log").toString(),
                    "-trace_err",
                    "-error_file",
                    "/dev/stderr",
                    "-s",
                    account.username(),
                    "-au",
                    account.username(),
                    "-ap",
                    account.password(),
                    // Otherwise the digest names the address that sipp connects to, which is socat's.
                    "-auth_uri",
                    account.domain()));
            keys.forEach((key, value) -> command.addAll(List.of("-key", key, value)));
            try (RunningProgram program = RunningProgram.start(name, directory.path(), Map.of(), command)) {
                return program.awaitExit(LIMIT);
            }
        }
    }
}
