package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.edgeways.testkit.fuzz.Corpus;
import org.edgeways.testkit.fuzz.FuzzRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fuzz target of the TURN engine: over its checked-in corpus, and for a while with {@code ./edgeways soak fuzz}. */
class TurnFuzzTest {

    static List<Corpus.Input> noPacketsBringTheEngineOutOfStep() throws IOException {
        return Corpus.inputs(TurnFuzzTest.class, "noPacketsBringTheEngineOutOfStep");
    }

    @ParameterizedTest
    @MethodSource
    void noPacketsBringTheEngineOutOfStep(Corpus.Input input) throws IOException {
        TurnTarget.fuzzerTestOneInput(input.bytes());
    }

    @Test
    @Tag("soak")
    @Tag("soak-fuzz")
    void nothingIsFound() throws Exception {
        FuzzRun.Outcome outcome = new FuzzRun(
                        TurnTarget.class, Path.of("target", "fuzz").toAbsolutePath())
                .run(List.of(Corpus.directory(TurnFuzzTest.class, "noPacketsBringTheEngineOutOfStep")), System.out);
        assertThat(outcome.held()).as("what Jazzer found: %s", outcome.log()).isTrue();
        assertThat(outcome.executions()).isGreaterThan(100);
        assertThat(outcome.coverage()).isGreaterThan(20);
    }
}
