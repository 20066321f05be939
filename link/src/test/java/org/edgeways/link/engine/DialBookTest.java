package org.edgeways.link.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** When the inside dials, and when it does not. */
final class DialBookTest {

    private static final long SECOND = 1_000_000_000L;
    private static final LinkAddress A = new LinkAddress("a", 1);
    private static final LinkAddress B = new LinkAddress("b", 1);

    private final DialBook book = new DialBook(LinkTimes.DEFAULT, new Random(7));
    private long now = 100 * SECOND;

    private static NodeTarget target(int connections, LinkAddress... addresses) {
        return new NodeTarget(List.of(addresses), connections, 0);
    }

    private static List<Long> dialled(List<DialAction> actions) {
        List<Long> attempts = new ArrayList<>();
        for (DialAction action : actions) {
            if (action instanceof DialAction.Dial dial) {
                attempts.add(dial.attempt());
            }
        }
        return attempts;
    }

    private List<DialAction> advance() {
        now = Math.max(now, book.nextDeadline());
        return book.timeout(now);
    }

    @Test
    void allPlacesAreDialledAtOnceAndOpenOnesStay() {
        List<Long> attempts = dialled(book.setNode("edge1", target(4, A), now));
        assertThat(attempts).hasSize(4);
        attempts.forEach(attempt -> assertThat(book.opened(attempt, now)).isEmpty());

        assertThat(book.nextDeadline()).isEqualTo(Long.MAX_VALUE);
        assertThat(book.setNode("edge1", target(4, A), now + SECOND)).isEmpty();
        assertThat(book.states().getFirst().open()).hasSize(4);
    }

    @Test
    void pausesGrowToTheirLimitAndBeginAnewAfterAConnectionHasLasted() {
        long attempt = dialled(book.setNode("edge1", target(1, A), now)).getFirst();
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            book.failed(attempt, LinkErrorCode.DIAL_FAILED, "refused", now);
            pauses.add(book.nextDeadline() - now);
            attempt = dialled(advance()).getFirst();
        }
        for (int i = 0; i < pauses.size(); i++) {
            long bound = Math.min(10 * SECOND, (SECOND / 2) << i);
            assertThat(pauses.get(i)).isBetween(bound / 2, bound);
        }

        book.opened(attempt, now);
        now += LinkTimes.DEFAULT.ping().toNanos();
        book.closed(attempt, LinkErrorCode.PEER_CLOSED, "closed", now);
        assertThat(book.nextDeadline() - now).isLessThanOrEqualTo(SECOND / 2);
    }

    @Test
    void connectionThatDoesNotLastDoesNotShortenThePauses() {
        long attempt = dialled(book.setNode("edge1", target(1, A), now)).getFirst();
        for (int i = 0; i < 8; i++) {
            book.opened(attempt, now);
            book.closed(attempt, LinkErrorCode.PEER_CLOSED, "closed", now);
            attempt = dialled(advance()).getFirst();
        }
        book.failed(attempt, LinkErrorCode.DIAL_FAILED, "refused", now);
        assertThat(book.nextDeadline() - now).isGreaterThanOrEqualTo(5 * SECOND);
    }

    @Test
    void nextAddressIsTriedAfterAFailure() {
        List<DialAction> actions = book.setNode("edge1", target(1, A, B), now);
        List<LinkAddress> tried = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            DialAction.Dial dial = (DialAction.Dial) actions.getFirst();
            tried.add(dial.address());
            book.failed(dial.attempt(), LinkErrorCode.DIAL_FAILED, "refused", now);
            actions = advance();
        }
        assertThat(tried).containsExactly(A, B, A, B);
    }

    @Test
    void attemptThatNobodyAnswersIsGivenUpAndItsLateSuccessIsClosed() {
        long attempt = dialled(book.setNode("edge1", target(1, A), now)).getFirst();
        assertThat(advance()).contains(new DialAction.Close(attempt, LinkErrorCode.DIAL_TIMEOUT));
        assertThat(now).isEqualTo(100 * SECOND + Duration.ofSeconds(10).toNanos());

        assertThat(book.opened(attempt, now)).containsExactly(new DialAction.Close(attempt, LinkErrorCode.SHUT_DOWN));
        assertThat(book.states().getFirst().lastFailure().orElseThrow().code()).isEqualTo(LinkErrorCode.DIAL_TIMEOUT);
    }

    @Test
    void connectionThatTheEdgeDrainsIsReplacedAndNotClosed() {
        long attempt = dialled(book.setNode("edge1", target(1, A), now)).getFirst();
        book.opened(attempt, now);

        book.goAway(attempt, now);

        long second = dialled(advance()).getFirst();
        book.opened(second, now);
        assertThat(book.states().getFirst().open())
                .extracting(NodeState.Open::attempt)
                .containsExactly(second);
        assertThat(book.states().getFirst().draining())
                .extracting(NodeState.Open::attempt)
                .containsExactly(attempt);
        book.closed(attempt, LinkErrorCode.DRAINED, "drained", now);
        assertThat(book.states().getFirst().draining()).isEmpty();
        assertThat(book.states().getFirst().lastFailure()).isEmpty();
    }

    @Test
    void otherAddressesDrainWhatIsNoLongerRightAndDialAnew() {
        List<Long> attempts = dialled(book.setNode("edge1", target(2, A), now));
        book.opened(attempts.getFirst(), now);

        List<DialAction> actions = book.setNode("edge1", target(2, B), now);

        assertThat(actions).contains(new DialAction.Drain(attempts.getFirst()));
        assertThat(dialled(actions)).hasSize(2);
        // what is still dialled may be up at the other end and carry streams
        assertThat(book.opened(attempts.getLast(), now)).containsExactly(new DialAction.Drain(attempts.getLast()));
        // one more address changes nothing of what is open
        dialled(actions).forEach(attempt -> book.opened(attempt, now));
        assertThat(book.setNode("edge1", target(2, A, B), now)).isEmpty();
    }

    @Test
    void anotherNameToVerifyMakesEveryConnectionAnew() {
        List<Long> attempts = dialled(book.setNode("edge1", target(2, A), now));
        attempts.forEach(attempt -> book.opened(attempt, now));
        List<DialAction> actions = book.setNode("edge1", new NodeTarget(List.of(A), 2, 1), now);
        assertThat(actions)
                .contains(new DialAction.Drain(attempts.getFirst()), new DialAction.Drain(attempts.getLast()));
        assertThat(dialled(actions)).hasSize(2);
    }

    @Test
    void fewerConnectionsDrainTheRest() {
        List<Long> attempts = dialled(book.setNode("edge1", target(4, A), now));
        attempts.forEach(attempt -> book.opened(attempt, now));
        assertThat(book.setNode("edge1", target(1, A), now))
                .containsExactlyInAnyOrder(
                        new DialAction.Drain(attempts.get(1)),
                        new DialAction.Drain(attempts.get(2)),
                        new DialAction.Drain(attempts.get(3)));
    }

    @Test
    void removedNodeIsCutOffWithAllThatDrains() {
        List<Long> attempts = dialled(book.setNode("edge1", target(2, A), now));
        book.opened(attempts.getFirst(), now);
        book.goAway(attempts.getFirst(), now);

        assertThat(book.removeNode("edge1"))
                .containsExactly(
                        new DialAction.Close(attempts.getFirst(), LinkErrorCode.NODE_REMOVED),
                        new DialAction.Close(attempts.getLast(), LinkErrorCode.NODE_REMOVED));
        assertThat(book.states()).isEmpty();
        assertThat(book.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void edgeThatSendsGoAwayEveryFewSecondsDoesNotMultiplyItsConnections() {
        List<Long> open = new ArrayList<>(dialled(book.setNode("edge1", target(4, A), now)));
        open.forEach(attempt -> book.opened(attempt, now));
        long end = now + Duration.ofMinutes(10).toNanos();
        int dials = 0;
        boolean crowded = false;
        while (now < end) {
            now += 6 * SECOND; // past the ping, so that each seems to have lasted
            for (long attempt : List.copyOf(open)) {
                for (DialAction action : book.goAway(attempt, now)) {
                    assertThat(action).isInstanceOf(DialAction.Close.class);
                    DialAction.Close close = (DialAction.Close) action;
                    assertThat(close.code()).isEqualTo(LinkErrorCode.DRAINING_EXHAUSTED);
                    crowded = true;
                    book.closed(close.attempt(), close.code(), "closed", now); // heard of later: changes nothing
                }
            }
            open.clear();
            assertThat(book.states().getFirst().draining()).hasSizeLessThanOrEqualTo(DialBook.MOST_AWAY);
            while (book.nextDeadline() < now + 12 * SECOND) {
                for (long attempt : dialled(advance())) {
                    book.opened(attempt, now);
                    open.add(attempt);
                    dials++;
                }
            }
            assertThat(book.states().getFirst().open()).hasSize(4);
        }
        // 4 places, each with 6 s of life and a pause of 5 to 10 s once the pauses have grown
        assertThat(dials).isLessThanOrEqualTo(4 * 10 * 60 / 11 + 5 * 4);
        assertThat(crowded).as("the limit was reached").isTrue();
        System.out.println("dials in 10 min: " + dials);
    }
}
