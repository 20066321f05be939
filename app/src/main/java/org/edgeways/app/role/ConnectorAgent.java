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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.base.Counters;
import org.edgeways.base.IoReason;
import org.edgeways.base.Result;
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
 * be the authority's, and refused serial numbers signed by it. All but the arrival of a message happens on the desk. Counts
 * {@code connector_certificates_renewed} and {@code connector_control_streams_flooded}.
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

    private static final int HEXADECIMAL = 16;
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

    private final String name;
    private final X509Certificate authority;
    private final Host host;
    private final Executor desk;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Counters counters;
    private final List<ControlPeer> nodes = new ArrayList<>();
    private final Map<String, Semaphore> rooms = new ConcurrentHashMap<>();
    private @Nullable Asked asked;
    private final Instant began;
    private volatile long refusedAt = -1;
    private Set<BigInteger> refused = Set.of();
    private boolean toldOld;

    /**
     * One that has heard nobody yet.
     *
     * @param name of the connector
     * @param desk runs one task at a time, in their order; tasks wait for the disk
     */
    ConnectorAgent(
            String name,
            X509Certificate authority,
            Host host,
            Executor desk,
            InstantSource clock,
            SecureRandom random,
            Counters counters) {
        this.name = name;
        this.authority = authority;
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
        Stream stream = new Stream(
                peer, rooms.computeIfAbsent(String.valueOf(peer.identity().node()), _ -> new Semaphore(WAITING)));
        stream.later(stream::begin);
        return stream;
    }

    /** One stream. */
    private final class Stream implements ControlSession {
        private final ControlPeer peer;
        private final Semaphore room;
        private volatile boolean flooded;

        Stream(ControlPeer peer, Semaphore room) {
            this.peer = peer;
            this.room = room;
        }

        /** On the desk, if there is room to wait for it; else nothing more of this stream is taken. */
        private void later(Runnable task) {
            if (flooded) {
                return;
            }
            if (!room.tryAcquire()) {
                flooded = true;
                counters.counter("connector_control_streams_flooded").increment();
                peer.close("more messages than can be looked at");
                return;
            }
            desk.execute(() -> {
                room.release();
                task.run();
            });
        }

        private void begin() {
            nodes.add(peer);
            peer.send(ControlCodec.write(new ControlMessage.ConnectorHello(name)));
            renewIfDue();
        }

        @Override
        public void received(byte[] message) {
            later(() -> read(message));
        }

        @Override
        public void closed(String reason) {
            desk.execute(() -> nodes.remove(peer));
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
        });
    }

    /** How old the pool's last word is; since the start if there was none. */
    private Duration wordAge() {
        return Duration.between(refusedAt < 0 ? began : Instant.ofEpochMilli(refusedAt), clock.instant());
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

    private void read(byte[] bytes) {
        if (ControlCodec.read(bytes) instanceof Result.Ok<ControlMessage>(ControlMessage message)) {
            switch (message) {
                case ControlMessage.ConnectorCertificate issued -> renewed(issued);
                case ControlMessage.RefusedSerials refused -> refuse(refused);
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
    }

    private void renewed(ControlMessage.ConnectorCertificate issued) {
        Asked request = asked;
        List<X509Certificate> chain = new ArrayList<>();
        for (String text : issued.chain()) {
            if (Pem.certificates(text, "the new certificate")
                    instanceof Result.Ok<List<X509Certificate>>(List<X509Certificate> read)) {
                chain.addAll(read);
            }
        }
        if (request == null || chain.size() != issued.chain().size() || !isOurs(chain, request)) {
            LOG.warn("event=connector-certificate-refused code={} name={}", AppErrorCode.CERTIFICATE_KEPT.code(), name);
            return;
        }
        try {
            host.use(new TlsIdentity(request.keys().getPrivate(), chain));
        } catch (IOException e) {
            LOG.error(
                    "event=connector-certificate-not-kept code={} name={} reason=\"{}\"",
                    AppErrorCode.CERTIFICATE_KEPT.code(),
                    name,
                    IoReason.of(e));
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

    private void refuse(ControlMessage.RefusedSerials said) {
        if (said.atMillis() <= refusedAt
                || !CertificateKeys.isSignedBy(
                        authority,
                        ControlMessage.RefusedSerials.proven(said.atMillis(), said.serials()),
                        Base64.getDecoder().decode(said.proof()))) {
            return; // the same by way of another node, or not the authority's word
        }
        Set<BigInteger> serials = new HashSet<>();
        said.serials().forEach(serial -> serials.add(new BigInteger(serial, HEXADECIMAL)));
        try {
            if (!serials.equals(refused)) { // else it was only said again
                host.refuse(serials);
                refused = serials;
                LOG.info("event=connector-refuses code=ok name={} certificates={}", name, serials.size());
            }
            refusedAt = said.atMillis();
        } catch (IOException e) {
            LOG.error(
                    "event=connector-refusal-failed code={} name={} reason=\"{}\"",
                    AppErrorCode.CERTIFICATE_KEPT.code(),
                    name,
                    IoReason.of(e));
        }
    }
}
