package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.edgeways.app.role.PlayedConnector.forged;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.edgeways.app.role.PlayedConnector.FakeStream;
import org.edgeways.control.ControlErrorCode;
import org.edgeways.link.ControlBudget;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node that somebody has taken over may say to a connector; the streams are played, and the desk is slow. */
final class FloodedConnectorTest {

    private static final String TOO_MANY = ControlErrorCode.MESSAGES_TOO_MANY.meaning();

    @TempDir
    Path data;

    private PlayedConnector connector;

    @BeforeEach
    void start() {
        connector = new PlayedConnector(data);
    }

    @Test
    void aNodeThatFloodsItsStreamIsCutOffAndNothingMoreOfItWaits() {
        FakeStream node = connector.stream("edge1");
        connector.work();
        for (int i = 0; i < ConnectorAgent.WAITING; i++) {
            node.says(forged(i));
        }
        assertThat(node.closedWith).isEmpty();

        node.says(forged(ConnectorAgent.WAITING));
        assertThat(node.closedWith).isEqualTo(TOO_MANY);
        assertThat(connector.counters.value("connector_control_streams_flooded"))
                .isEqualTo(1);

        connector.work();
        for (int i = 0; i < ConnectorAgent.WAITING; i++) {
            node.says(connector.genuine(i + 1, "f"));
        }
        assertThat(connector.desk).as("what it says after that").isEmpty();
        assertThat(connector.refuses()).isEmpty();
    }

    @Test
    void aNodeThatFloodsOneStreamAfterTheOtherHasNoMoreWaiting() {
        for (int i = 0; i < 10; i++) {
            FakeStream node = connector.stream("edge1");
            for (int j = 0; j < ConnectorAgent.WAITING; j++) {
                node.says(forged(j));
            }
            assertThat(node.closedWith).isNotEmpty();
        }
        assertThat(connector.desk)
                .as("with the end of the one stream that has begun")
                .hasSize(ConnectorAgent.WAITING + 1);
    }

    @Test
    void anotherNodeIsHeardDuringTheFlood() {
        FakeStream flooding = connector.stream("edge1");
        FakeStream other = connector.stream("edge2");
        for (int i = 0; i < 2 * ConnectorAgent.WAITING; i++) {
            flooding.says(forged(i));
        }
        other.says(connector.genuine(1, "f"));
        connector.work();
        assertThat(other.closedWith).isEmpty();
        assertThat(connector.refuses()).isEqualTo(Set.of(BigInteger.valueOf(15)));
    }

    @Test
    void aNodeThatSpeaksWithoutEndIsCutOffThoughNothingWaitsAndIsHeardAgainLater() {
        FakeStream node = connector.stream("edge1");
        int said = 0;
        while (node.closedWith.isEmpty() && said < 2 * ControlBudget.TOKENS) {
            node.says(forged(said++));
            connector.work();
        }
        assertThat(node.closedWith).isEqualTo(TOO_MANY);
        assertThat(said).isEqualTo(ControlBudget.TOKENS - ControlBudget.STREAM_TOKENS + 1);
        assertThat(connector.refusedFor("control-messages-too-many")).isEqualTo(1);
        FakeStream next = connector.stream("edge1");
        assertThat(next.closedWith).as("another stream").isEqualTo(TOO_MANY);
        connector.work();
        assertThat(next.told).isEmpty();

        connector.pass(Duration.ofSeconds(10));
        FakeStream again = connector.stream("edge1");
        again.says(connector.genuine(1, "f"));
        connector.work();
        assertThat(again.closedWith).isEmpty();
        assertThat(again.told).as("its greeting").hasSize(1);
        assertThat(connector.refuses()).isEqualTo(Set.of(BigInteger.valueOf(15)));
    }

    @Test
    void whatIsNotTakenIsCountedByItsReason() {
        FakeStream node = connector.stream("edge1");
        node.says("{}".getBytes(StandardCharsets.US_ASCII));
        node.says(forged(1));
        node.says(forged(2));
        node.says(connector.unasked());
        connector.work();
        assertThat(connector.refusedFor("settings-message-malformed")).isEqualTo(1);
        assertThat(connector.refusedFor("app-word-forged")).isEqualTo(2);
        assertThat(connector.refusedFor("app-certificate-not-ours")).isEqualTo(1);
        assertThat(node.closedWith).isEmpty();
    }

    @Test
    void whatANodeSaysFillsNoLog() {
        FakeStream node = connector.stream("edge1");
        for (int i = 0; i < 2 * ControlBudget.LINES; i++) {
            node.says(connector.unasked());
            connector.work();
        }
        assertThat(connector.counters.value("connector_log_lines_suppressed")).isEqualTo(ControlBudget.LINES);
    }
}
