package org.edgeways.sip.transaction;

import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of a request that is no INVITE (RFC 3261 section 17.2.2 with RFC 4320). On reliable transport Timer J
 * is zero.
 *
 * <table>
 * <caption>States</caption>
 * <tr><th>state</th><th>event</th><th>action</th><th>next</th></tr>
 * <tr><td>Trying</td><td>request again</td><td>absorb</td><td>Trying</td></tr>
 * <tr><td>Trying</td><td>when the client's Timer E reaches T2 (3.5 s)</td><td>100</td><td>Proceeding</td></tr>
 * <tr><td>Trying, Proceeding</td><td>user: 1xx</td><td>drop (RFC 4320)</td><td>same</td></tr>
 * <tr><td>Trying, Proceeding</td><td>user: final but 408</td><td>send, Timer J</td><td>Completed</td></tr>
 * <tr><td>Trying, Proceeding</td><td>user: 408</td><td>drop (RFC 4320)</td><td>Terminated</td></tr>
 * <tr><td>Trying, Proceeding</td><td>64*T1 after the request</td><td>tell the user</td><td>Terminated</td></tr>
 * <tr><td>Proceeding</td><td>request again</td><td>100 again</td><td>Proceeding</td></tr>
 * <tr><td>Completed</td><td>request again</td><td>final response again</td><td>Completed</td></tr>
 * <tr><td>Completed</td><td>Timer J</td><td></td><td>Terminated</td></tr>
 * <tr><td>any</td><td>the connection is gone</td><td></td><td>Terminated</td></tr>
 * </table>
 *
 * A BENOTIFY, whose sender wants no response, gets no 100 either.
 */
final class NonInviteServerTransaction extends ServerTransaction {

    private static final String UNANSWERED_METHOD = "BENOTIFY";

    enum State {
        TRYING,
        PROCEEDING,
        COMPLETED,
        TERMINATED
    }

    private State state = State.TRYING;
    private @Nullable SipMessage lastResponse;

    NonInviteServerTransaction(
            TransactionHost host, ServerKey key, SipMessage request, Origin origin, String localTag) {
        super(host, key, request, origin, localTag);
    }

    State state() {
        return state;
    }

    @Override
    public boolean awaitsFinalResponse() {
        return state == State.TRYING || state == State.PROCEEDING;
    }

    @Override
    void start(long now) {
        startLifetime(TimerName.EXPIRY, now + host().timers().transactionLifetime());
        if (!request().method().equals(UNANSWERED_METHOD)) {
            startRepeat(TimerName.TRYING, now + host().timers().lateTrying());
        }
    }

    @Override
    void retransmitted(long now) {
        switch (state) {
            case PROCEEDING, COMPLETED -> {
                if (lastResponse != null) {
                    transmit(lastResponse, now);
                }
            }
            case TRYING, TERMINATED -> {}
        }
    }

    @Override
    boolean respond(SipMessage response, long now) {
        return switch (state) {
            case TRYING, PROCEEDING -> {
                if (response.status() < 200) {
                    yield false;
                }
                if (response.status() == 408) {
                    terminate();
                    yield false;
                }
                complete(response, now);
                yield true;
            }
            case COMPLETED, TERMINATED -> false;
        };
    }

    private void complete(SipMessage response, long now) {
        stopRepeat();
        if (origin().reliable()) {
            terminate();
        } else {
            state = State.COMPLETED;
            lastResponse = response;
            startLifetime(TimerName.J, now + host().timers().transactionLifetime());
        }
        transmit(response, now);
    }

    @Override
    void fired(TimerName timer, long now) {
        switch (state) {
            case TRYING, PROCEEDING -> waitingTimer(timer, now);
            case COMPLETED -> {
                require(TimerName.J, timer, state);
                terminate();
            }
            case TERMINATED -> throw illegal(timer, state);
        }
    }

    private void waitingTimer(TimerName timer, long now) {
        if (timer == TimerName.TRYING) {
            state = State.PROCEEDING;
            SipMessage trying = Trying.to(request());
            lastResponse = trying;
            transmit(trying, now);
        } else {
            require(TimerName.EXPIRY, timer, state);
            host().countTimeout(TimerName.EXPIRY);
            terminate();
            host().user().abandoned(this, now);
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
