package org.edgeways.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much memory a Java process takes.
 *
 * @param liveBytes what is reachable in its heap: all that a collection leaves
 * @param residentBytes what it has of the machine's memory, everything included
 */
public record MemoryUse(long liveBytes, long residentBytes) {

    private static final Pattern LIVE = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final int KIB = 1024;

    /** Collects that process's garbage and looks. */
    static MemoryUse of(long pid) {
        try {
            return new MemoryUse(
                    first(LIVE, liveObjects(pid)),
                    KIB * first(RESIDENT, Files.readString(Path.of("/proc", Long.toString(pid), "status"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String liveObjects(long pid) throws IOException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static long first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + pattern + " in: " + text);
        }
        return Long.parseLong(matcher.group(1));
    }

    @Override
    public String toString() {
        return liveBytes / KIB + " KiB live, " + residentBytes / KIB + " KiB resident";
    }
}
