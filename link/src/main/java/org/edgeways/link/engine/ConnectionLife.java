package org.edgeways.link.engine;

import java.util.Optional;
import org.edgeways.base.TimerQueue;

/**
 * The life of one open connection, the same at both ends: whether it is still alive, and how it comes to its end without
 * breaking off what runs on it.
 *
 * <pre>
 * state     event                                   next      output
 * OPEN      nothing heard for {@code ping}          OPEN      Ping
 * OPEN      drain()                                 DRAINING  GoAway
 * OPEN      GOAWAY of the other end                 DRAINING  –
 * DRAINING  no streams, and {@code drainGrace} over ENDED     Close(DRAINED)
 * DRAINING  {@code drainLimit} over                 ENDED     Close(DRAIN_TIMEOUT)
 * either    nothing heard for {@code pong} after a Ping  ENDED  Close(SILENT)
 * </pre>
 *
 * <p>Anything that comes counts as a sign of life, not only the answer to the PING, which may wait behind much data. If
 * only one direction is dead, the end that hears nothing closes, and its closing travels in the direction that is alive.
 *
 * <p>Times are nanoseconds since 1970. Belongs to the event loop of its connection.
 */
public final class ConnectionLife {

    /** Where it stands. */
    public enum State {
        OPEN,
        DRAINING,
        ENDED
    }

    /** What is to be done with the connection. */
    public sealed interface Action {
        /** Sends a PING. */
        record Ping() implements Action {}

        /** Says that no further streams are taken, without refusing those under way. */
        record GoAway() implements Action {}

        /** Closes it. */
        record Close(LinkErrorCode code) implements Action {}
    }

    private final LinkTimes times;
    private State state = State.OPEN;
    private long heard;
    private long pinged = TimerQueue.NEVER;
    private long drained;
    private int streams;

    /** A connection that has just come up. */
    public ConnectionLife(LinkTimes times, long now) {
        this.times = times;
        this.heard = now;
    }

    /** Where it stands. */
    public State state() {
        return state;
    }

    /** How many streams run on it. */
    public int streams() {
        return streams;
    }

    /** Something came from the other end. */
    public void heard(long now) {
        heard = now;
        pinged = TimerQueue.NEVER;
    }

    /** A stream began. */
    public void streamOpened() {
        streams++;
    }

    /** A stream ended, in whatever way. */
    public Optional<Action> streamEnded(long now) {
        if (streams == 0) {
            throw new IllegalStateException("no stream was open");
        }
        streams--;
        return timeout(now);
    }

    /** This end wants no more of it. */
    public Optional<Action> drain(long now) {
        if (state != State.OPEN) {
            return Optional.empty();
        }
        state = State.DRAINING;
        drained = now;
        return Optional.of(new Action.GoAway());
    }

    /** The other end wants no more of it. */
    public void goAway(long now) {
        if (state == State.OPEN) {
            state = State.DRAINING;
            drained = now;
        }
    }

    /** It is closed: there is nothing left to do. */
    public void ended() {
        state = State.ENDED;
    }

    /** When {@link #timeout} is to be called next. */
    public long nextDeadline() {
        if (state == State.ENDED) {
            return TimerQueue.NEVER;
        }
        long life = pinged == TimerQueue.NEVER
                ? heard + times.ping().toNanos()
                : pinged + times.pong().toNanos();
        return state == State.DRAINING ? Math.min(life, drainDeadline()) : life;
    }

    private long drainDeadline() {
        return drained + (streams == 0 ? times.drainGrace() : times.drainLimit()).toNanos();
    }

    /** What is due now, if anything is. */
    public Optional<Action> timeout(long now) {
        if (state == State.ENDED) {
            return Optional.empty();
        }
        if (state == State.DRAINING && now >= drainDeadline()) {
            return close(streams == 0 ? LinkErrorCode.DRAINED : LinkErrorCode.DRAIN_TIMEOUT);
        }
        if (pinged == TimerQueue.NEVER) {
            if (now - heard < times.ping().toNanos()) {
                return Optional.empty();
            }
            pinged = now;
            return Optional.of(new Action.Ping());
        }
        return now - pinged < times.pong().toNanos() ? Optional.empty() : close(LinkErrorCode.SILENT);
    }

    private Optional<Action> close(LinkErrorCode code) {
        state = State.ENDED;
        return Optional.of(new Action.Close(code));
    }
}
