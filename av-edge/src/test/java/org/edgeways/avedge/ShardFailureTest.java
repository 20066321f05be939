package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.edgeways.avedge.StreamRig.Way;
import org.edgeways.avedge.client.StreamWire;
import org.edgeways.avedge.udp.DatagramSockets;
import org.edgeways.avedge.udp.PlainSockets;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is left when a thread that relays breaks at something, or ends. */
@Timeout(60)
class ShardFailureTest {

    private final List<AtomicBoolean> broken = new ArrayList<>();

    /** Sockets that wait no more when they are broken. */
    private DatagramSockets breakable() throws IOException {
        PlainSockets real = new PlainSockets();
        AtomicBoolean isBroken = new AtomicBoolean();
        broken.add(isBroken);
        return (DatagramSockets) Proxy.newProxyInstance(
                DatagramSockets.class.getClassLoader(),
                new Class<?>[] {DatagramSockets.class},
                (proxy, method, arguments) -> {
                    if (isBroken.get() && method.getName().equals("receive")) {
                        throw new IOException("broken by the test");
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static boolean isClosed(StreamWire wire) throws IOException {
        Socket socket = wire.socket();
        socket.setSoTimeout(10_000);
        return socket.getInputStream().read() < 0;
    }

    @Test
    void clientsOfAThreadThatHasEndedAreClosedAndCannotComeToItAgain() throws Exception {
        try (StreamRig streams = new StreamRig(this::breakable, Rig.settings(2))) {
            Rig rig = streams.rig;
            StreamWire wire = streams.connect(Way.CLEAR);
            TurnClient lost = streams.client(wire, "1:alice");
            lost.relayed();
            TurnClient kept = streams.client(Way.CLEAR, "1:bob");
            kept.relayed();
            assertThat(rig.edge.problems()).isEmpty();

            broken.getFirst().set(true);
            rig.edge.end(nobody -> false); // so that it looks
            assertThat(isClosed(wire)).as("the client may go to another one").isTrue();
            Rig.eventually("it says so", () -> rig.edge.problems().size() == 1);
            assertThat(rig.count("av_edge_streams_closed", "code", "av-edge-shard-ended"))
                    .isEqualTo(1);
            for (int i = 0; i < 4; i++) {
                try (TurnClient again = streams.client(Way.TLS, "1:alice")) {
                    again.relayed();
                }
            }
            assertThat(TurnClient.error(kept.refresh(600))).isZero();
            Rig.eventually(
                    "what it had is given back",
                    () -> rig.edge.allocations() == 1 && rig.edge.busiest(10).size() == 1);
            rig.edge.end(user -> true); // nobody waits for a thread that is no more
            assertThat(rig.edge.allocations()).isZero();
            kept.close();
        }
    }

    @Test
    void whereAllThreadsHaveEndedConnectionsAreClosed() throws Exception {
        try (StreamRig streams = new StreamRig(this::breakable, Rig.settings(2))) {
            broken.forEach(each -> each.set(true));
            streams.rig.edge.end(nobody -> false);
            for (Thread thread : streams.rig.edge.threads()) {
                thread.join();
            }
            StreamWire wire = streams.connect(Way.CLEAR);
            wire.send(new StunWriter(StunClass.REQUEST, StunMethod.BINDING, new byte[12]).toBytes());
            assertThat(isClosed(wire)).isTrue();
        }
    }
}
