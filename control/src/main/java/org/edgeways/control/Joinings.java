package org.edgeways.control;

import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.base.Result;
import org.edgeways.joining.JoinErrorCode;
import org.edgeways.joining.engine.Offer;
import org.edgeways.joining.tls.JoinDialer;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.SigningRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dials for the newest bundle of each node, for as long as somebody may wait with it. Also after it was used or withdrawn, until some
 * time after its end, while the node is not connected: who waits with it then is told that it works no more. Counts
 * {@code control_joins}.
 */
final class Joinings implements AutoCloseable {

    /** How long after its end somebody who waits with a bundle is told so. */
    static final Duration GRACE = Duration.ofMinutes(10);

    /** With these a node says that it has not kept what it was sent. */
    private static final Set<JoinErrorCode> UNKEPT = Set.of(JoinErrorCode.NOT_KEPT, JoinErrorCode.CERTIFICATE_WRONG);

    private static final Logger LOG = LoggerFactory.getLogger(Joinings.class);

    /** What the settings say of a node. */
    interface Places {

        /** Where its inside leg is dialled; empty if there is no such node. */
        Optional<InetSocketAddress> place(String node);

        /** What its certificate is to say. */
        CertificateRequest names(String node);

        /** It has joined. */
        void joined(String node);

        /**
         * It was admitted, and nobody knows whether it has heard so: it may be served from now on. Does not wait.
         *
         * @param serial of the certificate that was issued to it
         */
        void admitted(String node, BigInteger serial);
    }

    private final Ledger ledger;
    private final Authority authority;
    private final Places places;
    private final Predicate<String> connected;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Counters counters;
    private final Map<String, JoinDialer> dialers = new ConcurrentHashMap<>();

    Joinings(
            Ledger ledger,
            Authority authority,
            Places places,
            Predicate<String> connected,
            InstantSource clock,
            RandomGenerator random,
            Counters counters) {
        this.ledger = ledger;
        this.authority = authority;
        this.places = places;
        this.connected = connected;
        this.clock = clock;
        this.random = random;
        this.counters = counters;
    }

    /** Dials for what is on the record. */
    void resume() {
        ledger.enrolments(GRACE).forEach(this::start); // the oldest first: the newest of a node stays
    }

    /** Dials for a bundle that is put on the record now; one after the other, so that the newest is the one that stays. */
    synchronized void start(Supplier<Enrolment> recorded) {
        start(recorded.get());
    }

    private void start(Enrolment enrolment) {
        Offer offer = new Offer(enrolment.id(), enrolment.node(), enrolment.proofKey(), enrolment.expires());
        JoinDialer.Place place =
                JoinDialer.Place.of(offer, authority.certificates().certificate(), authority.certificates()::prove);
        JoinDialer before = dialers.put(
                enrolment.node(),
                JoinDialer.start(place, new Desk(enrolment.id(), enrolment.node()), this::nanos, random));
        if (before != null) {
            before.close();
        }
    }

    private long nanos() {
        Instant now = clock.instant();
        return ChronoUnit.NANOS.between(Instant.EPOCH, now);
    }

    /** What is decided for one bundle; on its dialler's thread. */
    private final class Desk implements JoinDialer.Desk {
        private final String id;
        private final String node;
        private @Nullable BigInteger serial;
        private boolean lapsed;

        Desk(String id, String node) {
            this.id = id;
            this.node = node;
        }

        @Override
        public JoinDialer.Wish wish() {
            try {
                return wish(ledger.enrolment(id));
            } catch (RuntimeException e) {
                LOG.error(
                        "event=control-joining-failed code={} node={} step=dial",
                        JoinErrorCode.INSIDE_FAILED.code(),
                        node,
                        e);
                return new JoinDialer.Wish.Later();
            }
        }

        private JoinDialer.Wish wish(Optional<Enrolment> found) {
            Instant now = clock.instant();
            if (found.isEmpty() || !now.isBefore(found.get().expires().plus(GRACE))) {
                return new JoinDialer.Wish.Never();
            }
            Enrolment enrolment = found.get();
            if (!lapsed && !now.isBefore(enrolment.expires())) {
                lapsed = true;
                if (!enrolment.used() && !enrolment.withdrawn()) {
                    ledger.audit(AuditKind.BUNDLE_EXPIRED, node, "bundle " + id);
                }
            }
            Optional<InetSocketAddress> place = places.place(node);
            return place.isEmpty() || connected.test(node)
                    ? new JoinDialer.Wish.Later()
                    : new JoinDialer.Wish.Dial(place.get());
        }

        @Override
        public JoinDialer.Decision decide(SigningRequest request) {
            try {
                return switch (ledger.admit(id, request, places.names(node))) {
                    case Result.Ok<List<X509Certificate>>(List<X509Certificate> chain) -> {
                        serial = chain.getFirst().getSerialNumber();
                        yield new JoinDialer.Decision.Admitted(
                                chain, List.of(authority.signer().key().encoded()));
                    }
                    case Result.Bad<List<X509Certificate>> bad ->
                        new JoinDialer.Decision.Refused((JoinErrorCode) bad.code());
                };
            } catch (RuntimeException e) {
                LOG.error(
                        "event=control-joining-failed code={} node={} step=decide",
                        JoinErrorCode.INSIDE_FAILED.code(),
                        node,
                        e);
                return new JoinDialer.Decision.Refused(JoinErrorCode.INSIDE_FAILED);
            }
        }

        @Override
        public void ended(@Nullable JoinErrorCode failure) {
            counters.counter("control_joins", "outcome", failure == null ? "joined" : failure.code())
                    .increment();
            BigInteger issued = serial;
            serial = null;
            try {
                if (failure != null) {
                    refused(failure, issued);
                } else if (issued != null) {
                    ledger.joined(id);
                    places.joined(node);
                }
            } catch (RuntimeException e) {
                LOG.error(
                        "event=control-joining-failed code={} node={} step=record",
                        JoinErrorCode.INSIDE_FAILED.code(),
                        node,
                        e);
            }
        }

        private void refused(JoinErrorCode failure, @Nullable BigInteger issued) {
            String what = failure.code() + ", bundle " + id;
            if (issued == null || UNKEPT.contains(failure)) {
                ledger.audit(AuditKind.JOIN_REFUSED, node, what);
            } else {
                ledger.audit(AuditKind.JOIN_REFUSED, node, what + "; it may have its certificate");
                places.admitted(node, issued);
            }
        }
    }

    @Override
    public void close() {
        dialers.values().forEach(JoinDialer::close);
    }
}
