package org.edgeways.testkit.powercut;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program under strace, a Debian package of that name. */
public final class Strace {

    private static final String CALLS = "openat,open,creat,write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,"
            + "sync_file_range,ftruncate,truncate,fallocate,rename,renameat,renameat2,unlink,unlinkat,link,linkat,"
            + "copy_file_range,sendfile";

    private Strace() {}

    /**
     * Runs {@code command} to its end and reads what it did to the files right under {@code directory}.
     *
     * @param log where strace writes; big
     * @throws AssertionError if strace is missing, the program fails, or it takes longer than {@code patience}
     */
    public static Recording record(Path log, Path directory, List<String> command, Duration patience)
            throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(
                List.of("strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "4194304", "-e", "trace=" + CALLS, "-o"));
        whole.add(log.toString());
        whole.addAll(command);
        // a file of its own, not a pipe: so what the program's children say is not taken for what it says
        Path output = log.resolveSibling(log.getFileName() + ".out").toAbsolutePath();
        Process process;
        try {
            process = new ProcessBuilder(whole)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException e) {
            throw new AssertionError("strace cannot be run: install the Debian package strace", e);
        }
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("still running after " + patience + ": " + command);
            }
            if (process.exitValue() != 0) {
                throw new AssertionError("exit " + process.exitValue() + " (strace needs the right to trace: in a"
                        + " container, SYS_PTRACE); it said:\n" + tail(Files.readString(output)));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Recording(directory, StraceLog.read(log, directory, output.toString()));
    }

    private static String tail(String said) {
        return said.substring(Math.max(0, said.length() - 4000));
    }
}
