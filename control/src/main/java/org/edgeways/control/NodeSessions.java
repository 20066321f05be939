package org.edgeways.control;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.edgeways.base.Counters;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.LogText;
import org.edgeways.base.Result;
import org.edgeways.link.ControlBudget;
import org.edgeways.link.ControlPeer;
import org.edgeways.link.ControlService;
import org.edgeways.link.ControlSession;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.settings.control.ControlCodec;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.tokens.SignedSnapshot;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control streams of all nodes: each is given the snapshot that is meant for it, is listened to, and gets another
 * certificate when it asks. All but the arrival of a message happens on the desk, one thing after the other. What a node may
 * say, and what it may have written to the log and put on the record, is limited by {@link ControlBudget}. Counts {@code control_messages},
 * {@code control_messages_refused} and {@code control_snapshots_pushed}.
 */
final class NodeSessions implements ControlService {

    /** Most messages of one node that wait for the desk; past it the stream is closed. */
    static final int WAITING = 32;

    private static final int HEXADECIMAL = 16;

    /** What a node has refused is given to it again after that time: what its host lacked may be there then. */
    static final Duration AGAIN = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(NodeSessions.class);

    private final Executor desk;
    private final Renewal renewal;
    private final Listener listener;
    private final InstantSource clock;
    private final Counters counters;
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final Map<String, NodeReport> reports = new ConcurrentHashMap<>();
    private final Map<String, ControlBudget> budgets = new ConcurrentHashMap<>();
    /** What a node has refused last, and with which code, of what is on the record. */
    private final Map<String, String> recorded = new HashMap<>();

    private Map<String, Snapshots.Made> wanted = Map.of();
    private byte @Nullable [] refusedSerials;

    /** Gives nodes and connectors other certificates. */
    interface Renewal {
        /**
         * Another one, or why not.
         *
         * @param node who asks, with the certificate that it has shown
         * @param request in DER
         * @param mayLog whether one more line about that node may be written to the log
         * @return the chain, each certificate in PEM
         */
        Result<List<String>> renew(PeerIdentity node, byte[] request, BooleanSupplier mayLog);

        /**
         * Another one for a connector, whose request a node has passed on, as PEM; or why not.
         *
         * @param mayLog whether one more line about that node may be written to the log
         */
        Result<List<String>> renew(ControlMessage.ConnectorRequest request, BooleanSupplier mayLog);
    }

    /** Hears what nodes say of themselves. Called on the desk. */
    interface Listener {

        /** A node is there and shows that certificate; its stream may be ended by this. */
        void shows(String node, BigInteger serial);

        /** A node did not take a snapshot. */
        void rejected(String node, ControlMessage.Rejected what);

        /**
         * A node has settings of a higher number than are meant for it.
         *
         * @param mayLog whether one more line about that node may be written to the log
         * @return true if others are meant for it in a moment
         */
        boolean ahead(String node, long held, BooleanSupplier mayLog);
    }

    /**
     * No streams yet.
     *
     * @param desk runs one task at a time, in their order
     * @param renewal called on the desk
     */
    NodeSessions(Executor desk, Renewal renewal, Listener listener, InstantSource clock, Counters counters) {
        this.desk = desk;
        this.renewal = renewal;
        this.listener = listener;
        this.clock = clock;
        this.counters = counters;
        counters.gauge("control_nodes_connected", sessions::size);
    }

    @Override
    public ControlSession opened(ControlPeer peer) {
        String node = peer.identity().node();
        Session session = new Session(peer, node == null ? "" : node);
        if (node == null) {
            peer.close(ControlErrorCode.PEER_NO_NODE.meaning());
        } else if (session.budget.mayOpen(clock.instant())) {
            desk.execute(session::begin);
        } else {
            session.flooded();
        }
        return session;
    }

    /** On the desk: from now on these are meant for the nodes; those that are connected get what is new. */
    void mean(Map<String, Snapshots.Made> snapshots) {
        wanted = new HashMap<>(snapshots);
        sessions.values().forEach(Session::push);
    }

    /** On the desk: from now on these certificates are refused; nodes pass it on to connectors. */
    void refuse(ControlMessage.RefusedSerials serials) {
        byte[] message = ControlCodec.write(serials);
        refusedSerials = message;
        sessions.values().stream().filter(session -> session.greeted).forEach(session -> session.peer.send(message));
    }

    /** On the desk, now and then: nodes that have refused what is meant for them are given it again when it is time. */
    void again() {
        sessions.values().forEach(Session::again);
    }

    /** Ends the stream of a node, if there is one, and forgets what it said. */
    void cut(String node, String reason) {
        reports.remove(node);
        Session session = sessions.get(node);
        if (session != null) {
            session.closed = true; // also for what waits for the desk already
            session.peer.close(reason);
        }
    }

    /** Tells a node, if it hears, that it was removed, after what {@link #passOn} says, and ends its stream. */
    void dismiss(String node, ControlMessage.RefusedSerials refused) {
        passOn(node, refused);
        Session session = sessions.get(node);
        if (session != null) {
            session.peer.send(ControlCodec.write(ControlMessage.Refusal.removal()));
        }
        cut(node, "the node was removed");
    }

    /** Tells one node, before it is cut off, whom to refuse: connectors that are linked with it alone hear it of nobody else. */
    void passOn(String node, ControlMessage.RefusedSerials refused) {
        Session session = sessions.get(node);
        if (session != null && session.greeted) {
            session.peer.send(ControlCodec.write(refused));
        }
    }

    /** On the desk: asks a node to have a certificate replaced now; false if its control stream is not up. */
    boolean due(String node, ControlMessage.CertificateDue said) {
        Session session = sessions.get(node);
        if (session == null || !session.greeted || session.closed) {
            return false;
        }
        session.peer.send(ControlCodec.write(said));
        return true;
    }

    /** Whether that node has said last that this is the certificate that it has. */
    boolean holds(String node, BigInteger serial) {
        return report(node)
                .flatMap(said -> said.report().serial())
                .filter(serial.toString(HEXADECIMAL)::equals)
                .isPresent();
    }

    /** Whether that node's control stream is up. */
    boolean isConnected(String node) {
        Session session = sessions.get(node);
        return session != null && !session.closed; // of one that is cut the end is heard later
    }

    /** What that node said last, also before its stream was lost. */
    Optional<NodeReport> report(String node) {
        return Optional.ofNullable(reports.get(node));
    }

    /** One stream. */
    private final class Session implements ControlSession {
        private final ControlPeer peer;
        private final String node;
        private final ControlBudget budget;
        private final AtomicInteger waiting = new AtomicInteger();
        private volatile boolean closed;
        private boolean greeted;
        private long sent;
        private Instant pushed = Instant.EPOCH;
        private String version = "";

        Session(ControlPeer peer, String node) {
            this.peer = peer;
            this.node = node;
            this.budget = budgets.computeIfAbsent(
                    node, _ -> new ControlBudget(counters.counter("control_log_lines_suppressed")));
        }

        /** Whether one more line about this node may be written to the log. */
        private boolean mayLog() {
            return budget.mayLog(clock.instant());
        }

        private void flooded() {
            refused(ControlErrorCode.MESSAGES_TOO_MANY, ControlErrorCode.MESSAGES_TOO_MANY.meaning());
        }

        /** Counts it, tells it and ends the stream. */
        private void refused(ErrorCode code, String reason) {
            count("control_messages_refused", code.code());
            if (mayLog()) {
                LOG.warn(
                        "event=control-message-refused code={} node={} reason=\"{}\"",
                        code.code(),
                        node,
                        LogText.clean(reason));
            }
            peer.close(reason);
        }

        void begin() {
            if (!closed) {
                sessions.put(node, this);
            }
        }

        @Override
        public void received(byte[] message) {
            if (closed) {
                return;
            }
            if (waiting.incrementAndGet() > WAITING || !budget.maySay(message.length, clock.instant())) {
                flooded();
                return;
            }
            desk.execute(() -> {
                waiting.decrementAndGet();
                if (!closed) {
                    read(message);
                }
            });
        }

        @Override
        public void closed(String reason) {
            closed = true;
            if (mayLog()) {
                LOG.info("event=control-stream-ended code=ok node={} reason=\"{}\"", node, LogText.clean(reason));
            }
            desk.execute(() -> sessions.remove(node, this));
        }

        private void read(byte[] bytes) {
            switch (ControlCodec.read(bytes)) {
                case Result.Bad<ControlMessage> bad -> refused(bad.code(), bad.reason());
                case Result.Ok<ControlMessage>(ControlMessage message) -> {
                    count("control_messages", ControlCodec.type(message));
                    take(message);
                }
            }
        }

        private void take(ControlMessage message) {
            switch (message) {
                case ControlMessage.Hello hello -> greet(hello);
                case ControlMessage.Report report -> reported(report);
                case ControlMessage.CertificateRequest request -> renew(request);
                case ControlMessage.Refusal refusal -> {
                    if (mayLog()) {
                        LOG.warn(
                                "event=control-refused-by-node code={} node={} message={} reason=\"{}\"",
                                refusal.code(),
                                node,
                                refusal.of(),
                                LogText.clean(refusal.reason()));
                    }
                }
                case ControlMessage.ConnectorRequest request -> {
                    // why not is in the log and counted; the connector asks again
                    if (renewal.renew(request, this::mayLog) instanceof Result.Ok<List<String>>(List<String> chain)) {
                        peer.send(ControlCodec.write(
                                new ControlMessage.ConnectorCertificate(request.connector(), chain)));
                    }
                }
                case ControlMessage.SnapshotPush _,
                        ControlMessage.CertificateIssued _,
                        ControlMessage.CertificateDue _,
                        ControlMessage.ConnectorHello _,
                        ControlMessage.ConnectorCertificate _,
                        ControlMessage.RefusedSerials _ ->
                    refused(ControlErrorCode.MESSAGE_UNEXPECTED, ControlErrorCode.MESSAGE_UNEXPECTED.meaning());
            }
        }

        private void greet(ControlMessage.Hello hello) {
            if (greeted || !hello.node().equals(node)) {
                refused(
                        ControlErrorCode.MESSAGE_UNEXPECTED,
                        "a node says once who it is, and says what its certificate says");
                return;
            }
            greeted = true;
            version = hello.version();
            sent = hello.revision();
            if (mayLog()) {
                LOG.info(
                        "event=control-node-here code=ok node={} version=\"{}\" revision={}",
                        node,
                        LogText.clean(version),
                        sent);
            }
            BigInteger serial = peer.identity().serial();
            if (serial != null) {
                listener.shows(node, serial);
            }
            if (closed) {
                return;
            }
            push();
            if (refusedSerials != null) {
                peer.send(refusedSerials);
            }
        }

        /** Gives the node what is meant for it, unless it has it. */
        void push() {
            Snapshots.Made made = wanted.get(node);
            if (!greeted || made == null) {
                return;
            }
            SignedSnapshot snapshot = made.snapshot();
            if (snapshot.revision() != sent
                    && (snapshot.revision() > sent || !listener.ahead(node, sent, this::mayLog))) {
                sent = snapshot.revision();
                pushed = clock.instant();
                counters.counter("control_snapshots_pushed").increment();
                peer.send(ControlCodec.write(ControlMessage.SnapshotPush.of(snapshot.bytes())));
            }
        }

        void again() {
            NodeReport said = reports.get(node);
            if (said != null
                    && said.report().rejected().isPresent()
                    && !clock.instant().isBefore(pushed.plus(AGAIN))) {
                sent = said.report().revision();
                push();
            }
        }

        private void reported(ControlMessage.Report report) {
            reports.put(node, new NodeReport(clock.instant(), version, report));
            report.rejected().ifPresentOrElse(this::rejected, () -> recorded.remove(node));
        }

        /** Once for what it is about and why, whatever its number; and not all that often: the record is not a node's to fill. */
        private void rejected(ControlMessage.Rejected what) {
            Snapshots.Made made = wanted.get(node);
            String refused = (made == null ? "" : made.settings()) + " " + what.code();
            if (refused.equals(recorded.get(node))) {
                return;
            }
            if (budget.mayRecord(clock.instant())) {
                recorded.put(node, refused);
                listener.rejected(node, what);
            } else {
                counters.counter("control_audit_events_suppressed").increment();
            }
        }

        private void renew(ControlMessage.CertificateRequest request) {
            ControlMessage answer = switch (answer(request)) {
                case Result.Ok<List<String>>(List<String> chain) -> new ControlMessage.CertificateIssued(chain);
                case Result.Bad<List<String>> bad ->
                    new ControlMessage.Refusal(
                            ControlCodec.type(request), bad.code().code(), bad.reason());
            };
            peer.send(ControlCodec.write(answer));
        }

        private Result<List<String>> answer(ControlMessage.CertificateRequest request) {
            return switch (Pem.request(request.request())) {
                case Result.Bad<byte[]> bad -> bad.as();
                case Result.Ok<byte[]>(byte[] der) -> renewal.renew(peer.identity(), der, this::mayLog);
            };
        }
    }

    private void count(String name, String reason) {
        counters.counter(name, "reason", reason).increment();
    }
}
