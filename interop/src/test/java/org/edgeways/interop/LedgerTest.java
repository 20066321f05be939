package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;

/** What the ledger says of messages without an answer. */
class LedgerTest {

    private final Ledger ledger = new Ledger();

    private Ledger.Entry sent(String callId) {
        SipMessage message = SipMessage.request("MESSAGE", "sip:bob@acorn.example");
        message.set(HeaderName.CALL_ID, callId);
        return ledger.sending("alice", "bob", message);
    }

    @Test
    void whatWasUnderWayWhenTheNetworkWasCutCountsOnlyIfItsSenderGivesItUp() {
        Ledger.Entry answeredLate = sent("1");
        Ledger.Entry givenUp = sent("2");
        Ledger.Entry before = sent("3");
        ledger.unanswered(before);
        long cut = System.nanoTime();
        assertThat(ledger.givenUpSince(cut)).isZero();
        ledger.answered(answeredLate, 200);
        assertThat(ledger.givenUpSince(cut)).isZero();
        ledger.unanswered(givenUp);
        sent("4");
        assertThat(ledger.givenUpSince(cut)).isOne();
        ledger.answered(sent("5"), 480);
        assertThat(ledger.givenUpSince(cut)).as("refused is answered").isOne();
    }
}
