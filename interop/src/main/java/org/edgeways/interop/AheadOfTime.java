package org.edgeways.interop;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The program's classes, loaded and linked ahead of time (JEP 514), so that each of the many virtual machines that the tests
 * start needs a third less processor time until it is ready. The cache is made by one short demo when there is none that is
 * newer than the program, and only where the program is made of jars: a class path with directories cannot have one.
 */
final class AheadOfTime {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final Duration WRITTEN = Duration.ofMinutes(2);
    private static final int PORTS = 4;

    private AheadOfTime() {}

    /** The class path of the program alone: without this room's own directories. */
    static String classPath() {
        return String.join(File.pathSeparator, jars());
    }

    private static List<String> jars() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !Files.isDirectory(Path.of(entry)) || !isThisRoom(Path.of(entry)))
                .filter(entry -> Files.exists(Path.of(entry)))
                .toList();
    }

    private static boolean isThisRoom(Path directory) {
        return directory.toAbsolutePath().startsWith(Path.of("target").toAbsolutePath());
    }

    /** The option that uses the cache; none if there is no cache and none can be made. */
    static List<String> options() {
        List<String> jars = jars();
        if (jars.stream().anyMatch(entry -> Files.isDirectory(Path.of(entry)))) {
            return List.of();
        }
        Path cache = Path.of("target", "edgeways.aot").toAbsolutePath();
        try {
            if (isOlderThanAnyOf(jars, cache)) {
                OneAtATime.run("edgeways.aot", () -> {
                    if (isOlderThanAnyOf(jars, cache)) {
                        make(cache);
                    }
                });
            }
            return Files.size(cache) > 0 ? List.of("-XX:AOTCache=" + cache) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isOlderThanAnyOf(List<String> jars, Path cache) throws IOException {
        if (!Files.exists(cache)) {
            return true;
        }
        FileTime made = Files.getLastModifiedTime(cache);
        for (String jar : jars) {
            if (Files.getLastModifiedTime(Path.of(jar)).compareTo(made) > 0) {
                return true;
            }
        }
        return false;
    }

    /** An empty file if it cannot be made, so that it is tried once only. */
    private static void make(Path cache) throws IOException {
        Files.deleteIfExists(cache);
        Path fresh = cache.resolveSibling("edgeways.aot.new");
        Files.deleteIfExists(fresh);
        try (WorkDirectory directory = WorkDirectory.create()) {
            Path data = directory.path().resolve("data");
            List<String> command = new ArrayList<>(Edgeways.machine());
            command.addAll(List.of("-XX:AOTCacheOutput=" + fresh, "-cp", classPath(), Edgeways.MAIN_CLASS));
            command.addAll(List.of("demo", "--data", data.toString()));
            command.addAll(List.of("--port-base", Integer.toString(LoopbackPorts.consecutive(PORTS))));
            try (RunningProgram demo = RunningProgram.start("ahead-of-time", directory.path(), Map.of(), command)) {
                Polling.until(
                        "the demo is ready", READY, () -> Files.exists(data.resolve("demo.json")) || !demo.isAlive());
                demo.terminate();
                demo.awaitExit(WRITTEN);
            }
        }
        if (!Files.exists(fresh)) {
            Files.createFile(fresh);
        }
        Files.move(fresh, cache, StandardCopyOption.ATOMIC_MOVE);
    }
}
