package org.edgeways.control;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.edgeways.net.CertificateRequest;
import org.edgeways.settings.kind.Route;

/** What certificates of nodes and services say. */
public final class CertificateNames {

    private static final String NODE_SUFFIX = ".node.edgeways.internal";
    private static final String SERVICE_SUFFIX = ".service.edgeways.internal";

    private CertificateNames() {}

    /**
     * A DNS name that is in every certificate of that node and in no other, whatever its addresses are: what whoever dials it
     * verifies. Nobody looks it up; {@code internal} is a domain that nobody can register.
     */
    public static String ofNode(String node) {
        return node + NODE_SUFFIX;
    }

    /** What the certificate of an inside service says: that of a pool or a connector. */
    public static CertificateRequest ofService(String service) {
        return CertificateRequest.service(service, service + SERVICE_SUFFIX);
    }

    /**
     * What the certificate of a SIP server says that nodes dial: its host, and nothing by which it could be taken for a node or a service
     * of ours, whose names have no dot or are below {@code edgeways.internal}; empty if that cannot be.
     */
    static Optional<CertificateRequest> ofServer(String host) {
        if (isLiteral(host)) {
            return Optional.of(new CertificateRequest(host, List.of(), List.of(host), List.of(), Duration.ofDays(90)));
        }
        return Route.isServerHost(host) ? Optional.of(CertificateRequest.of(host)) : Optional.empty();
    }

    /** What a node's certificate says, with the name or address of its inside leg as well. */
    static CertificateRequest of(String node, String written) {
        String host = unbracketed(written);
        List<String> names = new ArrayList<>(List.of(ofNode(node)));
        boolean literal = isLiteral(host);
        if (!literal) {
            names.add(host);
        }
        CertificateRequest request = CertificateRequest.node(node, names.toArray(String[]::new));
        return literal ? request.withAddresses(host) : request;
    }

    static String unbracketed(String written) {
        return written.startsWith("[") && written.endsWith("]") ? written.substring(1, written.length() - 1) : written;
    }

    static boolean isLiteral(String host) {
        try {
            InetAddress.ofLiteral(host);
            return true;
        } catch (IllegalArgumentException name) {
            return false;
        }
    }
}
