package org.edgeways.app.counters;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.app.Edgeways;
import org.edgeways.app.failure.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountersSocketTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Edgeways.run(List.of(arguments), new PrintWriter(out, true), new PrintWriter(err, true));
    }

    @Test
    void showsWhatAProcessHasCounted() throws Exception {
        MicrometerCounters counters = new MicrometerCounters();
        counters.counter("sip_messages_refused", "code", "sip-header-malformed").add(3);
        counters.counter("never_used").add(0);
        counters.gauge("connections_open", () -> 7, "listener", "edge-tls");
        try (CountersSocket _ = CountersSocket.open(directory, counters)) {
            assertThat(Files.getPosixFilePermissions(directory.resolve(CountersSocket.FILE_NAME)))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertThat(run("counters", "--data", directory.toString())).isEqualTo(ExitCode.DONE);
        }
        assertThat(out.toString())
                .contains("sip_messages_refused_total", "code=sip-header-malformed", "3")
                .contains("connections_open", "listener=edge-tls", "7")
                .doesNotContain("never_used");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void saysWhatToDoWhenNothingRuns() {
        assertThat(run("counters", "--data", directory.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("nothing is running with its data in", "edgeways demo");
    }

    @Test
    void givesJsonForPrograms() throws Exception {
        MicrometerCounters counters = new MicrometerCounters();
        counters.counter("sip_messages_received", "transport", "tls").increment();
        try (CountersSocket _ = CountersSocket.open(directory, counters)) {
            assertThat(run("counters", "-o", "json", "--data", directory.toString(), "received"))
                    .isEqualTo(ExitCode.DONE);
        }
        assertThat(out.toString()).contains("\"name\" : \"sip_messages_received_total\"", "\"transport\" : \"tls\"");
    }

    @Test
    void replacesTheSocketOfAProcessThatDied() throws Exception {
        Files.createFile(directory.resolve(CountersSocket.FILE_NAME));
        MicrometerCounters counters = new MicrometerCounters();
        try (CountersSocket _ = CountersSocket.open(directory, counters)) {
            assertThat(run("counters", "--data", directory.toString())).isEqualTo(ExitCode.DONE);
        }
    }

    @Test
    void countersThatAreAllZeroAreSaidToBeInsteadOfABareHeading() throws Exception {
        MicrometerCounters counters = new MicrometerCounters();
        counters.counter("sip_messages_refused", "code", "sip-header-malformed").add(0);
        counters.counter("sip_messages_refused", "code", "sip-header-missing").add(0);
        try (CountersSocket _ = CountersSocket.open(directory, counters)) {
            assertThat(said("refused")).isEqualTo("All counters with \"refused\" are zero (2); --all shows them.");
            assertThat(said()).isEqualTo("All counters are zero (3); --all shows them.");
            assertThat(said("nonsense")).isEqualTo("No counter has \"nonsense\" in its name or labels.");
            assertThat(said("refused", "--all")).contains("COUNTER", "sip_messages_refused_total");
            assertThat(said("refused", "-o", "json")).isEqualTo("[ ]");
        }
    }

    private String said(String... more) {
        out.getBuffer().setLength(0);
        List<String> arguments = new ArrayList<>(List.of("counters", "--data", directory.toString()));
        arguments.addAll(List.of(more));
        assertThat(run(arguments.toArray(String[]::new))).isEqualTo(ExitCode.DONE);
        return out.toString().strip();
    }
}
