package org.edgeways.interop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * sipvicious 0.3: {@code svmap} looks for SIP servers, {@code svwar} for names of people, {@code svcrack} for a password.
 * It speaks UDP only, so each run goes through a {@link Socat} of its own that takes datagrams.
 */
public final class Sipvicious {
    private static final Duration RUN = Duration.ofSeconds(60);

    private final Place place;
    private final Account target;

    /**
     * Ready to attack.
     *
     * @param target the server, and the SIP domain that is written into the requests
     */
    public Sipvicious(Place place, Account target) {
        this.place = place;
        this.target = target;
    }

    /**
     * Looks for servers; what it says.
     *
     * @param addresses a range on loopback, behind each of which there seems to be one
     */
    public String map(String name, String addresses) {
        return run(name, Program.SVMAP, List.of("-m", "OPTIONS"), "", addresses);
    }

    /**
     * Tries names of people. It gives up at the second answer that it does not know, such as a 403.
     *
     * @param method of the requests
     * @param options more of its options
     * @return what it says: a line {@code | NAME | … |} for each name that it believes to exist
     */
    public String war(String name, String method, List<String> people, String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("-m", method, "--domain=" + target.domain(), "-d", "dictionary"));
        arguments.addAll(List.of(options));
        return run(name, Program.SVWAR, arguments, String.join("\n", people), "127.0.0.1");
    }

    /** Tries passwords of one person; what it says. */
    public String crack(String name, String person, List<String> passwords) {
        List<String> arguments = List.of("-u", person, "--domain=" + target.domain(), "-d", "dictionary");
        return run(name, Program.SVCRACK, arguments, String.join("\n", passwords), "127.0.0.1");
    }

    /** It gives up by itself when nothing answers. */
    private String run(String name, Program tool, List<String> arguments, String dictionary, String at) {
        List<String> command = new ArrayList<>(List.of(tool.path().toString(), "-v"));
        command.addAll(List.of("-t", "0.005"));
        if (tool != Program.SVMAP) {
            command.add("--maximumtime=3");
        }
        command.addAll(arguments);
        try (WorkDirectory directory = WorkDirectory.create();
                Socat socat = Socat.startForDatagrams(
                        place, name + "-socat", target.host(), target.sipTlsPort(), target.caFile())) {
            command.addAll(List.of("-p", Integer.toString(socat.port()), at));
            directory.write("dictionary", dictionary + "\n");
            Map<String, String> environment = Map.of("HOME", directory.path().toString());
            try (RunningProgram program = RunningProgram.start(place, name, directory.path(), environment, command)) {
                program.awaitExit(RUN);
                return program.transcript().text();
            }
        }
    }
}
