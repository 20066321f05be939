package org.edgeways.control;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.edgeways.base.Counters;
import org.edgeways.base.IoReason;
import org.edgeways.base.LogText;
import org.edgeways.net.Pem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate revocation list of the authority (RFC 5280 section 5), a file beside its certificate: for SIP servers that nodes dial,
 * which nobody of ours tells what is refused. Written anew when something else is refused, and every day, so that one that is
 * fetched now and then is good until the next time. On the desk. Counts {@code control_revocations_written} and
 * {@code control_revocations_not_written}.
 */
final class RevocationList {

    /** How long it is good: who still has it after that trusts nobody of the authority any more. */
    static final Duration VALIDITY = Duration.ofDays(30);

    /** How often it is written though nothing has changed. */
    static final Duration AGAIN = Duration.ofDays(1);

    /** When it is tried again if it could not be written. */
    static final Duration RETRY = Duration.ofMinutes(10);

    private static final String FILE = "authority.crl";
    private static final Logger LOG = LoggerFactory.getLogger(RevocationList.class);

    private final Path file;
    private final Authority authority;
    private final Ledger ledger;
    private final InstantSource clock;
    private final Counters counters;
    private Set<BigInteger> listed = Set.of();
    private Instant due = Instant.EPOCH;
    private String text = "";

    /** @param directory of the authority's files */
    RevocationList(Path directory, Authority authority, Ledger ledger, InstantSource clock, Counters counters) {
        this.file = directory.resolve(FILE);
        this.authority = authority;
        this.ledger = ledger;
        this.clock = clock;
        this.counters = counters;
    }

    /** Writes it if it is time, or if other certificates are refused than the last time. */
    void keep() {
        Set<BigInteger> refused = ledger.refused();
        Instant now = clock.instant();
        if (refused.equals(listed) && now.isBefore(due)) {
            return;
        }
        text = Pem.revocationsText(authority
                .certificates()
                .revocations(ledger.refusals(), now, now.plus(VALIDITY), BigInteger.valueOf(now.toEpochMilli())));
        listed = refused;
        try {
            Pem.writeRevocations(file, text);
            due = now.plus(AGAIN);
            counters.counter("control_revocations_written").increment();
        } catch (IOException e) {
            due = now.plus(RETRY);
            counters.counter("control_revocations_not_written").increment();
            LOG.error(
                    "event=control-revocations-not-written code={} reason=\"{}\"",
                    ControlErrorCode.REVOCATIONS_NOT_WRITTEN.code(),
                    LogText.clean(IoReason.of(e)));
        }
    }

    /** As it is now, in PEM. */
    String text() {
        return text;
    }
}
