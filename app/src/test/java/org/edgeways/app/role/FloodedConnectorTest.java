package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.link.ControlPeer;
import org.edgeways.link.ControlSession;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.TlsIdentity;
import org.edgeways.settings.control.ControlCodec;
import org.edgeways.settings.control.ControlMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node that somebody has taken over may say to a connector; the streams are played, and the desk is slow. */
final class FloodedConnectorTest {

    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

    private final Deque<Runnable> desk = new ArrayDeque<>();
    private final InMemoryCounters counters = new InMemoryCounters();
    private final List<Set<BigInteger>> refused = new ArrayList<>();
    private final CertificateAuthority authority = CertificateAuthority.create("any", NOW, new SecureRandom());
    private ConnectorAgent connector;

    /** A stream of a node, as the connector has it. */
    private static final class FakeStream implements ControlPeer {
        private final PeerIdentity identity;
        private final List<byte[]> told = new ArrayList<>();
        private String closedWith = "";
        private final ControlSession session;

        FakeStream(String node, ConnectorAgent connector) {
            identity = new PeerIdentity(node, null, List.of(), null);
            session = connector.opened(this);
        }

        void says(ControlMessage message) {
            session.received(ControlCodec.write(message));
        }

        @Override
        public PeerIdentity identity() {
            return identity;
        }

        @Override
        public void send(byte[] message) {
            told.add(message);
        }

        @Override
        public void close(String reason) {
            closedWith = reason;
        }
    }

    private static final class Host implements ConnectorAgent.Host {
        private final TlsIdentity identity;
        private final List<Set<BigInteger>> refused;

        Host(TlsIdentity identity, List<Set<BigInteger>> refused) {
            this.identity = identity;
            this.refused = refused;
        }

        @Override
        public TlsIdentity identity() {
            return identity;
        }

        @Override
        public void use(TlsIdentity next) {
            throw new AssertionError("nobody asks here");
        }

        @Override
        public void refuse(Set<BigInteger> serials) {
            refused.add(serials);
        }
    }

    @BeforeEach
    void start() {
        TlsIdentity identity = authority.issue(CertificateRequest.service("web", "web.acorn.example"), NOW);
        connector = new ConnectorAgent(
                "web",
                authority.certificate(),
                new Host(identity, refused),
                desk::add,
                InstantSource.fixed(NOW),
                new SecureRandom(),
                counters);
    }

    private void work() {
        while (!desk.isEmpty()) {
            desk.removeFirst().run();
        }
    }

    /** Not the authority's word, which is looked at all the same. */
    private static ControlMessage forged(long at) {
        return new ControlMessage.RefusedSerials(at, List.of("1"), "QQ==");
    }

    private ControlMessage genuine(long at) {
        byte[] proof = authority.prove(ControlMessage.RefusedSerials.proven(at, List.of("f")));
        return new ControlMessage.RefusedSerials(
                at, List.of("f"), Base64.getEncoder().encodeToString(proof));
    }

    @Test
    void aNodeThatFloodsItsStreamIsCutOffAndNothingMoreOfItWaits() {
        FakeStream node = new FakeStream("edge1", connector);
        work();
        for (int i = 0; i < ConnectorAgent.WAITING; i++) {
            node.says(forged(i));
        }
        assertThat(node.closedWith).isEmpty();

        node.says(forged(ConnectorAgent.WAITING));
        assertThat(node.closedWith).isEqualTo("more messages than can be looked at");
        assertThat(counters.value("connector_control_streams_flooded")).isEqualTo(1);

        work();
        for (int i = 0; i < ConnectorAgent.WAITING; i++) {
            node.says(genuine(i + 1));
        }
        assertThat(desk).as("what it says after that").isEmpty();
        assertThat(refused).isEmpty();
    }

    @Test
    void aNodeThatFloodsOneStreamAfterTheOtherHasNoMoreWaiting() {
        for (int i = 0; i < 10; i++) {
            FakeStream node = new FakeStream("edge1", connector);
            for (int j = 0; j < ConnectorAgent.WAITING; j++) {
                node.says(forged(j));
            }
            assertThat(node.closedWith).isNotEmpty();
        }
        assertThat(desk).hasSize(ConnectorAgent.WAITING);
    }

    @Test
    void anotherNodeIsHeardDuringTheFloodAndTheSameOneAfterIt() {
        FakeStream flooding = new FakeStream("edge1", connector);
        FakeStream other = new FakeStream("edge2", connector);
        for (int i = 0; i < 2 * ConnectorAgent.WAITING; i++) {
            flooding.says(forged(i));
        }
        other.says(genuine(1));
        work();
        assertThat(other.closedWith).isEmpty();
        assertThat(refused).containsExactly(Set.of(BigInteger.valueOf(15)));

        FakeStream again = new FakeStream("edge1", connector);
        for (int i = 0; i < 2 * ConnectorAgent.WAITING; i++) {
            again.says(forged(i));
            work();
        }
        assertThat(again.closedWith).isEmpty();
        assertThat(again.told).as("its greeting").hasSize(1);
    }
}
