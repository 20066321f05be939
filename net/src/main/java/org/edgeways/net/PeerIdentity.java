package org.edgeways.net;

import java.math.BigInteger;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who a peer is by its verified certificate.
 *
 * @param node the name in a URI SAN {@code edgeways:node/NAME}, lower case, or null
 * @param service the name in a URI SAN {@code edgeways:service/NAME}, lower case, or null
 * @param dnsNames its DNS SANs, lower case
 * @param serial the certificate's serial number; null if it is not known
 */
public record PeerIdentity(
        @Nullable String node,
        @Nullable String service,
        List<String> dnsNames,
        @Nullable BigInteger serial) {

    /** What the URI SAN of an edge node's certificate begins with. */
    public static final String NODE_PREFIX = "edgeways:node/";

    /** What the URI SAN of an inside service's certificate begins with. */
    public static final String SERVICE_PREFIX = "edgeways:service/";

    private static final int SAN_DNS = 2;
    private static final int SAN_URI = 6;

    public PeerIdentity {
        dnsNames = List.copyOf(dnsNames);
    }

    /** Reads the names of a certificate that was verified before. Alternative names that cannot be read count as none. */
    public static PeerIdentity of(X509Certificate certificate) {
        @Nullable String node = null;
        @Nullable String service = null;
        List<String> dns = new ArrayList<>();
        for (List<?> name : alternativeNames(certificate)) {
            if (!(name.get(1) instanceof String value)) {
                continue;
            }
            String text = value.toLowerCase(Locale.ROOT);
            if (name.getFirst().equals(SAN_DNS)) {
                dns.add(text);
            } else if (name.getFirst().equals(SAN_URI) && text.startsWith(NODE_PREFIX)) {
                node = text.substring(NODE_PREFIX.length());
            } else if (name.getFirst().equals(SAN_URI) && text.startsWith(SERVICE_PREFIX)) {
                service = text.substring(SERVICE_PREFIX.length());
            }
        }
        return new PeerIdentity(node, service, dns, certificate.getSerialNumber());
    }

    /** All names by which a link to this peer is found: node, service, DNS names. */
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>(dnsNames);
        if (node != null) {
            names.add(node);
        }
        if (service != null) {
            names.add(service);
        }
        return names;
    }

    private static Collection<List<?>> alternativeNames(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null ? List.of() : names;
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }
}
