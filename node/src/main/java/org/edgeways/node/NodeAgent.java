package org.edgeways.node;

import java.io.IOException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.edgeways.base.Counters;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.IoReason;
import org.edgeways.base.LogText;
import org.edgeways.base.Result;
import org.edgeways.link.ControlBudget;
import org.edgeways.link.ControlPeer;
import org.edgeways.link.ControlService;
import org.edgeways.link.ControlSession;
import org.edgeways.net.CertificateKeys;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.net.RenewalTime;
import org.edgeways.net.SigningRequest;
import org.edgeways.net.TlsIdentity;
import org.edgeways.settings.control.ControlCodec;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.settings.snapshot.SnapshotChange;
import org.edgeways.settings.snapshot.SnapshotReader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's end of control: says who it is, takes settings that are signed, for this node and not older than its own, keeps
 * them as the last good ones, tells what it runs, and asks for another certificate in time or when it is told to. Whom it hears matters little:
 * settings count by their signature, and so does what the inside says of this node's certificate: a stream is taken for the inside's until it
 * has said that it is a connector's, and one that was taken over may not say so. All but the arrival of a message happens on the desk. Counts
 * {@code node_snapshots_taken}, {@code node_snapshots_refused}, {@code node_certificates_renewed},
 * {@code node_certificates_refused}, {@code node_control_messages_refused}, {@code node_control_streams_flooded} and
 * {@code node_log_lines_suppressed}.
 *
 * <p>Longer than other files, because what is said on any stream decides about the same few things: what runs, the certificate, and who hears it.
 */
public final class NodeAgent implements ControlService {

    /** Most messages of one stream that wait for the desk; past it the stream is closed. */
    static final int WAITING = 32;

    private static final int HEXADECIMAL = 16;

    /** How long an answer to a request for a certificate is waited for before it is asked for again. */
    static final Duration ASK_AGAIN = Duration.ofMinutes(10);

    /** How long an administrator's word leaves a request alone that is under way. */
    static final Duration UNDER_WAY_ALREADY = Duration.ofMinutes(1);

    /** How long what the inside has begun before it knew of the Link may be under way. */
    static final Duration UNDER_WAY = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(NodeAgent.class);

    /** A certificate that was asked for. */
    private record Asked(KeyPair keys, Instant at) {}

    /**
     * What the agent works with.
     *
     * @param version of this program
     * @param desk runs one task at a time, in their order; tasks wait for the disk
     */
    public record Surroundings(
            NodeFiles files,
            NodeHost host,
            String version,
            Executor desk,
            InstantSource clock,
            SecureRandom random,
            Counters counters) {}

    private final Surroundings around;
    private final SnapshotReader reader;
    private final Set<Session> sessions = new LinkedHashSet<>();
    private final Connectors connectors;
    private final Map<String, ControlBudget> budgets = new ConcurrentHashMap<>();
    private Member member;
    private @Nullable EdgeSnapshot started;
    private @Nullable EdgeSnapshot running;
    private List<String> restartNeeded = List.of();
    private ControlMessage.@Nullable Rejected rejected;
    private @Nullable Asked asked;
    /** The serial number of the certificate that the inside wants replaced; empty if it has not said so. */
    private String due = "";

    private Optional<ControlMessage.Relaying> told = Optional.empty();
    /** The newest that came and was signed: nothing older is heard any more, so that what it refuses stays refused. */
    private long newest;

    /** The authority has signed that this node's certificate is refused. */
    private boolean putOut;

    private volatile boolean removed;
    private volatile boolean connected;
    private volatile Instant connectedSince = Instant.EPOCH;

    /**
     * An agent that has heard nobody yet.
     *
     * @param running what the host was started with; null for nothing
     */
    public NodeAgent(Member member, @Nullable EdgeSnapshot running, Surroundings around) {
        this.member = member;
        this.started = running;
        this.running = running;
        this.around = around;
        this.connectors = new Connectors(around.counters());
        this.reader = new SnapshotReader(member.node(), member.snapshotKeys());
        this.newest = Math.max(
                revision(),
                around.files().refused(member).map(EdgeSnapshot::revision).orElse(0L));
    }

    @Override
    public ControlSession opened(ControlPeer peer) {
        Session session = new Session(peer);
        if (session.budget.mayOpen(around.clock().instant())) {
            around.desk().execute(session::begin);
        } else {
            session.flooded();
        }
        return session;
    }

    /** To be called now and then: asks for another certificate when it is time, and tells what the relay does. On any thread. */
    public void check() {
        around.desk().execute(() -> {
            renewIfDue();
            if (!told.equals(around.host().relaying())) {
                report();
            }
        });
    }

    /** To be called when what {@link NodeHost#shown} says has changed: tells the inside. On any thread. */
    public void changed() {
        around.desk().execute(this::report);
    }

    /** Why the inside does not reach this node at the moment; empty if it does. On any thread. */
    public Optional<String> standing() {
        return removed
                ? Optional.of(NodeErrorCode.REMOVED.meaning())
                : connected ? Optional.empty() : Optional.of("the inside has no Link open to this node");
    }

    /**
     * Whether the inside may take this node for one that still waits with a bundle, and dial for it: until a moment after the Link
     * is up, since what it began before may be under way. On any thread.
     */
    public boolean isAwaited() {
        return !connected || around.clock().instant().isBefore(connectedSince.plus(UNDER_WAY));
    }

    private long revision() {
        return running == null ? 0 : running.revision();
    }

    private void report() {
        told = around.host().relaying();
        sessions.forEach(Session::report);
    }

    // --- settings ---

    private void take(Session from, byte[] envelope) {
        switch (reader.read(envelope, newest)) {
            case Result.Bad<EdgeSnapshot> bad -> {
                // nobody else is told what one stream says in vain
                from.rejected = rejected(0, bad.code(), bad.reason(), from.mayLog());
                from.report();
            }
            case Result.Ok<EdgeSnapshot>(EdgeSnapshot next) -> {
                from.rejected = null;
                removed = false; // a stream alone says nothing: one may begin while the others are being cut
                newest = next.revision();
                if (!next.equals(running)) {
                    put(next, envelope);
                }
                report();
            }
        }
        renewIfDue();
    }

    private void put(EdgeSnapshot next, byte[] envelope) {
        switch (around.host().apply(next)) {
            case Result.Bad<Boolean> bad -> {
                rejected = rejected(next.revision(), bad.code(), bad.reason(), true);
                keepRefused(next, envelope);
            }
            case Result.Ok<Boolean> good -> taken(next, envelope);
        }
    }

    /** Whom these settings trust holds though they cannot be run, also after the next start. */
    private void keepRefused(EdgeSnapshot next, byte[] envelope) {
        try {
            around.files().keepRefused(envelope);
        } catch (IOException e) {
            notKept(next, e);
        }
    }

    private static void notKept(EdgeSnapshot next, IOException e) {
        LOG.error(
                "event=node-snapshot-not-kept code={} revision={} reason=\"{}\"",
                NodeErrorCode.SNAPSHOT_NOT_KEPT.code(),
                next.revision(),
                IoReason.of(e));
    }

    private void taken(EdgeSnapshot next, byte[] envelope) {
        running = next;
        rejected = null;
        if (started == null) {
            started = next;
        }
        restartNeeded = SnapshotChange.between(started, next).restartNeeded();
        around.counters().counter("node_snapshots_taken").increment();
        LOG.info(
                "event=node-snapshot-taken code=ok revision={} restart=\"{}\"",
                next.revision(),
                String.join(" ", restartNeeded));
        try {
            around.files().keepSnapshot(envelope);
        } catch (IOException e) {
            notKept(next, e);
            rejected = new ControlMessage.Rejected(
                    next.revision(), NodeErrorCode.SNAPSHOT_NOT_KEPT.code(), IoReason.withoutFile(e));
        }
    }

    /** Counts it, and tells the log. */
    private ControlMessage.Rejected rejected(long revision, ErrorCode code, String reason, boolean mayLog) {
        around.counters()
                .counter("node_snapshots_refused", "reason", code.code())
                .increment();
        if (mayLog) {
            LOG.warn(
                    "event=node-snapshot-refused code={} revision={} held={} reason=\"{}\"",
                    code.code(),
                    revision,
                    revision(),
                    LogText.clean(reason));
        }
        return new ControlMessage.Rejected(revision, code.code(), reason);
    }

    /** Counts a message of which nothing is done, and ends its stream. */
    private void refuse(ControlPeer peer, ErrorCode code) {
        around.counters()
                .counter("node_control_messages_refused", "reason", code.code())
                .increment();
        peer.close(code.meaning());
    }

    // --- the certificate ---

    private void renewIfDue() {
        Instant now = around.clock().instant();
        Asked before = asked;
        if (sessions.isEmpty()
                || !isRenewalDue(now)
                || before != null && now.isBefore(before.at().plus(ASK_AGAIN))) {
            return;
        }
        KeyPair keys = CertificateKeys.make(around.random());
        asked = new Asked(keys, now);
        String request = Pem.requestText(SigningRequest.make(keys.getPrivate(), keys.getPublic(), member.node()));
        LOG.info("event=node-certificate-asked code=ok");
        byte[] message = ControlCodec.write(new ControlMessage.CertificateRequest(request));
        // one is the pool's; a connector may not have said yet what it is
        sessions.forEach(session -> session.peer.send(message));
    }

    /** Two thirds of its life are over, the inside leg has another name than it says, or the inside wants it replaced. */
    private boolean isRenewalDue(Instant now) {
        X509Certificate leaf = member.identity().leaf();
        return !now.isBefore(RenewalTime.of(leaf))
                || serial().equals(due)
                || running != null
                        && !CertificateKeys.isFor(leaf, running.insideLeg().host());
    }

    private boolean isSigned(byte[] content, String proof) {
        return CertificateKeys.isSignedBy(
                member.authority(), content, Base64.getDecoder().decode(proof));
    }

    private String serial() {
        return member.identity().leaf().getSerialNumber().toString(HEXADECIMAL);
    }

    private void due(ControlMessage.CertificateDue said) {
        due = said.serial();
        Asked before = asked;
        if (before != null && !around.clock().instant().isBefore(before.at().plus(UNDER_WAY_ALREADY))) {
            asked = null; // who says so lets it ask, whatever came of the last time
        }
        renewIfDue();
    }

    private void renewed(Session from, List<String> texts) {
        Asked request = asked;
        List<X509Certificate> chain = new ArrayList<>();
        for (String text : texts) {
            if (Pem.certificates(text, "the new certificate")
                    instanceof Result.Ok<List<X509Certificate>>(List<X509Certificate> read)) {
                chain.addAll(read);
            }
        }
        if (request == null || chain.size() != texts.size() || !isOurs(chain, request)) {
            around.counters()
                    .counter("node_certificates_refused", "reason", NodeErrorCode.CERTIFICATE_WRONG.code())
                    .increment();
            if (from.mayLog()) {
                LOG.error("event=node-certificate-refused code={}", NodeErrorCode.CERTIFICATE_WRONG.code());
            }
            return;
        }
        asked = null;
        TlsIdentity next = new TlsIdentity(request.keys().getPrivate(), chain);
        try {
            around.files().keep(member.with(next));
        } catch (IOException e) {
            LOG.error(
                    "event=node-certificate-not-kept code={} reason=\"{}\"",
                    NodeErrorCode.CERTIFICATE_NOT_KEPT.code(),
                    IoReason.of(e));
            return;
        }
        member = member.with(next);
        if (around.host().use(next) instanceof Result.Bad<Boolean> bad) {
            LOG.error(
                    "event=node-certificate-not-shown code={} reason=\"{}\"",
                    bad.code().code(),
                    LogText.clean(bad.reason()));
        }
        around.counters().counter("node_certificates_renewed").increment();
        LOG.info(
                "event=node-certificate-renewed code=ok end={}",
                next.leaf().getNotAfter().toInstant());
        report();
    }

    private boolean isOurs(List<X509Certificate> chain, Asked request) {
        X509Certificate leaf = chain.getFirst();
        return chain.getLast().equals(member.authority())
                && leaf.getPublicKey().equals(request.keys().getPublic())
                && member.node().equals(PeerIdentity.of(leaf).node())
                && CertificateKeys.isIssuedBy(leaf, member.authority());
    }

    /** One stream. */
    private final class Session implements ControlSession {
        private final ControlPeer peer;
        private final ControlBudget budget;
        private final AtomicInteger waiting = new AtomicInteger();
        private volatile boolean closed;
        /** What came on this stream last, if that was no settings of this node's. */
        private ControlMessage.@Nullable Rejected rejected;

        Session(ControlPeer peer) {
            this.peer = peer;
            this.budget = budgets.computeIfAbsent(
                    String.valueOf(peer.identity().name()),
                    _ -> new ControlBudget(around.counters().counter("node_log_lines_suppressed")));
        }

        private boolean mayLog() {
            return budget.mayLog(around.clock().instant());
        }

        private void flooded() {
            closed = true;
            around.counters().counter("node_control_streams_flooded").increment();
            peer.close("more messages than can be looked at");
        }

        private void report() {
            Optional<ControlMessage.Rejected> own = Optional.ofNullable(rejected);
            peer.send(ControlCodec.write(new ControlMessage.Report(
                    revision(),
                    own.or(() -> Optional.ofNullable(NodeAgent.this.rejected))
                            .or(() -> around.host()
                                    .problem()
                                    .map(reason -> new ControlMessage.Rejected(
                                            revision(), NodeErrorCode.ROLES_NOT_STARTED.code(), reason))),
                    restartNeeded,
                    Optional.of(
                            member.identity().leaf().getNotAfter().toInstant().getEpochSecond()),
                    around.host().shown(),
                    around.host().relaying(),
                    Optional.of(serial()))));
        }

        void begin() {
            if (closed) {
                return;
            }
            sessions.add(this);
            if (!connected) {
                connectedSince = around.clock().instant();
            }
            connected = true;
            peer.send(ControlCodec.write(new ControlMessage.Hello(member.node(), revision(), around.version())));
            if (sessions.size() == 1) {
                told = around.host().relaying();
            }
            report(); // the others know it
            renewIfDue();
        }

        @Override
        public void received(byte[] message) {
            if (closed) {
                return;
            }
            // not by their length: settings may be long, and are what the inside is for
            if (waiting.incrementAndGet() > WAITING
                    || !budget.maySay(0, around.clock().instant())) {
                flooded();
                return;
            }
            around.desk().execute(() -> {
                waiting.decrementAndGet();
                read(message); // also if the stream has ended since: what came before its end was said
            });
        }

        private void read(byte[] bytes) {
            switch (ControlCodec.read(bytes)) {
                case Result.Bad<ControlMessage> bad -> {
                    if (mayLog()) {
                        LOG.warn(
                                "event=node-message-refused code={} reason=\"{}\"",
                                bad.code().code(),
                                LogText.clean(bad.reason()));
                    }
                    refuse(peer, bad.code());
                }
                case Result.Ok<ControlMessage>(ControlMessage message) -> {
                    switch (message) {
                        case ControlMessage.ConnectorHello hello -> isConnector(hello);
                        case ControlMessage.ConnectorRequest request -> {
                            if (connectors.mayAsk(peer, request, around.clock().instant())) {
                                sessions.forEach(session -> session.peer.send(bytes));
                            }
                        }
                        case ControlMessage.ConnectorCertificate issued -> connectors.tell(issued.connector(), bytes);
                        case ControlMessage.RefusedSerials word -> {
                            if (isSigned(
                                    ControlMessage.RefusedSerials.proven(word.atMillis(), word.serials()),
                                    word.proof())) {
                                putOut |= word.serials().contains(serial());
                                connectors.tellAll(bytes);
                            } else {
                                refuse(peer, NodeErrorCode.WORD_FORGED);
                            }
                        }
                        case ControlMessage.SnapshotPush push -> take(this, push.bytes());
                        case ControlMessage.CertificateIssued issued -> renewed(this, issued.chain());
                        case ControlMessage.CertificateDue said -> {
                            if (isSigned(
                                    ControlMessage.CertificateDue.proven(member.node(), said.serial()), said.proof())) {
                                due(said);
                            } else {
                                refuse(peer, NodeErrorCode.WORD_FORGED);
                            }
                        }
                        case ControlMessage.Refusal refusal -> refused(refusal);
                        case ControlMessage.Hello _, ControlMessage.Report _, ControlMessage.CertificateRequest _ ->
                            refuse(peer, NodeErrorCode.MESSAGE_UNEXPECTED);
                    }
                }
            }
        }

        private void isConnector(ControlMessage.ConnectorHello hello) {
            if (!hello.connector().equals(peer.identity().service())) {
                refuse(peer, NodeErrorCode.MESSAGE_UNEXPECTED);
                return;
            }
            if (!closed) {
                sessions.remove(this);
                connected = !sessions.isEmpty();
                connectors.add(hello.connector(), peer);
            }
        }

        private void refused(ControlMessage.Refusal refusal) {
            if (refusal.isRemoval()) {
                if (!putOut || removed) {
                    return; // it is no word of the inside's, or known
                }
                removed = true;
                LOG.error(
                        "event=node-removed code={}: {}",
                        NodeErrorCode.REMOVED.code(),
                        NodeErrorCode.REMOVED.meaning());
                return;
            }
            if (mayLog()) {
                LOG.warn(
                        "event=node-refused-by-inside code={} message={} reason=\"{}\"",
                        refusal.code(),
                        refusal.of(),
                        LogText.clean(refusal.reason()));
            }
        }

        @Override
        public void closed(String reason) {
            closed = true;
            if (mayLog()) {
                LOG.info("event=node-control-ended code=ok reason=\"{}\"", LogText.clean(reason));
            }
            around.desk().execute(() -> {
                sessions.remove(this);
                connectors.remove(peer);
                connected = !sessions.isEmpty();
            });
        }
    }
}
