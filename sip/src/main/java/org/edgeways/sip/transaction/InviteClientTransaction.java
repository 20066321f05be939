package org.edgeways.sip.transaction;

import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of an INVITE (RFC 3261 section 17.1.1 with RFC 6026 section 7.2, and the CANCEL of section 9.1). On
 * reliable transport there is no Timer A, and Timer D is zero.
 *
 * <table>
 * <caption>States</caption>
 * <tr><th>state</th><th>event</th><th>action</th><th>next</th></tr>
 * <tr><td>Calling</td><td>Timer A</td><td>INVITE again, Timer A doubled</td><td>Calling</td></tr>
 * <tr><td>Calling</td><td>Timer B</td><td>timed out</td><td>Terminated</td></tr>
 * <tr><td>Calling</td><td>user: cancel</td><td>remember</td><td>Calling</td></tr>
 * <tr><td>Calling</td><td>1xx</td><td>to the user; CANCEL and Timer "cancelled" if remembered</td>
 *     <td>Proceeding</td></tr>
 * <tr><td>Proceeding</td><td>1xx</td><td>to the user</td><td>Proceeding</td></tr>
 * <tr><td>Proceeding</td><td>user: cancel</td><td>CANCEL, Timer "cancelled"</td><td>Proceeding</td></tr>
 * <tr><td>Proceeding</td><td>Timer "cancelled" (64*T1)</td><td>timed out</td><td>Terminated</td></tr>
 * <tr><td>Calling, Proceeding</td><td>2xx</td><td>to the user, Timer M</td><td>Accepted</td></tr>
 * <tr><td>Calling, Proceeding</td><td>300 to 699</td><td>ACK, to the user, Timer D</td><td>Completed</td></tr>
 * <tr><td>Calling, Proceeding</td><td>transport failure</td><td>tell the user</td><td>Terminated</td></tr>
 * <tr><td>Completed</td><td>300 to 699</td><td>ACK again</td><td>Completed</td></tr>
 * <tr><td>Completed</td><td>transport failure, Timer D</td><td></td><td>Terminated</td></tr>
 * <tr><td>Accepted</td><td>2xx</td><td>to the user</td><td>Accepted</td></tr>
 * <tr><td>Accepted</td><td>Timer M, or too many of them</td><td></td><td>Terminated</td></tr>
 * </table>
 *
 * What is not in the table (a provisional response after the final one) is absorbed.
 */
final class InviteClientTransaction extends ClientTransaction {

    enum State {
        CALLING,
        PROCEEDING,
        COMPLETED,
        ACCEPTED,
        TERMINATED
    }

    private State state = State.CALLING;
    private long interval;
    private boolean cancelWanted;
    private boolean cancelSent;
    private @Nullable String cancelReason;
    private @Nullable SipMessage ack;

    InviteClientTransaction(TransactionHost host, SipMessage request, Destination destination) {
        super(host, request, destination);
    }

    State state() {
        return state;
    }

    @Override
    public boolean awaitsFinalResponse() {
        return state == State.CALLING || state == State.PROCEEDING;
    }

    @Override
    public boolean isProceeding() {
        return state == State.PROCEEDING;
    }

    @Override
    void start(long now) {
        startLifetime(TimerName.B, now + host().timers().transactionLifetime());
        if (!reliable()) {
            interval = host().timers().t1();
            startRepeat(TimerName.A, now + interval);
        }
        host().transmit(request(), sameHop(), now);
    }

    @Override
    void received(SipMessage response, long now) {
        switch (state) {
            case CALLING, PROCEEDING -> {
                if (response.status() < 200) {
                    provisional(response, now);
                } else if (response.status() < 300) {
                    accepted(response, now);
                } else {
                    completed(response, now);
                }
            }
            case COMPLETED -> {
                if (response.status() >= 300 && ack != null) {
                    host().transmit(ack, sameHop(), now);
                }
            }
            case ACCEPTED -> {
                if (response.status() >= 200 && response.status() < 300) {
                    host().user().response(this, response, now);
                }
            }
            case TERMINATED -> {}
        }
    }

    private void provisional(SipMessage response, long now) {
        if (state == State.CALLING) {
            state = State.PROCEEDING;
            stopRepeat();
            stopLifetime();
        }
        host().user().response(this, response, now);
        if (cancelWanted && state == State.PROCEEDING) {
            sendCancel(now);
        }
    }

    private void accepted(SipMessage response, long now) {
        state = State.ACCEPTED;
        forgetRequest();
        stopRepeat();
        stopLifetime();
        host().accepted(this, now + host().timers().transactionLifetime(), now);
        host().user().response(this, response, now);
    }

    private void completed(SipMessage response, long now) {
        stopRepeat();
        SipMessage acknowledgement = CompanionRequest.ack(request(), response);
        if (reliable()) {
            terminate();
        } else {
            state = State.COMPLETED;
            ack = acknowledgement;
            startLifetime(TimerName.D, now + host().timers().timerD());
        }
        host().transmit(acknowledgement, sameHop(), now);
        host().user().response(this, response, now);
    }

    /** The user cancels (section 9.1). */
    void cancel(@Nullable String reason, long now) {
        if (!awaitsFinalResponse() || cancelWanted) {
            return;
        }
        cancelWanted = true;
        cancelReason = reason;
        if (state == State.PROCEEDING) {
            sendCancel(now);
        }
    }

    private void sendCancel(long now) {
        if (cancelSent) {
            return;
        }
        cancelSent = true;
        startLifetime(TimerName.CANCELLED, now + host().timers().transactionLifetime());
        host().sendCancel(CompanionRequest.cancel(request(), cancelReason), this, now);
    }

    @Override
    void failed(TransportFailure failure, long now) {
        switch (state) {
            case CALLING, PROCEEDING -> {
                terminate();
                host().user().transportFailed(this, failure, now);
            }
            case COMPLETED -> terminate();
            case ACCEPTED, TERMINATED -> {}
        }
    }

    @Override
    void fired(TimerName timer, long now) {
        switch (state) {
            case CALLING -> callingTimer(timer, now);
            case PROCEEDING -> {
                require(TimerName.CANCELLED, timer, state);
                giveUp(timer, now);
            }
            case COMPLETED -> {
                require(TimerName.D, timer, state);
                terminate();
            }
            case ACCEPTED -> {
                require(TimerName.M, timer, state);
                terminate();
            }
            case TERMINATED -> throw illegal(timer, state);
        }
    }

    private void callingTimer(TimerName timer, long now) {
        if (timer == TimerName.A) {
            interval *= 2;
            startRepeat(TimerName.A, now + interval);
            host().transmit(request(), sameHop(), now);
        } else {
            require(TimerName.B, timer, state);
            giveUp(timer, now);
        }
    }

    private void giveUp(TimerName timer, long now) {
        host().countTimeout(timer);
        terminate();
        host().user().timedOut(this, now);
    }

    private void terminate() {
        state = State.TERMINATED;
        ack = null;
        end();
    }
}
