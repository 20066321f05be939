package org.edgeways.net;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/** When a certificate is to be replaced by another: when two thirds of its life are over. */
public final class RenewalTime {

    private RenewalTime() {}

    /** From then on. */
    public static Instant of(X509Certificate certificate) {
        Instant begin = certificate.getNotBefore().toInstant();
        Duration life = Duration.between(begin, certificate.getNotAfter().toInstant());
        return begin.plus(life.multipliedBy(2).dividedBy(3));
    }
}
