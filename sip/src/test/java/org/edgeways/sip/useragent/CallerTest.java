package org.edgeways.sip.useragent;

import static org.assertj.core.api.Assertions.assertThat;

import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;

/** Calls that the user agent makes (RFC 3261 sections 9.1, 12, 13.2, 15). */
class CallerTest {

    private final AgentBench bench = new AgentBench();

    @Test
    void aCallHasTheRouteSetAndTargetOfItsAnswer() {
        Call call = bench.call();
        SipMessage answer = AgentBench.withContact(bench.wire.request("INVITE"), 200, "bob1");
        answer.add(HeaderName.RECORD_ROUTE, "<sip:near.example;lr>");
        answer.addFirst(HeaderName.RECORD_ROUTE, "<sip:far.example;lr>");
        bench.receive(answer);
        SipMessage ack = bench.wire.request("ACK");
        assertThat(ack.requestUriText()).isEqualTo("sip:bob@192.0.2.2");
        assertThat(ack.elements(HeaderName.ROUTE)).containsExactly("<sip:near.example;lr>", "<sip:far.example;lr>");
        bench.agent.hangUp(call, bench.now());
        SipMessage bye = bench.wire.request("BYE");
        assertThat(bye.cseq().number()).isEqualTo(2);
        bench.answer(bye, 200);
        assertThat(call.state()).isEqualTo(Call.State.ENDED);
        assertThat(bench.agent.dialogCount()).isZero();
    }

    @Test
    void anAnswerThatCrossesTheCancelIsAcknowledgedAndHungUp() {
        Call call = bench.call();
        SipMessage invite = bench.wire.request("INVITE");
        bench.answerWithContact(invite, 180);
        bench.agent.hangUp(call, bench.now());
        assertThat(bench.wire.one().method()).isEqualTo("CANCEL");
        bench.answerWithContact(invite, 200);
        assertThat(bench.wire.takeText()).containsExactly("ACK@0", "BYE@0");
    }

    @Test
    void aCallHungUpBeforeItsChallengeRingsNobody() {
        Call call = bench.call();
        SipMessage invite = bench.wire.request("INVITE");
        bench.agent.hangUp(call, bench.now());
        bench.challenge(invite, AgentBench.CHALLENGE);
        assertThat(bench.wire.takeText()).containsExactly("ACK@0");
        assertThat(call.state()).isEqualTo(Call.State.ENDED);
    }

    @Test
    void aRepeatedSuccessIsAcknowledgedAgainAndOneOfAnotherBranchHungUp() {
        Call call = bench.call();
        SipMessage invite = bench.wire.request("INVITE");
        bench.answerWithContact(invite, 200);
        bench.answerWithContact(invite, 200);
        assertThat(bench.wire.takeText()).containsExactly("ACK@0", "ACK@0");
        bench.receive(AgentBench.withContact(invite, 200, "bob2"));
        SipMessage bye = bench.wire.request("BYE");
        assertThat(bye.toTag()).isEqualTo("bob2");
        assertThat(call.state()).isEqualTo(Call.State.UP);
        assertThat(bench.agent.dialogCount()).isEqualTo(1);
    }

    @Test
    void bothHangUpAtOnce() {
        Call call = bench.callUp();
        bench.agent.hangUp(call, bench.now());
        SipMessage bye = bench.wire.request("BYE");
        bench.receive(AgentBench.inDialog("BYE", call.invite(), 1));
        assertThat(bench.wire.one().status()).isEqualTo(200);
        assertThat(call.state()).isEqualTo(Call.State.ENDED);
        bench.answer(bye, 481);
        assertThat(bench.all(UserAgentEvent.CallEnded.class)).hasSize(1);
        assertThat(bench.agent.dialogCount()).isZero();
    }

    // ---- challenges within the dialog

    @Test
    void aByeSentAgainWithCredentialsHadTheNumberOfTheNextRequest() {
        Call call = bench.callUp();
        bench.agent.send(call, "INFO", null, new byte[0], bench.now());
        SipMessage info = bench.wire.request("INFO");
        bench.challenge(info, AgentBench.CHALLENGE);
        SipMessage again = bench.wire.request("INFO");
        assertThat(again.first(HeaderName.AUTHORIZATION)).contains("n1");
        assertThat(again.cseq().number()).isEqualTo(3);
        bench.agent.hangUp(call, bench.now());
        assertThat(bench.wire.request("BYE").cseq().number()).isEqualTo(4);
    }

    @Test
    void aRequestSentAgainWithCredentialsHadTheNumberOfOneSentMeanwhile() {
        Call call = bench.callUp();
        bench.agent.send(call, "INFO", null, new byte[0], bench.now());
        SipMessage info = bench.wire.request("INFO");
        bench.agent.send(call, "INFO", null, new byte[0], bench.now());
        SipMessage other = bench.wire.request("INFO");
        bench.challenge(info, AgentBench.CHALLENGE);
        SipMessage again = bench.wire.request("INFO");
        bench.challenge(other, AgentBench.CHALLENGE);
        SipMessage otherAgain = bench.wire.request("INFO");
        assertThat(new long[] {
                    info.cseq().number(),
                    other.cseq().number(),
                    again.cseq().number(),
                    otherAgain.cseq().number()
                })
                .containsExactly(2, 3, 4, 5);
    }

    // ---- early dialogs

    @Test
    void aByeToAnEarlyDialogThrowsNothingWhenTheInviteEnds() {
        Call call = bench.call();
        SipMessage invite = bench.wire.request("INVITE");
        bench.answerWithContact(invite, 180);
        bench.receive(AgentBench.inDialog("BYE", invite, 1));
        bench.answerWithContact(invite, 487);
        assertThat(call.state()).isEqualTo(Call.State.ENDED);
    }

    @Test
    void aByeToTheOnlyEarlyDialogEndsTheCallAndNobodyElseRings() {
        Call call = bench.call();
        SipMessage invite = bench.wire.request("INVITE");
        bench.answerWithContact(invite, 180);
        bench.receive(AgentBench.inDialog("BYE", invite, 1));
        assertThat(bench.wire.takeText()).containsExactlyInAnyOrder("200@0", "CANCEL@0");
        assertThat(call.state()).isEqualTo(Call.State.ENDED);
        bench.answerWithContact(invite, 200);
        assertThat(bench.wire.takeText()).containsExactly("ACK@0", "BYE@0");
        assertThat(bench.agent.dialogCount()).isZero();
        assertThat(bench.all(UserAgentEvent.CallEnded.class)).hasSize(1);
    }

    @Test
    void aByeOfOneForkEndedTheCallThatRangElsewhere() {
        Call call = bench.call();
        SipMessage invite = bench.wire.request("INVITE");
        bench.answerWithContact(invite, 180);
        bench.receive(AgentBench.withContact(invite, 180, "bob2"));
        assertThat(bench.agent.dialogCount()).isEqualTo(2);
        bench.receive(AgentBench.inDialog("BYE", invite, 1));
        assertThat(bench.wire.one().status()).isEqualTo(200);
        assertThat(call.state()).isEqualTo(Call.State.CALLING);
        assertThat(bench.agent.dialogCount()).isEqualTo(1);
        bench.receive(AgentBench.withContact(invite, 200, "bob2"));
        assertThat(call.state()).isEqualTo(Call.State.UP);
        bench.wire.take();
        bench.agent.hangUp(call, bench.now());
        assertThat(bench.wire.request("BYE").toTag()).isEqualTo("bob2");
    }

    @Test
    void theEarlyDialogsOfOtherForksGoWhenOneIsConfirmed() {
        Call call = bench.call();
        SipMessage invite = bench.wire.request("INVITE");
        for (String tag : new String[] {"bob1", "bob2", "bob3"}) {
            bench.receive(AgentBench.withContact(invite, 180, tag));
        }
        assertThat(bench.agent.dialogCount()).isEqualTo(3);
        bench.receive(AgentBench.withContact(invite, 200, "bob2"));
        assertThat(bench.agent.dialogCount()).isEqualTo(1);
        bench.wire.take();
        bench.receive(AgentBench.inDialog("INFO", invite, 1, "bob3"));
        assertThat(bench.wire.one().status()).isEqualTo(481);
        bench.receive(AgentBench.inDialog("INFO", invite, 1, "bob2"));
        assertThat(bench.wire.one().status()).isEqualTo(200);
        assertThat(call.state()).isEqualTo(Call.State.UP);
    }

    @Test
    void theEarlyDialogsStayedWhenTheAnswerHadNoUsableContact() {
        Call call = bench.call();
        SipMessage invite = bench.wire.request("INVITE");
        bench.answerWithContact(invite, 180);
        bench.receive(AgentBench.withContact(invite, 180, "bob2"));
        bench.receive(SipMessage.responseTo(invite, 200, "OK", "bob3"));
        assertThat(call.state()).isEqualTo(Call.State.ENDED);
        assertThat(bench.agent.dialogCount()).isZero();
    }

    @Test
    void theEarlyDialogOfAnInviteBeforeItsChallengeWasStillThatOfTheCall() {
        Call call = bench.call();
        SipMessage invite = bench.wire.request("INVITE");
        bench.answerWithContact(invite, 180);
        bench.challenge(invite, AgentBench.CHALLENGE);
        SipMessage again = bench.wire.request("INVITE");
        assertThat(call.dialog()).isNull();
        bench.receive(AgentBench.withContact(again, 180, "bob2"));
        assertThat(call.dialog()).isNotNull();
        assertThat(call.dialog().id().remoteTag()).isEqualTo("bob2");
    }

    @Test
    void aRefusalIsTheEndAndIsTold() {
        Call call = bench.call();
        SipMessage invite = bench.wire.request("INVITE");
        bench.answerWithContact(invite, 183);
        bench.receive(Messages.response(invite, 486));
        assertThat(bench.wire.one().method()).isEqualTo("ACK");
        assertThat(bench.events.getLast()).isEqualTo(new UserAgentEvent.CallEnded(call, 486, "Status 486"));
        assertThat(bench.agent.dialogCount()).isZero();
    }
}
