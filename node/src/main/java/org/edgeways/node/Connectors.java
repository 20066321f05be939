package org.edgeways.node;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.edgeways.base.Counters;
import org.edgeways.link.ControlPeer;
import org.edgeways.settings.control.ControlMessage;
import org.jspecify.annotations.Nullable;

/**
 * The control streams of connectors: what they and the pool say to each other is passed on, since a connector reaches nobody but
 * the nodes. On the agent's desk. Counts {@code node_connector_requests_dropped}, and in {@code node_control_messages_refused} the
 * requests of who may not make them.
 */
final class Connectors {

    /** Between two requests of one connector that are passed on. */
    static final Duration BETWEEN = Duration.ofMinutes(1);

    /** Most connectors that are remembered to have asked. */
    private static final int MOST = 1_000;

    private final Map<ControlPeer, String> streams = new LinkedHashMap<>();
    private final Map<String, Instant> asked = new HashMap<>();
    private final Counters counters;
    private byte @Nullable [] refused;

    Connectors(Counters counters) {
        this.counters = counters;
    }

    /** A stream is that connector's; it is told which certificates are refused. */
    void add(String connector, ControlPeer stream) {
        streams.put(stream, connector);
        if (refused != null) {
            stream.send(refused);
        }
    }

    /** A stream has ended. */
    void remove(ControlPeer stream) {
        streams.remove(stream);
    }

    /** Whether the pool is to hear that request: it is the connector's own, and not one of too many. */
    boolean mayAsk(ControlPeer stream, ControlMessage.ConnectorRequest request, Instant now) {
        String connector = streams.get(stream);
        if (connector == null || !connector.equals(request.connector())) {
            counters.counter("node_control_messages_refused", "reason", NodeErrorCode.MESSAGE_UNEXPECTED.code())
                    .increment();
            stream.close(NodeErrorCode.MESSAGE_UNEXPECTED.meaning());
            return false;
        }
        Instant last = asked.get(connector);
        if (last != null && now.isBefore(last.plus(BETWEEN)) || last == null && asked.size() >= MOST) {
            counters.counter("node_connector_requests_dropped").increment();
            return false;
        }
        asked.put(connector, now);
        return true;
    }

    /** Passes on what is for one connector. */
    void tell(String connector, byte[] message) {
        streams.forEach((stream, of) -> {
            if (of.equals(connector)) {
                stream.send(message);
            }
        });
    }

    /** Passes on which certificates are refused, also to connectors that come later. */
    void tellAll(byte[] message) {
        refused = message;
        streams.keySet().forEach(stream -> stream.send(message));
    }
}
