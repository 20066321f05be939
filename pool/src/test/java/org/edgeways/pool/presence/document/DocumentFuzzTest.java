package org.edgeways.pool.presence.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.edgeways.testkit.fuzz.Corpus;
import org.edgeways.testkit.fuzz.FuzzRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The fuzz target of presence documents: over its checked-in corpus, over mutations of it, and for a while with
 * {@code ./edgeways soak fuzz}.
 */
class DocumentFuzzTest {

    private static final int MUTATIONS = 5_000;

    static List<Corpus.Input> presenceIsReadOrRefused() throws IOException {
        return Corpus.inputs(DocumentFuzzTest.class, "presenceIsReadOrRefused");
    }

    @ParameterizedTest
    @MethodSource
    void presenceIsReadOrRefused(Corpus.Input input) throws IOException {
        PresenceTarget.fuzzerTestOneInput(input.bytes());
    }

    @Test
    void mutatedDocumentsAreReadOrRefused() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> inputs = new ArrayList<>();
        for (Corpus.Input input : presenceIsReadOrRefused()) {
            inputs.add(input.bytes());
        }
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bytes = inputs.get(random.nextInt(inputs.size())).clone();
            byte[] other = inputs.get(random.nextInt(inputs.size()));
            for (int n = 1 + random.nextInt(4); n > 0 && bytes.length > 0 && other.length > 0; n--) {
                int at = random.nextInt(bytes.length);
                switch (random.nextInt(3)) {
                    case 0 -> bytes[at] = (byte) random.nextInt(256);
                    case 1 -> bytes[at] = other[random.nextInt(other.length)];
                    default -> {
                        int from = random.nextInt(other.length);
                        int length = Math.min(random.nextInt(1, 40), Math.min(other.length - from, bytes.length - at));
                        System.arraycopy(other, from, bytes, at, length);
                    }
                }
            }
            PresenceTarget.fuzzerTestOneInput(bytes);
        }
    }

    @Test
    @Tag("soak")
    @Tag("soak-fuzz")
    void nothingIsFound() throws Exception {
        FuzzRun.Outcome outcome = new FuzzRun(
                        PresenceTarget.class, Path.of("target", "fuzz").toAbsolutePath())
                .run(List.of(Corpus.directory(DocumentFuzzTest.class, "presenceIsReadOrRefused")), System.out);
        assertThat(outcome.held()).as("what Jazzer found: %s", outcome.log()).isTrue();
        assertThat(outcome.executions()).isGreaterThan(100);
        assertThat(outcome.coverage()).isGreaterThan(50);
    }
}
