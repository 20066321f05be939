package org.edgeways.net;

import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Keys that certificates are for, and what certificates say. */
public final class CertificateKeys {

    private static final int SAN_DNS = 2;
    private static final int SAN_ADDRESS = 7;

    private CertificateKeys() {}

    /** A new EC key on P-256. */
    public static KeyPair make(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("P-256 is part of every JDK", e);
        }
    }

    /** True if {@code authority} signed that certificate. */
    public static boolean isIssuedBy(X509Certificate certificate, X509Certificate authority) {
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** The DNS names, lower case, and addresses, as the Java runtime writes them, that a certificate is for. */
    public static Set<String> names(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? Set.of()
                    : names.stream()
                            .filter(name -> name.getFirst().equals(SAN_DNS)
                                    || name.getFirst().equals(SAN_ADDRESS))
                            .map(name -> String.valueOf(name.get(1)).toLowerCase(Locale.ROOT))
                            .collect(Collectors.toSet());
        } catch (CertificateParsingException e) {
            return Set.of();
        }
    }

    /** Whether a certificate is for that host, a DNS name or an address literal, in brackets or not. */
    public static boolean isFor(X509Certificate certificate, String written) {
        String host =
                written.startsWith("[") && written.endsWith("]") ? written.substring(1, written.length() - 1) : written;
        Set<String> names = names(certificate);
        try {
            return names.contains(InetAddress.ofLiteral(host).getHostAddress());
        } catch (IllegalArgumentException name) {
            return names.contains(host.toLowerCase(Locale.ROOT));
        }
    }
}
