package org.edgeways.joining;

import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What a node needs to join, in one file that an administrator carries to it: whom to trust, and how to be trusted once.
 *
 * @param node the name under which it will be known: 1 to 63 letters a-z, digits, hyphens and dots
 * @param enrolment which bundle this is, {@value #ID_DIGITS} hexadecimal digits; no secret
 * @param authority the SHA-256 of the authority's certificate, {@value #FINGERPRINT_DIGITS} hexadecimal digits
 * @param secret works once
 * @param expires from when on it works no more, whole seconds
 * @param listen the node's inside leg: where it waits for the inside
 */
public record Bundle(
        String node,
        String enrolment,
        String authority,
        EnrolmentSecret secret,
        Instant expires,
        InetSocketAddress listen) {

    /** Digits of {@link #enrolment}. */
    public static final int ID_DIGITS = 32;

    /** Digits of {@link #authority}. */
    public static final int FINGERPRINT_DIGITS = 64;

    private static final Pattern NODE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern HEX = Pattern.compile("[0-9a-f]+");

    public Bundle {
        if (!isNodeName(node)
                || !isHex(enrolment, ID_DIGITS)
                || !isHex(authority, FINGERPRINT_DIGITS)
                || !expires.truncatedTo(ChronoUnit.SECONDS).equals(expires)
                || listen.isUnresolved()) {
            throw new IllegalArgumentException("not the parts of a bundle");
        }
    }

    /** True for what can be a node's name: one label, as in the settings. */
    public static boolean isNodeName(String name) {
        return NODE.matcher(name).matches();
    }

    static boolean isHex(String text, int digits) {
        return text.length() == digits && HEX.matcher(text).matches();
    }

    /** What {@link #authority} says of that authority. */
    public static String fingerprint(X509Certificate authority) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(authority.getEncoded()));
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("the certificate has no encoding", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    /** True at {@code now} if it works no more. */
    public boolean isExpired(Instant now) {
        return !now.isBefore(expires);
    }
}
