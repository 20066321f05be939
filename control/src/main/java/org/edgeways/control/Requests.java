package org.edgeways.control;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.edgeways.base.Counters;
import org.edgeways.base.LogText;
import org.edgeways.base.Result;
import org.edgeways.net.CertificateKeys;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.net.RenewalTime;
import org.edgeways.net.SigningRequest;
import org.edgeways.settings.control.ControlMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests for certificates: of nodes that renew theirs, of connectors, and of servers that nodes dial. */
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
        return certify(connector, request, AuditKind.CERTIFICATE_ISSUED);
    }

    /**
     * Issues a certificate for a SIP server that nodes dial, another one each time.
     *
     * @param host whom it is for
     * @param request a {@link SigningRequest} in DER, whose key is the server's
     * @return the chain, the authority's certificate last
     */
    Result<List<X509Certificate>> certifyServer(String host, byte[] request) {
        return CertificateNames.ofServer(host)
                .map(says -> issue(IssuedCertificate.Kind.SERVER, host, says, request, AuditKind.CERTIFICATE_ISSUED))
                .orElseGet(() -> bad(ControlErrorCode.HOST_RESERVED));
    }

    private Result<List<X509Certificate>> certify(String connector, byte[] request, AuditKind event) {
        return issue(
                IssuedCertificate.Kind.CONNECTOR, connector, CertificateNames.ofService(connector), request, event);
    }

    private Result<List<X509Certificate>> issue(
            IssuedCertificate.Kind kind, String name, CertificateRequest says, byte[] request, AuditKind event) {
        return switch (SigningRequest.read(request)) {
            case Result.Bad<SigningRequest> bad -> bad.as();
            case Result.Ok<SigningRequest>(SigningRequest read) -> {
                List<X509Certificate> chain = authority
                        .certificates()
                        .issue(read, says.valid(settings.certificateValidity()), clock.instant());
                ledger.issued(kind, name, chain.getFirst(), event);
                yield Result.ok(chain);
            }
        };
    }

    /**
     * Renews a connector's certificate, whose request nodes have passed on and may pass on again. One after the other, on the desk.
     *
     * @param known connectors of the settings
     * @param mayLog whether one more line about the node that passes it on may be written to the log
     * @return the chain, each certificate as PEM
     */
    Result<List<String>> renew(ControlMessage.ConnectorRequest request, Set<String> known, BooleanSupplier mayLog) {
        String connector = request.connector();
        Instant now = clock.instant();
        Result<List<X509Certificate>> answer = switch (entitled(request, known, now)) {
            case Result.Bad<byte[]> bad -> bad.as();
            case Result.Ok<byte[]>(byte[] der) -> certify(connector, der, AuditKind.CERTIFICATE_RENEWED);
        };
        return told(answer, "connector " + connector, now, mayLog);
    }

    /** The request in DER, if who asks holds the connector's certificate and it is time. */
    private Result<byte[]> entitled(ControlMessage.ConnectorRequest request, Set<String> known, Instant now) {
        if (!known.contains(request.connector())) {
            return bad(ControlErrorCode.CONNECTOR_NOT_IN_SETTINGS);
        }
        if (!(Pem.certificates(request.certificate(), "the connector's certificate")
                instanceof Result.Ok<List<X509Certificate>>(List<X509Certificate> shown))) {
            return bad(ControlErrorCode.PROOF_WRONG);
        }
        X509Certificate leaf = shown.getFirst();
        boolean holds =
                CertificateKeys.isIssuedBy(leaf, authority.certificates().certificate())
                        && request.connector().equals(PeerIdentity.of(leaf).service())
                        && CertificateKeys.isSignedBy(
                                leaf,
                                ControlMessage.ConnectorRequest.proven(request.connector(), request.request()),
                                Base64.getDecoder().decode(request.proof()));
        if (!holds || now.isAfter(leaf.getNotAfter().toInstant())) {
            return bad(ControlErrorCode.PROOF_WRONG);
        }
        if (ledger.refused().contains(leaf.getSerialNumber())) {
            return bad(ControlErrorCode.CERTIFICATE_REFUSED);
        }
        // a node that passes on the same again and again must not fill the record
        Instant last = renewed.get("connector " + request.connector());
        if (now.isBefore(RenewalTime.of(leaf)) || last != null && now.isBefore(last.plus(leastBetween()))) {
            return bad(ControlErrorCode.RENEWAL_TOO_SOON);
        }
        return Pem.request(request.request());
    }

    private static <T> Result<T> bad(ControlErrorCode code) {
        return Result.bad(code, 0, code.meaning());
    }

    /**
     * Renews a node's certificate. One after the other, on the desk.
     *
     * @param names what the new one is for
     * @param mayLog whether one more line about the node may be written to the log
     * @return the chain, each certificate as PEM
     */
    Result<List<String>> renew(PeerIdentity peer, byte[] request, CertificateRequest names, BooleanSupplier mayLog) {
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
        return told(answer, node, now, mayLog);
    }

    /** The node may renew now, whenever it did the last time. On the desk. */
    void permit(String node) {
        renewed.remove(node);
    }

    private Result<List<String>> told(
            Result<List<X509Certificate>> answer, String who, Instant now, BooleanSupplier mayLog) {
        return switch (answer) {
            case Result.Ok<List<X509Certificate>>(List<X509Certificate> chain) -> {
                renewed.put(who, now);
                yield Result.ok(chain.stream()
                        .map(certificate -> Pem.text(List.of(certificate)))
                        .toList());
            }
            case Result.Bad<List<X509Certificate>> bad -> {
                if (mayLog.getAsBoolean()) {
                    LOG.warn(
                            "event=control-renewal-refused code={} node={} reason=\"{}\"",
                            bad.code().code(),
                            LogText.clean(who),
                            LogText.clean(bad.reason()));
                }
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
