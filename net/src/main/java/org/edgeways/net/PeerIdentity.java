package org.edgeways.net;

import java.math.BigInteger;
import java.net.InetAddress;
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
 * @param addresses its IP SANs, as {@link InetAddress#getHostAddress} writes them
 * @param serial the certificate's serial number; null if it is not known
 */
public record PeerIdentity(
        @Nullable String node,
        @Nullable String service,
        List<String> dnsNames,
        List<String> addresses,
        @Nullable BigInteger serial) {

    /** What the URI SAN of an edge node's certificate begins with. */
    public static final String NODE_PREFIX = "edgeways:node/";

    /** What the URI SAN of an inside service's certificate begins with. */
    public static final String SERVICE_PREFIX = "edgeways:service/";

    private static final int SAN_DNS = 2;
    private static final int SAN_URI = 6;
    private static final int SAN_IP = 7;

    public PeerIdentity {
        dnsNames = List.copyOf(dnsNames);
        addresses = List.copyOf(addresses);
    }

    /** One whose certificate names no address. */
    public PeerIdentity(
            @Nullable String node, @Nullable String service, List<String> dnsNames, @Nullable BigInteger serial) {
        this(node, service, dnsNames, List.of(), serial);
    }

    /** Reads the names of a certificate that was verified before. Alternative names that cannot be read count as none. */
    public static PeerIdentity of(X509Certificate certificate) {
        @Nullable String node = null;
        @Nullable String service = null;
        List<String> dns = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        for (List<?> name : alternativeNames(certificate)) {
            if (!(name.get(1) instanceof String value)) {
                continue;
            }
            String text = value.toLowerCase(Locale.ROOT);
            if (name.getFirst().equals(SAN_DNS)) {
                dns.add(text);
            } else if (name.getFirst().equals(SAN_IP)) {
                addresses.add(InetAddress.ofLiteral(text).getHostAddress());
            } else if (name.getFirst().equals(SAN_URI) && text.startsWith(NODE_PREFIX)) {
                node = text.substring(NODE_PREFIX.length());
            } else if (name.getFirst().equals(SAN_URI) && text.startsWith(SERVICE_PREFIX)) {
                service = text.substring(SERVICE_PREFIX.length());
            }
        }
        return new PeerIdentity(node, service, dns, addresses, certificate.getSerialNumber());
    }

    /** All names by which a link to this peer is found: node, service, DNS names; its addresses if it has none of those. */
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>(dnsNames);
        if (node != null) {
            names.add(node);
        }
        if (service != null) {
            names.add(service);
        }
        return names.isEmpty() ? new LinkedHashSet<>(addresses) : names;
    }

    /** The one of them that stands for it: service, else node, else the first DNS name, else the first address; null if it has none. */
    public @Nullable String name() {
        if (service != null) {
            return service;
        }
        return node != null ? node : names().stream().findFirst().orElse(null);
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
