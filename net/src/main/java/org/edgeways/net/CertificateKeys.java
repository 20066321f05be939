package org.edgeways.net;

import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
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

    private static final String SIGNATURE = "SHA256withECDSA";
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

    /**
     * The signature (ECDSA with SHA-256) of {@code content} with such a key.
     *
     * @param content begins with a word in ASCII that says what it is for; a certificate or request begins otherwise
     */
    public static byte[] sign(PrivateKey key, byte[] content) {
        try {
            Signature signature = Signature.getInstance(SIGNATURE);
            signature.initSign(key);
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign with that key", e);
        }
    }

    /** True if {@code signature} of {@code content} was made with the key of that certificate; one that cannot be read was not. */
    public static boolean isSignedBy(X509Certificate certificate, byte[] content, byte[] signature) {
        try {
            Signature verifying = Signature.getInstance(SIGNATURE);
            verifying.initVerify(certificate.getPublicKey());
            verifying.update(content);
            return verifying.verify(signature);
        } catch (GeneralSecurityException notOfThatKind) {
            return false;
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
