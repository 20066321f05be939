package org.edgeways.app.role;

import java.math.BigInteger;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
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
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;
import org.edgeways.settings.control.ControlCodec;
import org.edgeways.settings.control.ControlMessage;

/** A connector's end of control whose streams and time are played, and whose desk works when it is told to. */
final class PlayedConnector {

    static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

    final Deque<Runnable> desk = new ArrayDeque<>();
    final InMemoryCounters counters = new InMemoryCounters();
    /** What it was told to refuse, since it was started last. */
    final List<Set<BigInteger>> refused = new ArrayList<>();

    private final Path file;
    private final CertificateAuthority authority = CertificateAuthority.create("any", NOW, new SecureRandom());
    private final TlsIdentity identity = authority.issue(CertificateRequest.service("web", "web.acorn.example"), NOW);
    private Instant now = NOW;
    private ConnectorAgent agent;

    /** @param data where it keeps what it has heard */
    PlayedConnector(Path data) {
        file = data.resolve(SettledConnector.REFUSED_FILE);
        agent = started();
    }

    /** A stream of a node, as the connector has it. */
    static final class FakeStream implements ControlPeer {
        final List<byte[]> told = new ArrayList<>();
        String closedWith = "";
        private final PeerIdentity identity;
        private ControlSession session;

        private FakeStream(String node, ConnectorAgent connector) {
            identity = new PeerIdentity(node, null, List.of(), null);
            session = connector.opened(this);
        }

        void says(ControlMessage message) {
            says(ControlCodec.write(message));
        }

        void says(byte[] message) {
            session.received(message);
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
            if (closedWith.isEmpty()) {
                closedWith = reason;
                if (session != null) { // else it is refused at once
                    session.closed(reason);
                }
            }
        }
    }

    private final class Host implements ConnectorAgent.Host {
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

    private ConnectorAgent started() {
        RefusedCertificates known = new RefusedCertificates(file);
        refused.add(known.serials());
        return new ConnectorAgent(
                "web", authority.certificate(), known, new Host(), desk::add, () -> now, new SecureRandom(), counters);
    }

    /** Ends it without a word, and starts another one with the same files. */
    void startAgain() {
        desk.clear();
        refused.clear();
        agent = started();
    }

    FakeStream stream(String node) {
        return new FakeStream(node, agent);
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    long now() {
        return now.toEpochMilli();
    }

    void work() {
        while (!desk.isEmpty()) {
            desk.removeFirst().run();
        }
    }

    void check() {
        agent.check();
        work();
    }

    long age() {
        return counters.value("connector_word_age_seconds");
    }

    long refusedFor(String reason) {
        return counters.value("connector_control_messages_refused", "reason", reason);
    }

    /** Not the authority's word, which is looked at all the same. */
    static ControlMessage.RefusedSerials forged(long at) {
        return new ControlMessage.RefusedSerials(at, List.of("1"), "QQ==");
    }

    /** The authority's, with serial numbers in hexadecimal digits. */
    ControlMessage.RefusedSerials genuine(long at, String... serials) {
        byte[] proof = authority.prove(ControlMessage.RefusedSerials.proven(at, List.of(serials)));
        return new ControlMessage.RefusedSerials(
                at, List.of(serials), Base64.getEncoder().encodeToString(proof));
    }

    /** A certificate that is its own, and that it has not asked for. */
    ControlMessage.ConnectorCertificate unasked() {
        return new ControlMessage.ConnectorCertificate("web", List.of(Pem.text(identity.chain())));
    }

    /** What it refuses now. */
    Set<BigInteger> refuses() {
        return refused.getLast();
    }
}
