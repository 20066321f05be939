package org.edgeways.interop;

import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;

/** The certificates that a server has shown, as text that {@link OutsideReading} reads like whatever else it has sent. */
final class ShownCertificates {

    /** The first line of each. */
    static final String START_LINE = "certificate";

    static final String SUBJECT = "Subject";
    static final String ISSUER = "Issuer";

    /** One for each name and address, the type of RFC 5280 section 4.2.1.6 left out. */
    static final String ALTERNATIVE_NAME = "Subject-Alternative-Name";

    private ShownCertificates() {}

    /**
     * The chain, the server's own first.
     *
     * @throws CertificateParsingException if the names of one cannot be read
     */
    static byte[] text(Certificate[] chain) throws CertificateParsingException {
        StringBuilder text = new StringBuilder();
        for (Certificate each : chain) {
            X509Certificate certificate = (X509Certificate) each;
            text.append(START_LINE).append("\r\n");
            line(text, SUBJECT, certificate.getSubjectX500Principal().getName());
            line(text, ISSUER, certificate.getIssuerX500Principal().getName());
            var names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                for (List<?> name : names) {
                    line(text, ALTERNATIVE_NAME, value(name.get(1)));
                }
            }
            text.append("\r\n");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Kinds of names that the Java runtime does not read come as they are encoded. */
    private static String value(Object name) {
        return name instanceof byte[] encoded
                ? new String(encoded, StandardCharsets.ISO_8859_1).replaceAll("[\r\n]", ".")
                : name.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(name).append(": ").append(value).append("\r\n");
    }
}
