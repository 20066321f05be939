package org.edgeways.link.http;

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

/** The fuzz target of origins' answers: over its checked-in corpus, and for a while with {@code ./edgeways soak fuzz}. */
class ResponseFuzzTest {

    static List<Corpus.Input> whatIsPassedOnIsClean() throws IOException {
        return Corpus.inputs(ResponseFuzzTest.class, "whatIsPassedOnIsClean");
    }

    @ParameterizedTest
    @MethodSource
    void whatIsPassedOnIsClean(Corpus.Input input) throws IOException {
        ResponseTarget.fuzzerTestOneInput(input.bytes());
    }

    @Test
    @Tag("soak")
    @Tag("soak-fuzz")
    void nothingIsFound() throws Exception {
        FuzzRun.Outcome outcome = new FuzzRun(
                        ResponseTarget.class, Path.of("target", "fuzz").toAbsolutePath())
                .run(List.of(Corpus.directory(ResponseFuzzTest.class, "whatIsPassedOnIsClean")), System.out);
        assertThat(outcome.held()).as("what Jazzer found: %s", outcome.log()).isTrue();
        assertThat(outcome.executions()).isGreaterThan(100);
        assertThat(outcome.coverage()).isGreaterThan(20);
    }
}
