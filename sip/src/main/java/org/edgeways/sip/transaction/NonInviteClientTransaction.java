package org.edgeways.sip.transaction;

import org.edgeways.sip.message.SipMessage;

/**
 * The client's side of a request that is no INVITE (RFC 3261 section 17.1.2). On reliable transport there is no Timer E,
 * and Timer K is zero.
 *
 * <table>
 * <caption>States</caption>
 * <tr><th>state</th><th>event</th><th>action</th><th>next</th></tr>
 * <tr><td>Trying</td><td>Timer E</td><td>request again, Timer E doubled up to T2</td><td>Trying</td></tr>
 * <tr><td>Trying</td><td>1xx</td><td>to the user</td><td>Proceeding</td></tr>
 * <tr><td>Proceeding</td><td>Timer E</td><td>request again, Timer E is T2</td><td>Proceeding</td></tr>
 * <tr><td>Proceeding</td><td>1xx</td><td>to the user</td><td>Proceeding</td></tr>
 * <tr><td>Trying, Proceeding</td><td>Timer F</td><td>timed out</td><td>Terminated</td></tr>
 * <tr><td>Trying, Proceeding</td><td>transport failure</td><td>tell the user</td><td>Terminated</td></tr>
 * <tr><td>Trying, Proceeding</td><td>200 to 699</td><td>to the user, Timer K</td><td>Completed</td></tr>
 * <tr><td>Completed</td><td>any response</td><td>absorb</td><td>Completed</td></tr>
 * <tr><td>Completed</td><td>Timer K</td><td></td><td>Terminated</td></tr>
 * </table>
 *
 * The layer's own CANCELs run here too; their outcome is told to nobody.
 */
final class NonInviteClientTransaction extends ClientTransaction {

    enum State {
        TRYING,
        PROCEEDING,
        COMPLETED,
        TERMINATED
    }

    private State state = State.TRYING;
    private long interval;

    NonInviteClientTransaction(TransactionHost host, SipMessage request, Destination destination) {
        super(host, request, destination);
    }

    State state() {
        return state;
    }

    boolean isCancel() {
        return request().method().equals("CANCEL");
    }

    @Override
    public boolean awaitsFinalResponse() {
        return state == State.TRYING || state == State.PROCEEDING;
    }

    @Override
    public boolean isProceeding() {
        return state == State.PROCEEDING;
    }

    @Override
    void start(long now) {
        startLifetime(TimerName.F, now + host().timers().transactionLifetime());
        if (!reliable()) {
            interval = host().timers().t1();
            startRepeat(TimerName.E, now + interval);
        }
        host().transmit(request(), sameHop(), now);
    }

    @Override
    void received(SipMessage response, long now) {
        switch (state) {
            case TRYING, PROCEEDING -> {
                if (response.status() < 200) {
                    state = State.PROCEEDING;
                } else {
                    complete(now);
                }
                if (!isCancel()) {
                    host().user().response(this, response, now);
                }
            }
            case COMPLETED, TERMINATED -> {}
        }
    }

    private void complete(long now) {
        stopRepeat();
        if (reliable()) {
            terminate();
        } else {
            state = State.COMPLETED;
            startLifetime(TimerName.K, now + host().timers().t4());
        }
    }

    @Override
    void failed(TransportFailure failure, long now) {
        switch (state) {
            case TRYING, PROCEEDING -> {
                terminate();
                if (!isCancel()) {
                    host().user().transportFailed(this, failure, now);
                }
            }
            case COMPLETED, TERMINATED -> {}
        }
    }

    @Override
    void fired(TimerName timer, long now) {
        switch (state) {
            case TRYING, PROCEEDING -> waitingTimer(timer, now);
            case COMPLETED -> {
                require(TimerName.K, timer, state);
                terminate();
            }
            case TERMINATED -> throw illegal(timer, state);
        }
    }

    private void waitingTimer(TimerName timer, long now) {
        if (timer == TimerName.E) {
            long t2 = host().timers().t2();
            interval = state == State.PROCEEDING ? t2 : Math.min(interval * 2, t2);
            startRepeat(TimerName.E, now + interval);
            host().transmit(request(), sameHop(), now);
        } else {
            require(TimerName.F, timer, state);
            host().countTimeout(TimerName.F);
            terminate();
            if (!isCancel()) {
                host().user().timedOut(this, now);
            }
        }
    }

    private void terminate() {
        state = State.TERMINATED;
        end();
    }
}
