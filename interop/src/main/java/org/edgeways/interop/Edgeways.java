package org.edgeways.interop;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the tests start the program itself: never through a build. */
public final class Edgeways {
    static final String MAIN_CLASS = "org.edgeways.app.Edgeways";

    private Edgeways() {}

    /** The program in a virtual machine of its own. */
    public static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(machine());
        command.addAll(AheadOfTime.options());
        command.addAll(List.of("-cp", AheadOfTime.classPath(), MAIN_CLASS));
        command.addAll(List.of(arguments));
        return command;
    }

    /** A virtual machine of its own from this one's class path. */
    static List<String> java(String mainClass, String... arguments) {
        List<String> command = new ArrayList<>(machine());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(List.of(arguments));
        return command;
    }

    /** A small virtual machine that starts fast. */
    static List<String> machine() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1");
    }

    /**
     * Carries out an administration command, in this process: it only talks to the running pool's socket, and a virtual
     * machine of its own would take a second.
     *
     * @param data the pool's or the demo's data directory
     * @return what it said
     */
    static String administer(Path data, List<String> arguments) {
        List<String> line = new ArrayList<>(arguments);
        line.addAll(List.of("--data", data.toString()));
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        if (org.edgeways.app.Edgeways.run(line, out, out) != 0) {
            throw new AssertionError(arguments + ": " + said);
        }
        return said.toString();
    }
}
