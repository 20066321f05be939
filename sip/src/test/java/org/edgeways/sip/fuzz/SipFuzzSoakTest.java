package org.edgeways.sip.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.testkit.fuzz.Corpus;
import org.edgeways.testkit.fuzz.FuzzRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Fuzzes every target for a while: {@code ./edgeways soak fuzz -Dfuzz.seconds=60}. An input that fails lies in
 * {@code sip/target/fuzz/TARGET/crash-*}: put it into the corpus of {@link SipFuzzTest} under a name that says what was
 * wrong, and mend it.
 */
@Tag("soak")
@Tag("soak-fuzz")
class SipFuzzSoakTest {

    @ParameterizedTest
    @CsvSource({
        "org.edgeways.sip.fuzz.MessageTarget, messagesStayWhole, true",
        "org.edgeways.sip.fuzz.FramerTarget, cuttingAStreamChangesNoFrame, true",
        "org.edgeways.sip.fuzz.ProxyTarget, theProxyNeverThrows, true",
        "org.edgeways.sip.fuzz.AddressTarget, addressesReadBackTheSame, false",
        "org.edgeways.sip.fuzz.DigestTarget, credentialsReadBackTheSame, false"
    })
    void nothingIsFound(Class<?> target, String corpus, boolean takesMessages) throws Exception {
        List<Path> seeds = new ArrayList<>(List.of(Corpus.directory(SipFuzzTest.class, corpus)));
        URL captured = SipFuzzSoakTest.class.getResource("/captured");
        if (takesMessages && captured != null) {
            seeds.add(Path.of(captured.toURI()));
        }
        FuzzRun.Outcome outcome =
                new FuzzRun(target, Path.of("target", "fuzz").toAbsolutePath()).run(seeds, System.out);
        assertThat(outcome.held()).as("what Jazzer found: %s", outcome.log()).isTrue();
        assertThat(outcome.executions()).isGreaterThan(100);
        assertThat(outcome.coverage()).isGreaterThan(50);
    }
}
