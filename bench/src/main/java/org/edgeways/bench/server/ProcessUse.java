package org.edgeways.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a process with all its threads and descendants has used, from {@code /proc}. */
public final class ProcessUse {

    /** The kernel's unit of processor time, USER_HZ: 100 a second on every Linux. */
    private static final double TICKS_PER_SECOND = 100;

    private static final double KIB = 1024;

    private final List<ProcessHandle> processes;
    private final boolean alone;

    private ProcessUse(List<ProcessHandle> processes, boolean alone) {
        this.processes = processes;
        this.alone = alone;
    }

    /** Of that process and all its descendants. */
    static ProcessUse of(ProcessHandle process) {
        return new ProcessUse(List.of(process), false);
    }

    /** Of both together. */
    static ProcessUse of(ProcessUse one, ProcessUse other) {
        return new ProcessUse(
                Stream.concat(one.processes.stream(), other.processes.stream()).toList(), false);
    }

    /** Of this process; what it has started does not count. */
    public static ProcessUse ofThisProcess() {
        return new ProcessUse(List.of(ProcessHandle.current()), true);
    }

    private List<ProcessHandle> all() {
        return alone
                ? processes
                : processes.stream()
                        .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                        .toList();
    }

    /** User and system time so far, in seconds. */
    public double cpuSeconds() throws IOException {
        double ticks = 0;
        for (ProcessHandle each : all()) {
            Path stat = proc(each, "stat");
            String text = Files.exists(stat) ? Files.readString(stat) : "";
            if (!text.isEmpty()) {
                // behind the name, which may hold anything: state is the 1st field, utime the 12th, stime the 13th
                String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
                ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
            }
        }
        return ticks / TICKS_PER_SECOND;
    }

    /** Resident memory in MiB; pages that several processes share are counted once (PSS). */
    public double residentMebibytes() throws IOException {
        double kib = 0;
        for (ProcessHandle each : all()) {
            for (String line : Files.readAllLines(proc(each, "smaps_rollup"))) {
                if (line.startsWith("Pss:")) {
                    kib += Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        }
        return kib / KIB;
    }

    /** Puts all threads on one processor, and those to come. */
    public void pin(int processor) throws IOException {
        for (ProcessHandle each : all()) {
            run(List.of("taskset", "-a", "-p", "-c", String.valueOf(processor), String.valueOf(each.pid())));
        }
    }

    /** Runs a small program to its end. */
    static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(new ArrayList<>(command))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " failed with " + process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Path proc(ProcessHandle process, String file) throws NoSuchFileException {
        return Path.of("/proc", String.valueOf(process.pid()), file);
    }
}
