package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.edgeways.sip.message.SipLimits;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What may wait on a link, which is everybody's. */
final class SendQueueTest extends VirtualLink {

    private static final int QUEUE = 100_000;
    private static final int LARGE = 20_000;

    SendQueueTest() {
        super(QUEUE);
    }

    @BeforeEach
    void nothingIsTaken() {
        wire.stuck = true;
    }

    private static byte[] response(int length) {
        byte[] begin = "SIP/2.0 200 OK\r\n".getBytes(StandardCharsets.US_ASCII);
        return Arrays.copyOf(begin, length);
    }

    @Test
    void largeRequestsLeaveHalfOfItToSmallOnes() {
        send(new byte[LARGE]);
        send(new byte[LARGE]);
        assertThat(link.send(new byte[LARGE])).isEqualTo(SendOutcome.FULL);
        for (int i = 0; i < 6; i++) {
            send(new byte[LARGE / 2]);
        }
        assertThat(link.send(new byte[1])).isEqualTo(SendOutcome.FULL);
    }

    @Test
    void aMessageIsTakenHoweverLargeItIsIfLittleWaits() {
        send(new byte[500]);
        send(new byte[300_000]);
        assertThat(link.send(new byte[500])).isEqualTo(SendOutcome.FULL);
        send(response(500));
    }

    @Test
    void responsesHaveRoomOfTheirOwnWhichEnds() {
        for (int i = 0; i < 10; i++) {
            send(new byte[LARGE / 2]);
        }
        assertThat(link.send(new byte[LARGE / 2])).isEqualTo(SendOutcome.FULL);
        int taken = 0;
        while (link.send(response(LARGE)) == SendOutcome.SENT) {
            taken++;
        }
        SipLimits limits = SipConnectionSettings.BETWEEN_PARTS.message();
        assertThat(taken * LARGE).isBetween(QUEUE, QUEUE + limits.headerSectionBytes() + limits.bodyBytes());
        channel.runPendingTasks();
        assertThat(link.isCongested()).isTrue();
        wire.take();
        assertThat(link.isCongested()).isFalse();
        send(new byte[LARGE]);
    }
}
