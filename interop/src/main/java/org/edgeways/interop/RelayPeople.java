package org.edgeways.interop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Uses the edge's relay without a browser or a softphone: curl asks for the credentials, coturn's client relays with them. */
final class RelayPeople {
    private RelayPeople() {}

    /**
     * Asks for credentials, with the person's digest.
     *
     * @param url of the credentials, outside or inside
     * @throws AssertionError if they are refused
     */
    static RelayAccess ask(String name, Account person, String url) {
        String said = run(
                person.place(),
                name,
                Program.CURL,
                List.of(
                        "--silent",
                        "--show-error",
                        "--fail",
                        "--digest",
                        "--user",
                        person.username() + ":" + person.password(),
                        "--cacert",
                        person.caFile().toString(),
                        url));
        try {
            return RelayAccess.of(new ObjectMapper().readTree(said));
        } catch (JsonProcessingException e) {
            throw new AssertionError("no credentials: " + said, e);
        }
    }

    /**
     * Two allocations send each other some packets.
     *
     * @param transport options of {@code turnutils_uclient}: none for UDP, {@code -t} for TCP, {@code -t -S} for TLS
     */
    static void talk(String name, Account person, RelayAccess access, String host, int port, String transport) {
        List<String> options = new ArrayList<>(
                List.of("-y", "-n", "20", "-m", "2", "-l", "170", "-z", "5", "-p", Integer.toString(port)));
        if (!transport.isEmpty()) {
            options.addAll(List.of(transport.split(" ", -1)));
        }
        if (transport.contains("-S")) {
            options.addAll(List.of("-E", person.caFile().toString()));
        }
        options.addAll(List.of("-u", access.username(), "-w", access.credential(), host));
        run(person.place(), name + transport.replace(" ", ""), Program.TURNUTILS_UCLIENT, options);
    }

    private static String run(Place place, String name, Program program, List<String> options) {
        List<String> command = new ArrayList<>(List.of(program.path().toString()));
        command.addAll(options);
        try (WorkDirectory directory = WorkDirectory.create();
                RunningProgram running =
                        RunningProgram.start(place, name + "-" + program, directory.path(), Map.of(), command)) {
            int status = running.awaitExit(Account.STEP);
            String said = running.transcript().text();
            if (status != 0) {
                throw new AssertionError(program + " ended with " + status + ". It said:\n" + said);
            }
            return said;
        }
    }
}
