package org.edgeways.net;

import java.time.Duration;
import java.util.List;

/**
 * What a leaf certificate shall say.
 *
 * @param commonName of the subject
 * @param dnsNames DNS SANs
 * @param addresses IP SANs, as literals
 * @param uris URI SANs
 * @param validity from one hour before now on; default of {@link #of} is 397 days
 */
public record CertificateRequest(
        String commonName, List<String> dnsNames, List<String> addresses, List<String> uris, Duration validity) {

    public CertificateRequest {
        dnsNames = List.copyOf(dnsNames);
        addresses = List.copyOf(addresses);
        uris = List.copyOf(uris);
        if (!validity.isPositive()) {
            throw new IllegalArgumentException("validity must be positive");
        }
    }

    /** A server's certificate for those DNS names; the first is also the common name. */
    public static CertificateRequest of(String... dnsNames) {
        return new CertificateRequest(dnsNames[0], List.of(dnsNames), List.of(), List.of(), Duration.ofDays(397));
    }

    /** An edge node's certificate: URI SAN {@code edgeways:node/NAME} and DNS names. */
    public static CertificateRequest node(String name, String... dnsNames) {
        return new CertificateRequest(
                name, List.of(dnsNames), List.of(), List.of(PeerIdentity.NODE_PREFIX + name), Duration.ofDays(397));
    }

    /** An inside service's certificate: URI SAN {@code edgeways:service/NAME} and DNS names. */
    public static CertificateRequest service(String name, String... dnsNames) {
        return new CertificateRequest(
                name, List.of(dnsNames), List.of(), List.of(PeerIdentity.SERVICE_PREFIX + name), Duration.ofDays(397));
    }

    /** The same with these addresses. */
    public CertificateRequest withAddresses(String... literals) {
        return new CertificateRequest(commonName, dnsNames, List.of(literals), uris, validity);
    }

    /** The same with that validity. */
    public CertificateRequest valid(Duration duration) {
        return new CertificateRequest(commonName, dnsNames, addresses, uris, duration);
    }
}
