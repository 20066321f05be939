package org.edgeways.interop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the tests start the program itself. */
public final class Edgeways {
    private static final String MAIN_CLASS = "org.edgeways.app.Edgeways";

    private Edgeways() {}

    /** The program in a virtual machine of its own, from this one's class path: never through a build. */
    public static List<String> command(String... arguments) {
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
}
