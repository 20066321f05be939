package org.edgeways.interop;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How the tests start the program itself: never through a build. */
public final class Edgeways {
    private static final String MAIN_CLASS = "org.edgeways.app.Edgeways";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Edgeways() {}

    /** The program in a virtual machine of its own. */
    public static List<String> command(String... arguments) {
        return java(MAIN_CLASS, arguments);
    }

    /** A virtual machine of its own from this one's class path. */
    static List<String> java(String mainClass, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                mainClass));
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * Runs an administration command on the pool's host.
     *
     * @param name of the log file
     * @param data the pool's or the demo's data directory
     * @param input a line for the command's standard input; empty for none
     */
    static void administer(Place place, String name, Path data, String input, List<String> arguments) {
        List<String> command = command(arguments.toArray(String[]::new));
        command.addAll(List.of("--data", data.toString()));
        try (RunningProgram running = RunningProgram.start(place, name, data, Map.of(), command)) {
            if (!input.isEmpty()) {
                running.say(input);
            }
            if (running.awaitExit(LIMIT) != 0) {
                throw new AssertionError(arguments + ": " + running.transcript().text());
            }
        }
    }
}
