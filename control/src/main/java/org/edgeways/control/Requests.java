package org.edgeways.control;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.edgeways.base.Counters;
import org.edgeways.base.LogText;
import org.edgeways.base.Result;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.net.SigningRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests for certificates: of nodes that renew theirs, and of connectors. */
final class Requests {

    private static final Logger LOG = LoggerFactory.getLogger(Requests.class);

    private final Ledger ledger;
    private final Authority authority;
    private final ControlSettings settings;
    private final InstantSource clock;
    private final Counters counters;
    private final Map<String, Instant> renewed = new HashMap<>();

    Requests(Ledger ledger, Authority authority, ControlSettings settings, InstantSource clock, Counters counters) {
        this.ledger = ledger;
        this.authority = authority;
        this.settings = settings;
        this.clock = clock;
        this.counters = counters;
    }

    /**
     * Issues a certificate for a connector, another one each time.
     *
     * @param request a {@link SigningRequest} in DER, whose key is the connector's
     * @return the chain, the authority's certificate last
     */
    Result<List<X509Certificate>> certify(String connector, byte[] request) {
        return switch (SigningRequest.read(request)) {
            case Result.Bad<SigningRequest> bad -> bad.as();
            case Result.Ok<SigningRequest>(SigningRequest read) -> {
                List<X509Certificate> chain = authority
                        .certificates()
                        .issue(
                                read,
                                CertificateNames.ofService(connector).valid(settings.certificateValidity()),
                                clock.instant());
                ledger.issued(connector, chain.getFirst());
                yield Result.ok(chain);
            }
        };
    }

    /**
     * Renews a node's certificate. One after the other, on the desk.
     *
     * @param names what the new one is for
     * @return the chain, each certificate as PEM
     */
    Result<List<String>> renew(PeerIdentity peer, byte[] request, CertificateRequest names) {
        String node = String.valueOf(peer.node());
        Instant now = clock.instant();
        Instant last = renewed.get(node);
        Result<List<X509Certificate>> answer = switch (SigningRequest.read(request)) {
            case Result.Bad<SigningRequest> bad -> bad.as();
            case Result.Ok<SigningRequest>(SigningRequest good) ->
                last != null && now.isBefore(last.plus(leastBetween()))
                        ? Result.bad(ControlErrorCode.RENEWAL_TOO_SOON, 0, ControlErrorCode.RENEWAL_TOO_SOON.meaning())
                        : ledger.renew(node, peer.serial(), good, names);
        };
        return switch (answer) {
            case Result.Ok<List<X509Certificate>>(List<X509Certificate> chain) -> {
                renewed.put(node, now);
                yield Result.ok(chain.stream()
                        .map(certificate -> Pem.text(List.of(certificate)))
                        .toList());
            }
            case Result.Bad<List<X509Certificate>> bad -> {
                LOG.warn(
                        "event=control-renewal-refused code={} node={} reason=\"{}\"",
                        bad.code().code(),
                        node,
                        LogText.clean(bad.reason()));
                counters.counter(
                                "control_renewals_refused", "reason", bad.code().code())
                        .increment();
                yield bad.as();
            }
        };
    }

    /** A node that asks again and again must not fill the record. */
    private Duration leastBetween() {
        return settings.certificateValidity().dividedBy(1_000);
    }
}
