package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipCall;
import org.edgeways.siptransport.SipUserAgent;

/** A call that goes on while much else happens: what each side sends in its dialog has to come to the other. */
final class StandingCall {
    private static final String SDP = """
            v=0\r
            o=- 1 1 IN IP4 192.0.2.9\r
            s=-\r
            c=IN IP4 192.0.2.9\r
            t=0 0\r
            m=audio 49170 RTP/AVP 0\r
            """;

    /** One side of the call. */
    private record Side(SipUserAgent phone, SipCall call) {}

    private final ExecutorService threads;
    private final Side caller;
    private final Side callee;

    private StandingCall(ExecutorService threads, Side caller, Side callee) {
        this.threads = threads;
        this.caller = caller;
        this.callee = callee;
    }

    /** The first calls, the second answers; both have said something when this returns. */
    static StandingCall between(SipUserAgent first, SipUserAgent second, ExecutorService threads) throws Exception {
        SipCall calling = first.invite(second.settings().addressOfRecord(), SDP);
        Future<SipMessage> answered = threads.submit(calling::awaitAnswer);
        SipCall called = second.awaitCall();
        called.ring();
        called.accept(SDP);
        assertThat(status(answered)).isEqualTo(200);
        StandingCall made = new StandingCall(threads, new Side(first, calling), new Side(second, called));
        made.speak();
        return made;
    }

    /** A request from each side to the other, in the dialog. */
    void speak() throws Exception {
        says(caller, callee);
        says(callee, caller);
    }

    private void says(Side from, Side to) throws Exception {
        Future<SipMessage> answer =
                threads.submit(() -> from.call().request(from.call().newRequest("INFO")));
        to.phone().respond(to.call().awaitInDialog("INFO"), 200, "OK");
        assertThat(status(answer)).isEqualTo(200);
    }

    /** The callee hangs up. */
    void end() throws Exception {
        Future<SipMessage> answer = threads.submit(callee.call()::bye);
        caller.call().awaitBye();
        assertThat(status(answer)).isEqualTo(200);
    }

    private static int status(Future<SipMessage> answer) throws Exception {
        return answer.get(2 * Account.STEP.toSeconds(), TimeUnit.SECONDS).status();
    }
}
