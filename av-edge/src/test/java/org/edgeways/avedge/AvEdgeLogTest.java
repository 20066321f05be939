package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.LineRate;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.engine.Client;
import org.edgeways.turn.engine.Output;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** How many lines there are. */
class AvEdgeLogTest {

    private static final int MANY = 3 * LineRate.LINES_PER_SECOND;

    private final Logger logger = (Logger) LoggerFactory.getLogger(AvEdge.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final InMemoryCounters counters = new InMemoryCounters();
    private final AvEdgeLog log = new AvEdgeLog(() -> 1_795_000_000_000_000_000L, counters);

    @BeforeEach
    void listen() {
        lines.start();
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
        logger.setLevel(null);
        logger.setAdditive(true);
    }

    private static Output.Refused refused(TurnErrorCode code) {
        return new Output.Refused(new Client(0, TransportAddress.ipv4(0xcb007132, 4000), 0), "alice", code);
    }

    @Test
    void manyLinesOfOneReasonHideNoOtherReason() {
        for (int i = 0; i < MANY; i++) {
            log.refused(refused(TurnErrorCode.PEER_FORBIDDEN));
        }
        assertThat(lines.list).hasSize(LineRate.LINES_PER_SECOND);
        assertThat(counters.value("av_edge_log_lines_suppressed")).isEqualTo(MANY - LineRate.LINES_PER_SECOND);
        log.refused(refused(TurnErrorCode.QUOTA_REACHED));
        assertThat(lines.list.getLast().getFormattedMessage())
                .contains("event=av-edge-refused", "code=turn-quota-reached", "status=486");
    }
}
