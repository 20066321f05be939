package org.edgeways.sip.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * The fuzz targets over their checked-in corpus, {@code src/test/resources/org/edgeways/sip/fuzz/SipFuzzTestInputs}: the
 * torture messages, messages of real clients, and whatever {@link SipFuzzSoakTest} has found worth keeping.
 */
class SipFuzzTest {

    @FuzzTest
    void messagesStayWhole(byte[] data) {
        MessageTarget.fuzzerTestOneInput(data);
    }

    @FuzzTest
    void cuttingAStreamChangesNoFrame(byte[] data) {
        FramerTarget.fuzzerTestOneInput(data);
    }

    @FuzzTest
    void addressesReadBackTheSame(byte[] data) {
        AddressTarget.fuzzerTestOneInput(data);
    }

    @FuzzTest
    void credentialsReadBackTheSame(byte[] data) {
        DigestTarget.fuzzerTestOneInput(data);
    }

    @FuzzTest
    void theProxyNeverThrows(byte[] data) {
        ProxyTarget.fuzzerTestOneInput(data);
    }
}
