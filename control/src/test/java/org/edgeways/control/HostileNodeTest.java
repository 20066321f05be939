package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgeways.link.ControlBudget;
import org.edgeways.net.CertificateKeys;
import org.edgeways.net.Pem;
import org.edgeways.net.SigningRequest;
import org.edgeways.settings.control.ControlMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

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

        for (int i = 0; i < 100 * ControlBudget.TOKENS && !node.isClosed(); i++) {
            node.report(1, Optional.empty());
            inside.control().status(); // waits for the desk: it is not the queue that is full
        }

        assertThat(node.closedWith()).isEqualTo(ControlErrorCode.MESSAGES_TOO_MANY.meaning());
        assertThat(inside.counters.value(
                        "control_messages_refused", "reason", ControlErrorCode.MESSAGES_TOO_MANY.code()))
                .isPositive();
        FakeNode again = new FakeNode("edge1", inside.control().service());
        for (int i = 0; i < ControlBudget.TOKENS && !again.isClosed(); i++) {
            again = new FakeNode("edge1", inside.control().service());
        }
        assertThat(again.closedWith()).isEqualTo(ControlErrorCode.MESSAGES_TOO_MANY.meaning());

        inside.pass(Duration.ofSeconds(10));
        assertThat(inside.connected("edge1").given(inside.key()).node()).isEqualTo("edge1");
    }

    /** What a node can say, each time on a stream of its own. */
    enum Talk {
        UNREADABLE {
            @Override
            void of(FakeNode node, Inside inside) {
                node.says("{}".getBytes(StandardCharsets.US_ASCII));
            }
        },
        REQUESTS_FOR_CERTIFICATES {
            @Override
            void of(FakeNode node, Inside inside) {
                node.asksForACertificate(CertificateKeys.make(Inside.RANDOM));
            }
        },
        REQUESTS_OF_A_CONNECTOR {
            @Override
            void of(FakeNode node, Inside inside) {
                String request = Pem.requestText(SigningRequest.make(
                        CertificateKeys.make(Inside.RANDOM).getPrivate(),
                        CertificateKeys.make(Inside.RANDOM).getPublic(),
                        "anything"));
                String certificate = Pem.text(List.of(inside.control().authority()));
                node.says(new ControlMessage.ConnectorRequest("nobody", request, certificate, "AAAA"));
            }
        },
        NUMBERS_THAT_NOBODY_COMES_TO {
            @Override
            void of(FakeNode node, Inside inside) {
                node.hello(Long.MAX_VALUE / 2);
            }
        },
        NUMBERS_ABOVE_ITS_OWN {
            @Override
            void of(FakeNode node, Inside inside) {
                node.hello(inside.status("edge1").meant() + 10);
            }
        };

        abstract void of(FakeNode node, Inside inside);
    }

    @ParameterizedTest
    @EnumSource
    void whatANodeSaysFillsNoLog(Talk talk) throws Exception {
        inside.join("edge1");
        Logger log = (Logger) LoggerFactory.getLogger("org.edgeways.control");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        log.addAppender(lines);
        int streams = 3 * ControlBudget.LINES;
        try {
            for (int i = 0; i < streams; i++) {
                FakeNode node = new FakeNode("edge1", inside.control().service());
                talk.of(node, inside); // a line for that, and one for the end
                inside.control().status(); // the desk has done what was before
                node.close("enough");
                inside.pass(Duration.ofMillis(500));
            }
        } finally {
            log.detachAppender(lines);
        }

        assertThat(lines.list.stream().filter(line -> line.getLevel().isGreaterOrEqual(Level.INFO)))
                .hasSizeBetween(ControlBudget.LINES, 3 * ControlBudget.LINES)
                .extracting(ILoggingEvent::getFormattedMessage)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(500));
        assertThat(inside.counters.value("control_log_lines_suppressed")).isGreaterThan(ControlBudget.LINES);
    }

    private static Optional<ControlMessage.Rejected> rejected(long revision, String code) {
        return Optional.of(new ControlMessage.Rejected(revision, code, "x".repeat(500)));
    }

    private List<String> since(AuditEvent before) {
        return inside.control().events(1_000).stream()
                .filter(event -> event.number() > before.number())
                .map(AuditEvent::event)
                .toList();
    }

    /** A number above its own has others meant for it, and those are refused again: each time that would be news. */
    @Test
    void aNodeThatWasTakenOverDoesNotPushEverythingElseOutOfTheRecord() throws Exception {
        inside.join("edge1");
        inside.status("edge1");
        AuditEvent before = inside.control().events(1).getFirst();
        long pushed = inside.counters.value("control_snapshots_pushed");
        long first = inside.status("edge1").meant();
        for (int i = 0; i < 100; i++) {
            FakeNode liar = new FakeNode("edge1", inside.control().service());
            liar.hello(inside.status("edge1").meant() + 10);
            long given = liar.given(inside.key()).revision();
            liar.report(given - 1, rejected(given, "node-snapshot-not-applied"));
            inside.control().status(); // the desk has done what was before
            liar.close("and again");
            inside.pass(Duration.ofSeconds(1));
        }

        assertThat(since(before)).containsExactlyInAnyOrder("record-older", "snapshot-refused");
        assertThat(inside.counters.value("control_snapshots_pushed")).isEqualTo(pushed + 100);
        assertThat(inside.status("edge1").meant())
                .as("it got another number once")
                .isEqualTo(first + 11);
        assertThat(inside.counters.value(
                        "control_revisions_refused", "reason", ControlErrorCode.REVISION_AHEAD_AGAIN.code()))
                .isEqualTo(99);

        inside.pass(NumbersAhead.AGAIN);
        FakeNode later = new FakeNode("edge1", inside.control().service());
        later.hello(first + 100);
        assertThat(later.given(inside.key()).revision())
                .as("it is believed again")
                .isEqualTo(first + 101);
    }

    @Test
    void aNodeThatRefusesForEverAnotherReasonDoesNotFillTheRecord() throws Exception {
        inside.join("edge1");
        FakeNode node = inside.connected("edge1");
        long revision = node.given(inside.key()).revision();
        AuditEvent before = inside.control().events(1).getFirst();
        for (int i = 0; i < 5 * ControlBudget.EVENTS; i++) {
            node.report(0, rejected(revision, "node-reason-" + i));
            node.report(revision, Optional.empty());
            inside.control().status(); // the desk has done what was before
        }
        assertThat(since(before)).hasSize(ControlBudget.EVENTS).containsOnly("snapshot-refused");
        assertThat(inside.counters.value("control_audit_events_suppressed")).isEqualTo(4 * ControlBudget.EVENTS);

        inside.pass(Duration.ofHours(1));
        for (int i = 0; i < 5; i++) {
            node.report(0, rejected(revision, "node-later-" + i));
            inside.control().status();
        }
        assertThat(since(before)).hasSize(ControlBudget.EVENTS + 1);
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
