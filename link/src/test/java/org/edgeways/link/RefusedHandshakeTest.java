package org.edgeways.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.edgeways.link.engine.LinkAddress;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.TlsIdentity;
import org.edgeways.testkit.LeakCheck;
import org.edgeways.testkit.TcpRelay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A node whose certificate is refused while it is dialled, over real sockets. */
@ExtendWith(LeakCheck.class)
final class RefusedHandshakeTest {

    /** Run at the next look at the dialer's clock, on the loop that looks. */
    private final AtomicReference<Runnable> atTheNextLook = new AtomicReference<>(() -> {});

    /** What is done with a node whose handshake hangs; it goes on after that. */
    private interface Hanging {
        void with(LinkNode node, LinkDialer dialer, Set<BigInteger> serial, LinkLoopback link) throws Exception;
    }

    private void hanging(LinkLoopback link, Hanging done) throws Exception {
        ProcessClock clock = new ProcessClock();
        TlsIdentity identity = link.identity("edge1");
        Channel listener = link.listen(identity);
        try (TcpRelay relay = TcpRelay.before((InetSocketAddress) listener.localAddress());
                LinkContext context = new LinkContext(
                        link.loops,
                        () -> {
                            atTheNextLook.getAndSet(() -> {}).run();
                            return clock.now();
                        },
                        link.counters,
                        new SecureRandom());
                LinkDialer dialer =
                        new LinkDialer(context, link.limits, LinkLoopback.TIMES, link.services, link.insideControl)) {
            relay.hold();
            LinkNode node = link.node("edge1", listener)
                    .withAddresses(List.of(new LinkAddress("127.0.0.1", relay.port())))
                    .withConnections(1);
            dialer.setNode(node);
            LinkLoopback.await(() -> relay.connections().size() == 1);
            link.loops.loop(0).submit(() -> {}).sync(); // the dialer has begun it, and looks at its clock no more

            done.with(node, dialer, Set.of(identity.leaf().getSerialNumber()), link);
            relay.release();
            LinkLoopback.await(() -> refused(link) > 0);
            LinkLoopback.await(
                    () -> link.counters.value("link_dials_failed", "node", "edge1", "reason", "link-dial-failed") > 0);
            assertThat(refused(link))
                    .as("from the second attempt on its certificate is not trusted")
                    .isEqualTo(1);
            assertThat(dialer.status().getFirst().open()).isEmpty();
        }
    }

    private static long refused(LinkLoopback link) {
        return link.counters.value("link_dials_failed", "node", "edge1", "reason", "link-peer-refused")
                + link.counters.value("link_connections_closed", "end", "inside", "reason", "link-peer-refused");
    }

    private static void refuse(LinkNode node, LinkDialer dialer, Set<BigInteger> serial) {
        try {
            node.tls().refuse(serial);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        dialer.endRefused(serial);
    }

    @Test
    void aNodeThatIsRefusedWhileItsHandshakeHangsIsNotLinkedWhenThatIsDone() throws Exception {
        try (LinkLoopback loopback = new LinkLoopback()) {
            hanging(loopback, (node, dialer, serial, link) -> refuse(node, dialer, serial));
            assertThat(loopback.counters.value("link_dials_failed", "node", "edge1", "reason", "link-peer-refused"))
                    .isEqualTo(1);
        }
    }

    /** The first look at the clock after the handshake is that of the connection which is made of it. */
    @Test
    void aNodeThatIsRefusedBetweenItsHandshakeAndItsConnectionIsCutOff() throws Exception {
        try (LinkLoopback loopback = new LinkLoopback()) {
            hanging(loopback, (node, dialer, serial, link) -> atTheNextLook.set(() -> refuse(node, dialer, serial)));
            assertThat(loopback.counters.value(
                            "link_connections_closed", "end", "inside", "reason", "link-peer-refused"))
                    .isEqualTo(1);
        }
    }
}
