package org.edgeways.sip.fuzz;

import java.io.IOException;
import java.util.List;
import org.edgeways.testkit.fuzz.Corpus;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The fuzz targets over their checked-in corpus (src/test/resources, SipFuzzTestInputs): the torture messages, messages of
 * real clients, and whatever {@link SipFuzzSoakTest} has found worth keeping.
 */
class SipFuzzTest {

    static List<Corpus.Input> messagesStayWhole() throws IOException {
        return Corpus.inputs(SipFuzzTest.class, "messagesStayWhole");
    }

    static List<Corpus.Input> cuttingAStreamChangesNoFrame() throws IOException {
        return Corpus.inputs(SipFuzzTest.class, "cuttingAStreamChangesNoFrame");
    }

    static List<Corpus.Input> addressesReadBackTheSame() throws IOException {
        return Corpus.inputs(SipFuzzTest.class, "addressesReadBackTheSame");
    }

    static List<Corpus.Input> credentialsReadBackTheSame() throws IOException {
        return Corpus.inputs(SipFuzzTest.class, "credentialsReadBackTheSame");
    }

    static List<Corpus.Input> theProxyNeverThrows() throws IOException {
        return Corpus.inputs(SipFuzzTest.class, "theProxyNeverThrows");
    }

    @ParameterizedTest
    @MethodSource
    void messagesStayWhole(Corpus.Input input) throws IOException {
        MessageTarget.fuzzerTestOneInput(input.bytes());
    }

    @ParameterizedTest
    @MethodSource
    void cuttingAStreamChangesNoFrame(Corpus.Input input) throws IOException {
        FramerTarget.fuzzerTestOneInput(input.bytes());
    }

    @ParameterizedTest
    @MethodSource
    void addressesReadBackTheSame(Corpus.Input input) throws IOException {
        AddressTarget.fuzzerTestOneInput(input.bytes());
    }

    @ParameterizedTest
    @MethodSource
    void credentialsReadBackTheSame(Corpus.Input input) throws IOException {
        DigestTarget.fuzzerTestOneInput(input.bytes());
    }

    @ParameterizedTest
    @MethodSource
    void theProxyNeverThrows(Corpus.Input input) throws IOException {
        ProxyTarget.fuzzerTestOneInput(input.bytes());
    }
}
