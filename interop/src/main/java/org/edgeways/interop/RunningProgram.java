package org.edgeways.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A subprocess whose output goes to a {@link Transcript}. Closing it stops the process and its children, first politely,
 * and leaves what it said in {@code target/interop-logs}.
 */
public final class RunningProgram implements AutoCloseable {
    private static final Duration POLITE = Duration.ofSeconds(3);

    private final String name;
    private final Process process;
    private final Thread reader;
    private final Transcript transcript = new Transcript();

    private RunningProgram(String name, Process process) {
        this.name = name;
        this.process = process;
        // not a virtual one: it would hold one of the few carriers while the program says nothing
        this.reader = Thread.ofPlatform().daemon().name(name + " output").start(this::read);
    }

    /**
     * Starts a program somewhere else than on this machine's loopback.
     *
     * @param name of the log file; unique among the programs of one test class
     * @param environment added to our own
     */
    public static RunningProgram start(
            Place place, String name, Path directory, Map<String, String> environment, List<String> command) {
        return start(name, directory, environment, place.command(command));
    }

    /**
     * Starts a program.
     *
     * @param name of the log file; unique among the programs of one test class
     * @param environment added to our own
     */
    public static RunningProgram start(
            String name, Path directory, Map<String, String> environment, List<String> command) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        try {
            return new RunningProgram(name, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                transcript.append(line);
            }
        } catch (IOException e) {
            transcript.append("(output lost: " + e.getMessage() + ")");
        } finally {
            transcript.end();
        }
    }

    public Transcript transcript() {
        return transcript;
    }

    /** Its process id. */
    public long processId() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Writes a line to the program's standard input. */
    public synchronized void say(String line) {
        try {
            OutputStream input = process.getOutputStream();
            input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " no longer listens", e);
        }
    }

    /**
     * Waits for the program to end by itself.
     *
     * @return its exit status
     * @throws AssertionError when it still runs after the limit
     */
    public int awaitExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name + " still runs after " + limit + ". It said:\n" + transcript.text());
            }
            reader.join(POLITE);
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(name + ": interrupted", e);
        }
    }

    /** Sends SIGTERM, which the program may take its time to follow. */
    public void terminate() {
        // by its handle: Process.destroy would close the pipe, and what it says at its end would be lost
        process.toHandle().destroy();
    }

    /** Sends SIGKILL, as {@code kill -9} does, and waits until the process is gone. */
    public void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        try {
            process.toHandle().destroy();
            if (!process.waitFor(POLITE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                process.waitFor();
            }
            // They have its output open too, which would keep the reader waiting.
            children.forEach(ProcessHandle::destroyForcibly);
            reader.join(POLITE);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } finally {
            children.forEach(RunningProgram::kill);
            keepLog();
        }
    }

    /** One that still writes would bring back what is removed of its directory. */
    private static void kill(ProcessHandle child) {
        child.destroyForcibly();
        child.onExit()
                .completeOnTimeout(child, POLITE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private void keepLog() {
        try {
            Path directory = Files.createDirectories(Path.of("target", "interop-logs"));
            Files.writeString(directory.resolve(name + ".log"), transcript.text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
