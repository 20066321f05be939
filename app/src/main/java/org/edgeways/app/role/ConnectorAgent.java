package org.edgeways.app.role;

import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.base.Counters;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.IoReason;
import org.edgeways.base.LogText;
import org.edgeways.base.Result;
import org.edgeways.control.ControlErrorCode;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connector's end of control, by way of the nodes, since it reaches nobody else: it asks the pool for another certificate when
 * two thirds of the life of its own are over, and hears which certificates are refused. It believes no node: a certificate must
 * be the authority's, and refused serial numbers signed by it. What a node may say, and what it may have written to the log, is
 * limited by {@link ControlBudget}. All but the arrival of a message happens on the desk. Counts
 * {@code connector_certificates_renewed}, {@code connector_control_messages_refused} and
 * {@code connector_control_streams_flooded}.
 */
final class ConnectorAgent implements ControlService {

    /**
     * Most that one node has opened and said, on all its streams, and that waits for the desk; past it the stream on which it comes
     * is closed.
     */
    static final int WAITING = 32;

    /** How long an answer is waited for before it is asked for again, by way of another node if there is one. */
    static final Duration ASK_AGAIN = Duration.ofMinutes(10);

    /**
     * How old the pool's last word of which certificates are refused may be before it is said so: it comes every
     * {@link org.edgeways.control.Control#TOLD_AGAIN}, unless the pool is away, or a node that was removed holds it back.
     */
    static final Duration WORD_AGE = Duration.ofHours(24);

    private static final Logger LOG = LoggerFactory.getLogger(ConnectorAgent.class);

    /** What runs as this connector. */
    interface Host {

        /** What it shows now. */
        TlsIdentity identity();

        /** Keeps another certificate and key for the next start, and shows them from the next connection on. */
        void use(TlsIdentity next) throws IOException;

        /** Trusts no certificate with one of these serial numbers, and ends connections to who has shown one. */
        void refuse(Set<BigInteger> serials) throws IOException;
    }

    /** A certificate that was asked for. */
    private record Asked(KeyPair keys, Instant at) {}

    /** What one node may have waiting, and say, on all its streams. */
    private record Allowance(Semaphore room, ControlBudget budget) {}

    private final String name;
    private final X509Certificate authority;
    private final Host host;
    private final Executor desk;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Counters counters;
    private final List<ControlPeer> nodes = new ArrayList<>();
    private final Map<String, Allowance> allowances = new ConcurrentHashMap<>();
    private final RefusedCertificates refused;
    private final Instant began;
    private @Nullable Asked asked;
    private ControlMessage.@Nullable RefusedSerials lastWord;
    private boolean toldOld;

    /**
     * One that has heard nobody yet.
     *
     * @param name of the connector
     * @param refused what is refused by the host already
     * @param desk runs one task at a time, in their order; tasks wait for the disk
     */
    ConnectorAgent(
            String name,
            X509Certificate authority,
            RefusedCertificates refused,
            Host host,
            Executor desk,
            InstantSource clock,
            SecureRandom random,
            Counters counters) {
        this.name = name;
        this.authority = authority;
        this.refused = refused;
        this.host = host;
        this.desk = desk;
        this.clock = clock;
        this.random = random;
        this.counters = counters;
        this.began = clock.instant();
        counters.gauge("connector_word_age_seconds", () -> wordAge().toSeconds());
    }

    @Override
    public ControlSession opened(ControlPeer peer) {
        Stream stream = new Stream(peer);
        if (stream.allowance.budget().mayOpen(clock.instant())) {
            stream.begun = stream.later(stream::begin);
        } else {
            stream.flooded();
        }
        return stream;
    }

    private Allowance allowance(String node) {
        return allowances.computeIfAbsent(
                node,
                _ -> new Allowance(
                        new Semaphore(WAITING), new ControlBudget(counters.counter("connector_log_lines_suppressed"))));
    }

    /** One stream. */
    private final class Stream implements ControlSession {
        private final ControlPeer peer;
        private final String node;
        private final Allowance allowance;
        private volatile boolean begun;
        private volatile boolean flooded;

        Stream(ControlPeer peer) {
            this.peer = peer;
            this.node = String.valueOf(peer.identity().node());
            this.allowance = allowance(node);
        }

        /** Whether one more line about this node may be written to the log. */
        private boolean mayLog() {
            return allowance.budget().mayLog(clock.instant());
        }

        /**
         * On the desk, if there is room to wait for it; else nothing more of this stream is taken.
         *
         * @return whether there is
         */
        private boolean later(Runnable task) {
            if (flooded) {
                return false;
            }
            if (!allowance.room().tryAcquire()) {
                flooded();
                return false;
            }
            desk.execute(() -> {
                allowance.room().release();
                task.run();
            });
            return true;
        }

        private void flooded() {
            flooded = true;
            counters.counter("connector_control_streams_flooded").increment();
            refused(ControlErrorCode.MESSAGES_TOO_MANY, ControlErrorCode.MESSAGES_TOO_MANY.meaning());
            peer.close(ControlErrorCode.MESSAGES_TOO_MANY.meaning());
        }

        /** Counts what is not taken, and tells it. */
        private void refused(ErrorCode code, String reason) {
            counters.counter("connector_control_messages_refused", "reason", code.code())
                    .increment();
            if (mayLog()) {
                LOG.warn(
                        "event=connector-message-refused code={} name={} node={} reason=\"{}\"",
                        code.code(),
                        name,
                        node,
                        LogText.clean(reason));
            }
        }

        private void begin() {
            nodes.add(peer);
            peer.send(ControlCodec.write(new ControlMessage.ConnectorHello(name)));
            renewIfDue();
        }

        @Override
        public void received(byte[] message) {
            if (flooded) {
                return;
            }
            if (allowance.budget().maySay(message.length, clock.instant())) {
                var _ = later(() -> read(this, message));
            } else {
                flooded();
            }
        }

        @Override
        public void closed(String reason) {
            if (begun) {
                desk.execute(() -> nodes.remove(peer));
            }
        }
    }

    /**
     * To be called now and then: asks for another certificate when it is time, and says so if the pool has not been heard for
     * long. On any thread.
     */
    void check() {
        desk.execute(() -> {
            renewIfDue();
            lookAtWord();
            refused.keep();
        });
    }

    /** How old the pool's last word is; since the start if there was none. */
    private Duration wordAge() {
        Duration age = Duration.between(refused.heard().orElse(began), clock.instant());
        return age.isNegative() ? Duration.ZERO : age;
    }

    private void lookAtWord() {
        boolean old = wordAge().compareTo(WORD_AGE) > 0;
        if (old && !toldOld) {
            LOG.warn(
                    "event=connector-word-old code={} name={} hours={}: the pool is away, or a node that was removed goes on; take its document out of the settings of this host",
                    AppErrorCode.WORD_OLD.code(),
                    name,
                    wordAge().toHours());
        }
        toldOld = old;
    }

    private void renewIfDue() {
        Instant now = clock.instant();
        TlsIdentity shown = host.identity();
        Asked before = asked;
        if (nodes.isEmpty()
                || now.isBefore(RenewalTime.of(shown.leaf()))
                || before != null && now.isBefore(before.at().plus(ASK_AGAIN))) {
            return;
        }
        KeyPair keys = CertificateKeys.make(random);
        asked = new Asked(keys, now);
        String request = Pem.requestText(SigningRequest.make(keys.getPrivate(), keys.getPublic(), name));
        byte[] proof = CertificateKeys.sign(shown.key(), ControlMessage.ConnectorRequest.proven(name, request));
        ControlPeer node = nodes.removeFirst();
        nodes.add(node); // another one the next time
        LOG.info("event=connector-certificate-asked code=ok name={}", name);
        node.send(ControlCodec.write(new ControlMessage.ConnectorRequest(
                name,
                request,
                Pem.text(List.of(shown.leaf())),
                Base64.getEncoder().encodeToString(proof))));
    }

    private void read(Stream from, byte[] bytes) {
        switch (ControlCodec.read(bytes)) {
            case Result.Bad<ControlMessage> bad -> from.refused(bad.code(), bad.reason());
            case Result.Ok<ControlMessage>(ControlMessage message) -> take(from, message);
        }
    }

    private void take(Stream from, ControlMessage message) {
        switch (message) {
            case ControlMessage.ConnectorCertificate issued -> renewed(from, issued);
            case ControlMessage.RefusedSerials word -> refuse(from, word);
            // what a node says to a pool, before it has read who this is
            case ControlMessage.Hello _,
                    ControlMessage.Report _,
                    ControlMessage.CertificateRequest _,
                    ControlMessage.SnapshotPush _,
                    ControlMessage.CertificateIssued _,
                    ControlMessage.CertificateDue _,
                    ControlMessage.Refusal _,
                    ControlMessage.ConnectorHello _,
                    ControlMessage.ConnectorRequest _ -> {}
        }
    }

    private void renewed(Stream from, ControlMessage.ConnectorCertificate issued) {
        Asked request = asked;
        List<X509Certificate> chain = new ArrayList<>();
        for (String text : issued.chain()) {
            if (Pem.certificates(text, "the new certificate")
                    instanceof Result.Ok<List<X509Certificate>>(List<X509Certificate> read)) {
                chain.addAll(read);
            }
        }
        if (request == null || chain.size() != issued.chain().size() || !isOurs(chain, request)) {
            from.refused(AppErrorCode.CERTIFICATE_NOT_OURS, AppErrorCode.CERTIFICATE_NOT_OURS.meaning());
            return;
        }
        try {
            host.use(new TlsIdentity(request.keys().getPrivate(), chain));
        } catch (IOException e) {
            if (from.mayLog()) {
                LOG.error(
                        "event=connector-certificate-not-kept code={} name={} reason=\"{}\"",
                        AppErrorCode.CERTIFICATE_KEPT.code(),
                        name,
                        IoReason.of(e));
            }
            return;
        }
        asked = null;
        counters.counter("connector_certificates_renewed").increment();
        LOG.info(
                "event=connector-certificate-renewed code=ok name={} end={}",
                name,
                chain.getFirst().getNotAfter().toInstant());
    }

    private boolean isOurs(List<X509Certificate> chain, Asked request) {
        X509Certificate leaf = chain.getFirst();
        return chain.getLast().equals(authority)
                && leaf.getPublicKey().equals(request.keys().getPublic())
                && name.equals(PeerIdentity.of(leaf).service())
                && CertificateKeys.isIssuedBy(leaf, authority);
    }

    private void refuse(Stream from, ControlMessage.RefusedSerials word) {
        if (word.equals(lastWord)) {
            return; // by way of another node
        }
        if (!CertificateKeys.isSignedBy(
                authority,
                ControlMessage.RefusedSerials.proven(word.atMillis(), word.serials()),
                Base64.getDecoder().decode(word.proof()))) {
            from.refused(AppErrorCode.WORD_FORGED, AppErrorCode.WORD_FORGED.meaning());
            return;
        }
        Set<BigInteger> serials = refused.with(word);
        try {
            if (!serials.equals(refused.serials())) { // else it was only said again
                host.refuse(serials);
                LOG.info("event=connector-refuses code=ok name={} certificates={}", name, serials.size());
            }
        } catch (IOException e) {
            if (from.mayLog()) {
                LOG.error(
                        "event=connector-refusal-failed code={} name={} reason=\"{}\"",
                        AppErrorCode.CERTIFICATE_KEPT.code(),
                        name,
                        IoReason.of(e));
            }
            return;
        }
        Instant now = clock.instant();
        if (refused.take(word, now)) {
            lastWord = word;
        } else {
            from.refused(
                    AppErrorCode.WORD_AHEAD,
                    "what it refuses is refused, but it is dated " + Instant.ofEpochMilli(word.atMillis())
                            + ": the pool's clock or that of this host is wrong");
        }
        refused.keep();
    }
}
