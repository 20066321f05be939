package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When a link is asked whether it lives, at the end that dialled it, in virtual time. */
final class LinkQuestionTest extends VirtualLink {

    private static final int QUEUE = 10_000;

    LinkQuestionTest() {
        super(QUEUE);
    }

    @Test
    void nobodyAsksWhereNothingWasSent() {
        pass(60);
        assertThat(wire.written).isEmpty();
        assertThat(link.isUnanswered()).isFalse();
        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void whoAnswersOnlyTheQuestionIsTakenAgainEachTime() {
        for (int asked = 1; asked <= 3; asked++) {
            send(new byte[100]);
            pass(7);
            assertThat(link.isUnanswered()).isTrue();
            link.heard();
            assertThat(link.isUnanswered()).isFalse();
            assertThat(wire.written).hasSize(2 * asked).endsWith(100, StreamHandler.PING.length);
        }
        pass(20);
        assertThat(link.isOpen()).isTrue();
        assertThat(wire.written).as("nothing more").hasSize(6);
    }

    /** As where {@code pongTimeout} of who dials is 30 s. */
    @Test
    void aKeepAliveMayStayUnansweredAsLongAsItsSenderWaitsForIt() {
        send(StreamHandler.PING);
        pass(15);
        assertThat(link.isUnanswered()).isFalse();
        assertThat(link.isOpen()).isTrue();
        assertThat(wire.written).containsExactly(StreamHandler.PING.length);
    }

    /** They go out as one piece. */
    @Test
    void aMessageBehindAKeepAliveIsAskedForToo() {
        assertThat(link.send(StreamHandler.PING)).isEqualTo(SendOutcome.SENT);
        send(new byte[100]);
        assertThat(wire.written).containsExactly(StreamHandler.PING.length + 100);
        pass(7);
        assertThat(link.isUnanswered()).isTrue();
    }

    @Test
    void whoIsAskedAndSaysNothingIsCutOffThoughNothingElseWasSent() {
        link.ask();
        pass(7);
        assertThat(link.isUnanswered()).isTrue();
        assertThat(link.isOpen()).isTrue();
        pass(7);
        assertThat(link.isOpen()).isFalse();
        assertThat(wire.written).containsExactly(StreamHandler.PING.length, StreamHandler.PING.length);
    }

    @Test
    void whoIsAskedAndAnswersIsLeftAlone() {
        link.ask();
        link.ask();
        pass(1);
        link.heard();
        pass(20);
        assertThat(link.isUnanswered()).isFalse();
        assertThat(link.isOpen()).isTrue();
        assertThat(wire.written).containsExactly(StreamHandler.PING.length);
    }

    @Test
    void whatIsSentBesidesKeepAlivesIsAskedForAndCutOff() {
        send(StreamHandler.PING);
        send(new byte[100]);
        pass(7);
        assertThat(link.isUnanswered()).isTrue();
        assertThat(wire.written).as("with the question").containsExactly(4, 100, 4);
        pass(7);
        assertThat(link.isOpen()).isFalse();
    }

    @Test
    void whoTakesNothingForAWhileWhileTheQueueIsFullIsAskedAndStays() {
        wire.stuck = true;
        send(new byte[QUEUE]);
        assertThat(link.send(new byte[1])).isEqualTo(SendOutcome.FULL);
        pass(11);
        assertThat(link.isUnanswered()).as("others are better").isTrue();
        assertThat(wire.written).as("past the bound of the queue").containsExactly(QUEUE, 4);

        wire.take();
        link.heard();
        pass(20);
        assertThat(link.isOpen()).isTrue();
        assertThat(link.isUnanswered()).isFalse();
    }

    @Test
    void whoTakesTheQuestionLateHasTheWholeTimeForItsAnswerAndNoMore() {
        wire.stuck = true;
        send(new byte[QUEUE]);
        pass(20);
        wire.take();
        pass(4);
        assertThat(link.isOpen()).isTrue();
        pass(3);
        assertThat(link.isOpen()).isFalse();
        assertThat(closedBecause()).isEqualTo(TransportErrorCode.LINK_SILENT);
    }

    @Test
    void whoTakesLittleByLittleIsNotSilent() {
        wire.stuck = true;
        for (int i = 0; i < 20; i++) {
            send(new byte[100]);
        }
        for (int i = 0; i < 15; i++) {
            pass(4);
            wire.takeOne();
            assertThat(link.isUnanswered()).isFalse();
        }
        pass(7);
        assertThat(link.isUnanswered()).as("no more is taken").isTrue();
    }

    @Test
    void whoTakesNothingAtAllIsCutOffAsAStalledReceiver() {
        wire.stuck = true;
        send(new byte[QUEUE]);
        pass(29);
        assertThat(link.isOpen()).isTrue();
        pass(10);
        assertThat(link.isOpen()).isFalse();
        assertThat(closedBecause()).isEqualTo(TransportErrorCode.SLOW_RECEIVER);
    }

    private TransportErrorCode closedBecause() {
        return events.happenings.stream()
                .filter(Loopback.Happening.Closed.class::isInstance)
                .map(happening -> ((Loopback.Happening.Closed) happening).reason())
                .findFirst()
                .orElseThrow();
    }
}
