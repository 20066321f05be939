package org.edgeways.testkit.powercut;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
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
        Process process;
        try {
            process = new ProcessBuilder(whole).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new AssertionError("strace cannot be run: install the Debian package strace", e);
        }
        try {
            StringBuilder said = new StringBuilder();
            Thread reader = Thread.ofVirtual().start(() -> drain(process.getInputStream(), said));
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("still running after " + patience + ": " + command);
            }
            reader.join();
            if (process.exitValue() != 0) {
                throw new AssertionError("exit " + process.exitValue() + " (strace needs the right to trace: in a"
                        + " container, SYS_PTRACE); it said:\n" + tail(said));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Recording(directory, StraceLog.read(log, directory));
    }

    private static void drain(InputStream stream, StringBuilder said) {
        try (stream) {
            byte[] buffer = new byte[8192];
            for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                said.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            said.append(e);
        }
    }

    private static String tail(StringBuilder said) {
        return said.substring(Math.max(0, said.length() - 4000));
    }
}
