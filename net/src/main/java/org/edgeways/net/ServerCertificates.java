package org.edgeways.net;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of one listener, and which of them a client is shown for the name that it asks for (SNI): the first
 * that names the host, else the first whose wildcard covers it, else the first. All ask for a client certificate, or
 * none does. Safe to use from any thread.
 */
public final class ServerCertificates {

    private static final int SAN_DNS = 2;

    private final boolean mutual;
    private volatile List<ServerTls> all;

    private ServerCertificates(List<ServerTls> all, boolean mutual) {
        this.all = all;
        this.mutual = mutual;
    }

    /** These, the first for clients that ask for none of their names. */
    public static ServerCertificates of(ServerTls first, ServerTls... more) {
        List<ServerTls> all = new ArrayList<>(List.of(more));
        all.addFirst(first);
        return new ServerCertificates(checked(all, first.isMutual()), first.isMutual());
    }

    private static List<ServerTls> checked(List<ServerTls> all, boolean mutual) {
        if (all.isEmpty()) {
            throw new IllegalArgumentException("a listener needs a certificate");
        }
        if (all.stream().anyMatch(tls -> tls.isMutual() != mutual)) {
            throw new IllegalArgumentException("whether clients show a certificate is the same for all names");
        }
        return List.copyOf(all);
    }

    /** Others from the next connection on; what they ask of clients is the same. */
    public void use(List<ServerTls> next) {
        all = checked(next, mutual);
    }

    /** All, the first for clients that ask for none of their names. */
    public List<ServerTls> all() {
        return all;
    }

    /** True if clients must show a certificate. */
    public boolean isMutual() {
        return mutual;
    }

    /**
     * The one for a client that asks for that name.
     *
     * @param serverName lower case; null if it asks for none
     */
    public ServerTls forName(@Nullable String serverName) {
        List<ServerTls> known = all;
        if (serverName == null || known.size() == 1) {
            return known.getFirst();
        }
        int dot = serverName.indexOf('.');
        String wildcard = dot > 0 ? "*" + serverName.substring(dot) : "";
        ServerTls covering = null;
        for (ServerTls tls : known) {
            List<String> names = namesOf(tls.identity().leaf());
            if (names.contains(serverName)) {
                return tls;
            }
            if (covering == null && names.contains(wildcard)) {
                covering = tls;
            }
        }
        return covering == null ? known.getFirst() : covering;
    }

    /** The DNS names of a certificate, lower case. */
    public static List<String> namesOf(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> name.getFirst().equals(SAN_DNS))
                            .map(name -> String.valueOf(name.get(1)).toLowerCase(Locale.ROOT))
                            .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }
}
