package org.edgeways.app.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.demo.DemoDescription;
import org.edgeways.app.demo.DemoSettings;
import org.edgeways.app.failure.AppFailure;

/** A change of the demo's settings, as an administrator makes it: in a file of its own, which is removed at the end. */
final class SettingsChange implements AutoCloseable {

    private static final Duration LOOK = Duration.ofMillis(10);

    private final Path file;
    private final AdminClient administration;

    SettingsChange(DemoDescription demo) {
        this.file = Path.of(demo.settingsDirectory()).resolve(DemoSettings.CHECK_FILE);
        this.administration = AdminClient.of(Path.of(demo.dataDirectory()));
    }

    /** The pool's administration. */
    AdminClient administration() {
        return administration;
    }

    /** The file's name. */
    String file() {
        return file.getFileName().toString();
    }

    /**
     * Writes these documents and has them taken.
     *
     * @throws AppFailure if they are refused
     */
    void write(String documents) throws IOException {
        Files.writeString(file, documents);
        take();
    }

    /** Takes them back. */
    void withdraw() throws IOException {
        Files.deleteIfExists(file);
        take();
    }

    private void take() {
        administration.ask(AdminClient.request("settings-reload"));
    }

    /** What the status says of a node. */
    JsonNode status(String node) {
        for (JsonNode each : status().path("nodes")) {
            if (each.path("name").asText().equals(node)) {
                return each;
            }
        }
        throw new CheckFailure("the status names no node " + node);
    }

    /** What the status says is wrong with the settings; empty if nothing is. */
    String problem() {
        return status().path("settingsProblem").asText("");
    }

    private JsonNode status() {
        return administration.ask(AdminClient.request("status"));
    }

    /**
     * Waits until something is so.
     *
     * @throws CheckFailure if it never is
     */
    static void await(String what, BooleanSupplier is) {
        long began = System.nanoTime();
        while (!is.getAsBoolean()) {
            CheckFailure.unless(
                    System.nanoTime() - began < Stage.PATIENCE.toNanos(),
                    "not within " + Stage.PATIENCE.toSeconds() + " s: " + what);
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(file)) {
            withdraw();
        }
    }
}
