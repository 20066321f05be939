package org.edgeways.joining.engine;

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

/** The fuzz target of joining: over its checked-in corpus, and for a while with {@code ./edgeways soak fuzz}. */
class JoinFuzzTest {

    static List<Corpus.Input> nobodyIsLetIn() throws IOException {
        return Corpus.inputs(JoinFuzzTest.class, "nobodyIsLetIn");
    }

    @ParameterizedTest
    @MethodSource
    void nobodyIsLetIn(Corpus.Input input) throws IOException {
        JoinTarget.fuzzerTestOneInput(input.bytes());
    }

    @Test
    @Tag("soak")
    @Tag("soak-fuzz")
    void nothingIsFound() throws Exception {
        FuzzRun.Outcome outcome = new FuzzRun(
                        JoinTarget.class, Path.of("target", "fuzz").toAbsolutePath())
                .run(List.of(Corpus.directory(JoinFuzzTest.class, "nobodyIsLetIn")), System.out);
        assertThat(outcome.held()).as("what Jazzer found: %s", outcome.log()).isTrue();
        assertThat(outcome.executions()).isGreaterThan(100);
        assertThat(outcome.coverage()).isGreaterThan(20);
    }
}
