package org.edgeways.link.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which connection a stream takes at the edge, and where control runs. */
final class AcceptBookTest {

    private static final long SECOND = 1_000_000_000L;
    private static final int LIMIT = 5;

    private final AcceptBook book = new AcceptBook(LinkTimes.DEFAULT, 64, new Random(7));
    private long now = 100 * SECOND;

    private void open(int connections) {
        for (int i = 1; i <= connections; i++) {
            book.opened(i, "pool", LIMIT, now);
        }
    }

    private long place(TrafficClass type) {
        return book.choose("pool", type) instanceof Placement.On(long connection) ? connection : -1;
    }

    private Map<Long, Integer> placeAll(TrafficClass type) {
        Map<Long, Integer> all = new HashMap<>();
        for (long at = place(type); at >= 0; at = place(type)) {
            all.merge(at, 1, Integer::sum);
        }
        return all;
    }

    @Test
    void interactiveStreamsAreSpreadOverAllButTheBulkLane() {
        open(4);
        List<Long> taken = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            taken.add(place(TrafficClass.INTERACTIVE));
        }
        assertThat(taken).containsExactlyInAnyOrder(1L, 1L, 3L, 3L, 4L, 4L);
        assertThat(place(TrafficClass.BULK)).isEqualTo(2L);
        assertThat(place(TrafficClass.BULK)).isEqualTo(2L);
    }

    @Test
    void bulkIsRefusedRatherThanPutBesideInteractiveStreams() {
        open(4);
        assertThat(placeAll(TrafficClass.BULK)).containsExactly(Map.entry(2L, LIMIT - 1));
        assertThat(book.choose("pool", TrafficClass.BULK))
                .isEqualTo(new Placement.Refused(LinkErrorCode.STREAMS_EXHAUSTED));
        book.ended(2, TrafficClass.BULK);
        assertThat(place(TrafficClass.BULK)).isEqualTo(2L);
    }

    @Test
    void interactiveStreamsTakeTheBulkLaneWhenNothingElseIsLeft() {
        open(4);
        place(TrafficClass.BULK);
        assertThat(placeAll(TrafficClass.INTERACTIVE))
                .isEqualTo(Map.of(1L, LIMIT - 1, 3L, LIMIT - 1, 4L, LIMIT - 1, 2L, LIMIT - 2));
    }

    @Test
    void oneConnectionCarriesBothAndKeepsItsLastStreamForControl() {
        open(1);
        assertThat(place(TrafficClass.BULK)).isEqualTo(1L);
        assertThat(placeAll(TrafficClass.INTERACTIVE)).isEqualTo(Map.of(1L, LIMIT - 2));
    }

    @Test
    void nothingIsPlacedOnAConnectionThatDrains() {
        open(2);
        book.goAway(1, now);
        assertThat(place(TrafficClass.INTERACTIVE)).isEqualTo(2L);
        book.goAway(2, now);
        assertThat(book.choose("pool", TrafficClass.INTERACTIVE))
                .isEqualTo(new Placement.Refused(LinkErrorCode.NO_CONNECTION));
        assertThat(book.choose(null, TrafficClass.BULK)).isEqualTo(new Placement.Refused(LinkErrorCode.NO_CONNECTION));
    }

    @Test
    void streamsGoToTheInsideThatIsNamedOrToAny() {
        book.opened(1, "pool", LIMIT, now);
        book.opened(2, "connector", LIMIT, now);
        assertThat(place(TrafficClass.BULK)).isEqualTo(1L);
        assertThat(book.choose("connector", TrafficClass.BULK)).isEqualTo(new Placement.On(2));
        assertThat(book.choose("other", TrafficClass.BULK))
                .isEqualTo(new Placement.Refused(LinkErrorCode.NO_CONNECTION));
        assertThat(placeAll(TrafficClass.INTERACTIVE)).containsOnlyKeys(1L);
        assertThat(book.choose(null, TrafficClass.INTERACTIVE)).isEqualTo(new Placement.On(2));
    }

    @Test
    void controlMovesWhenItsConnectionDrainsAndComesBackWhenItIsLost() {
        assertThat(book.opened(1, "pool", LIMIT, now)).containsExactly(new AcceptAction.OpenControl(1, "pool"));
        book.controlOpened(1, now);
        assertThat(book.opened(2, "pool", LIMIT, now)).isEmpty();
        assertThat(book.states().getFirst().controlled()).isTrue();

        assertThat(book.goAway(1, now))
                .containsExactly(new AcceptAction.CloseControl(1, "pool"), new AcceptAction.OpenControl(2, "pool"));
        book.controlOpened(2, now);
        assertThat(book.closed(1, now)).isEmpty();
        assertThat(book.closed(2, now)).isEmpty();
        assertThat(book.states()).isEmpty();
        assertThat(book.opened(3, "pool", LIMIT, now)).containsExactly(new AcceptAction.OpenControl(3, "pool"));
    }

    @Test
    void controlThatIsRefusedIsAskedForAgainAfterGrowingPauses() {
        book.opened(1, "connector", LIMIT, now);
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            assertThat(book.controlEnded(1, now)).isEmpty();
            pauses.add(book.nextDeadline() - now);
            now = book.nextDeadline();
            assertThat(book.timeout(now)).containsExactly(new AcceptAction.OpenControl(1, "connector"));
        }
        assertThat(pauses.getFirst()).isLessThanOrEqualTo(SECOND / 2);
        assertThat(pauses.getLast()).isGreaterThanOrEqualTo(5 * SECOND);
    }

    @Test
    void oneInsideMayNotOpenAnyNumberOfConnections() {
        AcceptBook small = new AcceptBook(LinkTimes.DEFAULT, 2, new Random(7));
        small.opened(1, "pool", LIMIT, now);
        assertThat(small.accepts("pool")).isTrue();
        small.opened(2, "pool", LIMIT, now);
        assertThat(small.accepts("pool")).isFalse();
        assertThat(small.accepts("connector")).isTrue();
    }
}
