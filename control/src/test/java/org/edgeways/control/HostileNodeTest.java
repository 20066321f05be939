package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.edgeways.settings.control.ControlMessage;
import org.junit.jupiter.api.Test;

/** What nodes, and those who are none, may say on a control stream; it is played. */
final class HostileNodeTest extends WithInside {

    @Test
    void aNodeThatSaysItIsAnotherIsCutOff() throws Exception {
        inside.join("edge1");
        FakeNode node = new FakeNode("edge1", inside.control().service());

        node.says(new ControlMessage.Hello("edge2", 0, "test"));

        assertThat(node.closedWith()).contains("what its certificate says");
    }

    @Test
    void aNodeThatSendsWhatOnlyTheInsideSendsIsCutOff() throws Exception {
        inside.join("edge1");
        FakeNode node = inside.connected("edge1");
        node.given(inside.key());

        node.says(ControlMessage.SnapshotPush.of("forged".getBytes(StandardCharsets.US_ASCII)));

        assertThat(node.closedWith()).isEqualTo(ControlErrorCode.MESSAGE_UNEXPECTED.meaning());
    }

    @Test
    void whatCannotBeReadEndsTheStreamAndNothingElse() throws Exception {
        inside.join("edge1");
        FakeNode node = inside.connected("edge1");
        node.given(inside.key());

        node.says("{\"type\":\"hello\"".getBytes(StandardCharsets.US_ASCII));

        node.closedWith();
        assertThat(inside.connected("edge1").given(inside.key()).node()).isEqualTo("edge1");
    }

    @Test
    void aNodeThatFloodsItsControlStreamIsCutOffAndSpeaksAgainLater() throws Exception {
        inside.join("edge1");
        FakeNode node = inside.connected("edge1");
        node.given(inside.key());

        for (int i = 0; i < 100 * NodeBudget.TOKENS && !node.isClosed(); i++) {
            node.report(1, Optional.empty());
            inside.control().status(); // waits for the desk: it is not the queue that is full
        }

        assertThat(node.closedWith()).isEqualTo(ControlErrorCode.MESSAGES_TOO_MANY.meaning());
        assertThat(inside.counters.value(
                        "control_messages_refused", "reason", ControlErrorCode.MESSAGES_TOO_MANY.code()))
                .isPositive();
        FakeNode again = new FakeNode("edge1", inside.control().service());
        for (int i = 0; i < NodeBudget.TOKENS && !again.isClosed(); i++) {
            again = new FakeNode("edge1", inside.control().service());
        }
        assertThat(again.closedWith()).isEqualTo(ControlErrorCode.MESSAGES_TOO_MANY.meaning());

        inside.pass(Duration.ofSeconds(10));
        assertThat(inside.connected("edge1").given(inside.key()).node()).isEqualTo("edge1");
    }

    @Test
    void whatANodeSaysFillsNoLog() throws Exception {
        inside.join("edge1");
        for (int i = 0; i < 2 * NodeBudget.LINES; i++) {
            FakeNode node = new FakeNode("edge1", inside.control().service());
            node.says("{}".getBytes(StandardCharsets.US_ASCII)); // a line for the refusal and one for the end
            node.closedWith();
            inside.pass(Duration.ofMillis(500));
        }

        assertThat(inside.counters.value("control_log_lines_suppressed")).isGreaterThan(NodeBudget.LINES);
    }

    @Test
    void whoIsNoNodeGetsNothing() throws Exception {
        FakeNode service = new FakeNode((String) null, inside.control().service());

        assertThat(service.closedWith()).isEqualTo(ControlErrorCode.PEER_NO_NODE.meaning());
        assertThat(service.isToldNothing()).isTrue();
        assertThat(inside.control().status().nodes())
                .extracting(EdgeNodeStatus::connected)
                .containsOnly(false);
        assertThat(Map.copyOf(inside.counters.values())).doesNotContainKey("control_snapshots_pushed");
    }
}
