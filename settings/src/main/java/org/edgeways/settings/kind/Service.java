package org.edgeways.settings.kind;

import java.util.List;
import java.util.Optional;
import org.edgeways.settings.form.Checked;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.TextForm;

/** An inside web service. */
public record Service(
        @Key(says = "The host of its origin, for HTTP/1.1 over TCP.", form = TextForm.HOST)
        Optional<String> host,

        @Key(says = "The port of its origin.", least = "1", most = "65535")
        Optional<Integer> port,

        @Key(says = "The Unix socket of its origin, instead of host and port.", form = TextForm.SOCKET)
        Optional<String> socket,

        @Key(
                says = "The edge nodes that may ask for it; without it, all.",
                usual = "",
                form = TextForm.NAME,
                refers = "EdgeNode",
                atMost = 1_000)
        List<String> nodes,

        @Key(
                says = "The connector that reaches its origin; without it, the pool.",
                form = TextForm.NAME,
                refers = "Connector")
        Optional<String> connector)
        implements Checked {

    /** The name under which nodes ask the pool for relay credentials; no document's. */
    public static final String RELAY_CREDENTIALS = "relay-credentials";

    public Service {
        nodes = List.copyOf(nodes);
    }

    @Override
    public void check(Disagreements found) {
        Twice.tell("nodes", nodes, found);
        if (socket.isPresent() ? host.isPresent() || port.isPresent() : host.isEmpty() || port.isEmpty()) {
            found.add(
                    socket.isPresent() ? "socket" : host.isPresent() ? "host" : "port",
                    "must say where its origin is: host and port, or socket");
        }
    }
}
