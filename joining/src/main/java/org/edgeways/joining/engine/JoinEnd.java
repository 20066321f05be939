package org.edgeways.joining.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.base.Result;
import org.edgeways.joining.JoinErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * What both ends of a joining have in common: they read messages, have patience for so long, and say why they refuse.
 *
 * @param <S> what is to be done
 */
abstract sealed class JoinEnd<S> permits InsideJoin, NodeJoin {

    /** How long a joining may take, from the first byte to the last. */
    static final int PATIENCE_SECONDS = 10;

    private final JoinReader reader = new JoinReader();
    private final long deadline;

    /** @param now nanoseconds since 1970 */
    JoinEnd(long now) {
        deadline = now + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
    }

    /** Nothing is to be done any more. */
    abstract boolean hasEnded();

    abstract List<S> take(JoinMessage message, long now);

    abstract S send(JoinMessage message);

    /** @param failure null for none */
    abstract List<S> end(@Nullable JoinErrorCode failure);

    final List<S> refuse(JoinErrorCode code) {
        List<S> steps = new ArrayList<>(List.of(send(new JoinMessage.Refused(code))));
        steps.addAll(end(code));
        return steps;
    }

    /** Takes bytes that came. */
    public final List<S> received(byte[] bytes, long now) {
        List<S> steps = new ArrayList<>();
        if (hasEnded()) {
            return steps;
        }
        reader.add(bytes);
        for (Result<JoinMessage> next = reader.next(); next != null && !hasEnded(); next = reader.next()) {
            steps.addAll(
                    switch (next) {
                        case Result.Bad<JoinMessage> bad -> refuse((JoinErrorCode) bad.code());
                        case Result.Ok<JoinMessage>(JoinMessage message) -> take(message, now);
                    });
        }
        return steps;
    }

    /** The other end sends no more. */
    public final List<S> cut() {
        return hasEnded() ? List.of() : end(JoinErrorCode.CUT);
    }

    /** When {@link #due} wants to be called, in nanoseconds since 1970. */
    public final long nextDeadline() {
        return hasEnded() ? Long.MAX_VALUE : deadline;
    }

    /** Time has passed. */
    public final List<S> due(long now) {
        return hasEnded() || now < deadline ? List.of() : end(JoinErrorCode.TIMED_OUT);
    }
}
