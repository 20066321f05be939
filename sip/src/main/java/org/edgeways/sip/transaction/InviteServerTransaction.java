package org.edgeways.sip.transaction;

import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of an INVITE (RFC 3261 section 17.2.1 with RFC 6026 section 7.1). On reliable transport there is no
 * Timer G, and Timer I is zero.
 *
 * <table>
 * <caption>States</caption>
 * <tr><th>state</th><th>event</th><th>action</th><th>next</th></tr>
 * <tr><td>Proceeding</td><td>INVITE again</td><td>last provisional again</td><td>Proceeding</td></tr>
 * <tr><td>Proceeding</td><td>200 ms, none sent yet</td><td>100</td><td>Proceeding</td></tr>
 * <tr><td>Proceeding</td><td>user: 1xx</td><td>send</td><td>Proceeding</td></tr>
 * <tr><td>Proceeding</td><td>user: 2xx</td><td>send, Timer L</td><td>Accepted</td></tr>
 * <tr><td>Proceeding</td><td>user: 300 to 699</td><td>send, Timers G and H</td><td>Completed</td></tr>
 * <tr><td>Proceeding</td><td>ACK</td><td>absorb</td><td>Proceeding</td></tr>
 * <tr><td>Completed</td><td>INVITE again</td><td>final response again</td><td>Completed</td></tr>
 * <tr><td>Completed</td><td>Timer G</td><td>final response again, Timer G doubled up to T2</td><td>Completed</td></tr>
 * <tr><td>Completed</td><td>Timer H</td><td></td><td>Terminated</td></tr>
 * <tr><td>Completed</td><td>ACK</td><td>Timer I</td><td>Confirmed</td></tr>
 * <tr><td>Confirmed</td><td>INVITE or ACK again</td><td>absorb</td><td>Confirmed</td></tr>
 * <tr><td>Confirmed</td><td>Timer I</td><td></td><td>Terminated</td></tr>
 * <tr><td>Accepted</td><td>INVITE again</td><td>absorb</td><td>Accepted</td></tr>
 * <tr><td>Accepted</td><td>user: 2xx</td><td>send</td><td>Accepted</td></tr>
 * <tr><td>Accepted</td><td>ACK</td><td>to the user</td><td>Accepted</td></tr>
 * <tr><td>Accepted</td><td>Timer L, or too many that came over a reliable transport</td><td></td><td>Terminated</td></tr>
 * <tr><td>any</td><td>the connection is gone</td><td></td><td>Terminated</td></tr>
 * </table>
 *
 * Responses of the user that are not in the table are dropped: they come from races that are nobody's fault.
 */
final class InviteServerTransaction extends ServerTransaction {

    /** How long the user may think before the layer says 100. */
    static final long TRYING_AFTER = 200_000_000L;

    enum State {
        PROCEEDING,
        COMPLETED,
        CONFIRMED,
        ACCEPTED,
        TERMINATED
    }

    private State state = State.PROCEEDING;
    private @Nullable SipMessage lastResponse;
    private long interval;

    InviteServerTransaction(TransactionHost host, ServerKey key, SipMessage request, Origin origin, String localTag) {
        super(host, key, request, origin, localTag);
    }

    State state() {
        return state;
    }

    @Override
    public boolean awaitsFinalResponse() {
        return state == State.PROCEEDING;
    }

    @Override
    void start(long now) {
        startRepeat(TimerName.TRYING, now + TRYING_AFTER);
    }

    @Override
    void retransmitted(long now) {
        switch (state) {
            case PROCEEDING, COMPLETED -> {
                if (lastResponse != null) {
                    transmit(lastResponse, now);
                }
            }
            case CONFIRMED, ACCEPTED, TERMINATED -> {}
        }
    }

    @Override
    boolean respond(SipMessage response, long now) {
        boolean success = response.status() >= 200 && response.status() < 300;
        return switch (state) {
            case PROCEEDING -> {
                stopRepeat();
                if (response.status() < 200) {
                    provisional(response, now);
                } else if (success) {
                    accept(response, now);
                } else {
                    complete(response, now);
                }
                yield true;
            }
            case ACCEPTED -> {
                if (success) {
                    transmit(response, now);
                }
                yield success;
            }
            case COMPLETED, CONFIRMED, TERMINATED -> false;
        };
    }

    private void provisional(SipMessage response, long now) {
        lastResponse = response;
        transmit(response, now);
    }

    private void accept(SipMessage response, long now) {
        state = State.ACCEPTED;
        // RFC 6026: the 2xx is the user's to retransmit, so there is no need to keep it
        lastResponse = null;
        keepLittle();
        long until = now + host().timers().transactionLifetime();
        if (origin().reliable()) {
            host().accepted(this, until, now);
        } else {
            // the INVITE may come again, and would be taken for a new one: it must not be forgotten early
            startLifetime(TimerName.L, until);
        }
        transmit(response, now);
    }

    private void complete(SipMessage response, long now) {
        state = State.COMPLETED;
        lastResponse = response;
        startLifetime(TimerName.H, now + host().timers().transactionLifetime());
        if (!origin().reliable()) {
            interval = host().timers().t1();
            startRepeat(TimerName.G, now + interval);
        }
        transmit(response, now);
    }

    /** An ACK that matches this transaction has come. */
    void acknowledged(SipMessage ack, Origin from, long now) {
        switch (state) {
            case COMPLETED -> {
                state = State.CONFIRMED;
                lastResponse = null;
                stopRepeat();
                if (origin().reliable()) {
                    terminate();
                } else {
                    startLifetime(TimerName.I, now + host().timers().t4());
                }
            }
            case ACCEPTED -> host().user().acknowledged(ack, from, now);
            case PROCEEDING, CONFIRMED, TERMINATED -> {}
        }
    }

    @Override
    void fired(TimerName timer, long now) {
        switch (state) {
            case PROCEEDING -> {
                require(TimerName.TRYING, timer, state);
                provisional(Trying.to(request()), now);
            }
            case COMPLETED -> completedTimer(timer, now);
            case CONFIRMED -> {
                require(TimerName.I, timer, state);
                terminate();
            }
            case ACCEPTED -> {
                require(TimerName.L, timer, state);
                terminate();
            }
            case TERMINATED -> throw illegal(timer, state);
        }
    }

    private void completedTimer(TimerName timer, long now) {
        if (timer == TimerName.G && lastResponse != null) {
            transmit(lastResponse, now);
            interval = Math.min(interval * 2, host().timers().t2());
            startRepeat(TimerName.G, now + interval);
        } else {
            require(TimerName.H, timer, state);
            host().countTimeout(TimerName.H);
            terminate();
        }
    }

    @Override
    void abandon() {
        terminate();
    }

    private void terminate() {
        state = State.TERMINATED;
        lastResponse = null;
        end();
    }
}
