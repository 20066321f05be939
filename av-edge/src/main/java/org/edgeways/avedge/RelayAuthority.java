package org.edgeways.avedge;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.UnaryOperator;
import org.edgeways.base.Counters;
import org.edgeways.base.LineRate;
import org.edgeways.base.LogText;
import org.edgeways.base.Result;
import org.edgeways.tokens.RelayUser;
import org.edgeways.tokens.RelayVerifier;
import org.edgeways.tokens.TokensErrorCode;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.engine.Credentials;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the credentials that the inside has made, by the keys that the node has at the moment. A refusal is counted and logged with what
 * the client is not told: why. Safe for several threads.
 */
public final class RelayAuthority implements Credentials, UnaryOperator<String> {

    private static final Logger LOG = LoggerFactory.getLogger(AvEdge.class);
    private static final long SECOND = 1_000_000_000L;

    /** Whose credentials are, in the numbers by which they are withdrawn. */
    private record Numbered(String username, RelayUser user, int key) implements Holder {}

    private final Counters counters;
    private final InstantSource wall;
    private final LineRate lines;
    private volatile RelayVerifier verifier;

    /**
     * By these keys.
     *
     * @param wall the time by which credentials are over; the host's, also when it is set right while this runs
     */
    public RelayAuthority(RelayVerifier verifier, Counters counters, InstantSource wall) {
        this.verifier = verifier;
        this.counters = counters;
        this.wall = wall;
        this.lines = new LineRate(counters.counter("av_edge_log_lines_suppressed"));
    }

    /** From now on these keys and this list hold. Allocations of those who are refused by it are to be ended: {@link AvEdge#end}. */
    public void use(RelayVerifier next) {
        next.takeOver(verifier);
        verifier = next;
    }

    /**
     * Whether what somebody has of {@link #find} has been taken back: for {@link AvEdge#end}, after {@link #use}. Opens no user name.
     */
    public boolean isRevoked(Holder holder) {
        return !(holder instanceof Numbered(String _, RelayUser user, int key)) || verifier.isRevoked(user, key);
    }

    /** All but the signature of the user name: a forged one costs no more than a wrong password. */
    @Override
    public Answer find(Shown shown, long now) {
        return switch (verifier.claim(shown.username(), shown.ongoing(), today())) {
            case Result.Ok<RelayVerifier.Known>(RelayVerifier.Known known) ->
                new Answer.Known(known.password(), new Numbered(shown.username(), known.user(), known.key()));
            case Result.Bad<RelayVerifier.Known> bad -> {
                tell(shown.username(), bad, now);
                yield new Answer.Refused(
                        bad.code() == TokensErrorCode.RELAY_CREDENTIALS_EXPIRED
                                ? TurnErrorCode.CREDENTIALS_EXPIRED
                                : TurnErrorCode.USER_UNKNOWN);
            }
        };
    }

    @Override
    public boolean isGenuine(Shown shown, long now) {
        if (verifier.check(shown.username(), shown.ongoing(), today()) instanceof Result.Bad<RelayVerifier.Known> bad) {
            tell(shown.username(), bad, now);
            return false;
        }
        return true;
    }

    private void tell(String username, Result.Bad<RelayVerifier.Known> bad, long now) {
        counters.counter("av_edge_credentials_refused", "code", bad.code().code())
                .increment();
        if (lines.mayWrite(now)) {
            LOG.info(
                    "event=av-edge-credentials-refused code={} user=\"{}\" why=\"{}\"",
                    bad.code().code(),
                    LogText.clean(username),
                    LogText.clean(bad.reason()));
        }
    }

    /** Nanoseconds since 1970. */
    private long today() {
        Instant instant = wall.instant();
        return instant.getEpochSecond() * SECOND + instant.getNano();
    }

    /** Whose a user name that is good is: the number of the person. */
    @Override
    public String apply(String username) {
        return switch (verifier.check(username, today())) {
            case Result.Ok<RelayVerifier.Known>(RelayVerifier.Known known) ->
                Long.toString(known.user().person());
            case Result.Bad<RelayVerifier.Known> bad -> username; // taken back this moment
        };
    }
}
