package org.edgeways.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.link.ControlPeer;
import org.edgeways.net.PeerIdentity;
import org.edgeways.settings.control.ControlMessage;
import org.junit.jupiter.api.Test;

/** Whose requests a node passes on. */
class ConnectorsTest {

    private static final String DROPPED = "node_connector_requests_dropped";

    private final InMemoryCounters counters = new InMemoryCounters();
    private final Connectors connectors = new Connectors(counters);

    /** A connector's stream. */
    private record Stream(PeerIdentity identity, List<String> closed) implements ControlPeer {
        @Override
        public void send(byte[] message) {}

        @Override
        public void close(String reason) {
            closed.add(reason);
        }
    }

    @Test
    void aRequestTooManyIsDroppedAndCounted() {
        Instant now = Instant.parse("2026-11-23T10:00:00Z");
        Stream stream = new Stream(new PeerIdentity(null, "kamailio", List.of(), null), new ArrayList<>());
        connectors.add("kamailio", stream);
        ControlMessage.ConnectorRequest request = new ControlMessage.ConnectorRequest("kamailio", "", "", "");

        assertThat(connectors.mayAsk(stream, request, now)).isTrue();
        Instant soon = now.plus(Connectors.BETWEEN).minusMillis(1);
        assertThat(connectors.mayAsk(stream, request, soon)).isFalse();
        assertThat(counters.value(DROPPED)).isEqualTo(1);
        assertThat(connectors.mayAsk(stream, request, now.plus(Connectors.BETWEEN)))
                .isTrue();
        assertThat(counters.value(DROPPED)).isEqualTo(1);
        assertThat(stream.closed()).isEmpty();
    }

    @Test
    void whoAsksForAnotherConnectorIsCutOffAndCounted() {
        Stream stream = new Stream(new PeerIdentity(null, "kamailio", List.of(), null), new ArrayList<>());
        connectors.add("kamailio", stream);

        assertThat(connectors.mayAsk(
                        stream,
                        new ControlMessage.ConnectorRequest("asterisk", "", "", ""),
                        Instant.parse("2026-11-23T10:00:00Z")))
                .isFalse();

        assertThat(stream.closed()).containsExactly(NodeErrorCode.MESSAGE_UNEXPECTED.meaning());
        assertThat(counters.value("node_control_messages_refused", "reason", NodeErrorCode.MESSAGE_UNEXPECTED.code()))
                .isEqualTo(1);
    }
}
