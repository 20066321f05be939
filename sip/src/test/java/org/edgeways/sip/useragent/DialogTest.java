package org.edgeways.sip.useragent;

import static org.assertj.core.api.Assertions.assertThat;

import org.edgeways.base.Result;
import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;

/** What the requests of a dialog carry (RFC 3261 sections 12.1, 12.2.1.1, 13.2.2.4). */
class DialogTest {

    private final SipMessage invite = Messages.request("INVITE");

    private Dialog ofCaller(String... recordRoutes) {
        return Dialog.ofClient(invite, answer(recordRoutes)).orThrow();
    }

    /** Bob's 2xx. */
    private SipMessage answer(String... recordRoutes) {
        SipMessage answer = Messages.response(invite, 200);
        answer.add(HeaderName.CONTACT, "<sip:bob@192.0.2.2>");
        for (String route : recordRoutes) {
            answer.add(HeaderName.RECORD_ROUTE, route);
        }
        return answer;
    }

    private static void expectRoute(SipMessage request, String uri, String... routes) {
        assertThat(request.requestUriText()).isEqualTo(uri);
        assertThat(request.elements(HeaderName.ROUTE)).containsExactly(routes);
    }

    @Test
    void theCallersRouteSetIsTheRecordRouteTurnedRound() {
        Dialog dialog = ofCaller("<sip:far.example;lr>, <sip:near.example;lr>");
        expectRoute(dialog.request("BYE"), "sip:bob@192.0.2.2", "<sip:near.example;lr>", "<sip:far.example;lr>");
    }

    @Test
    void theCalleesRouteSetIsTheRecordRouteAsItCame() {
        invite.add(HeaderName.RECORD_ROUTE, "<sip:near.example;lr>, <sip:far.example;lr>");
        SipMessage bye = Dialog.ofServer(invite, "ours").orThrow().request("BYE");
        expectRoute(bye, "sip:alice@192.0.2.1:5060", "<sip:near.example;lr>", "<sip:far.example;lr>");
        assertThat(bye.from()).hasToString("<sip:bob@acorn.example>;tag=ours");
        assertThat(bye.to()).isEqualTo(invite.from());
        assertThat(bye.cseq()).hasToString("1 BYE");
    }

    @Test
    void aStrictRouterFindsItselfInTheRequestUri() {
        Dialog dialog = ofCaller("<sip:far.example;lr>", "<sip:strict.example;method=INVITE;x=1?Subject=no>");
        expectRoute(dialog.request("BYE"), "sip:strict.example;x=1", "<sip:far.example;lr>", "<sip:bob@192.0.2.2>");
    }

    @Test
    void numbersCountOnFromTheInvite() {
        Dialog dialog = ofCaller();
        assertThat(dialog.request("INFO").cseq().number()).isEqualTo(2);
        assertThat(dialog.nextSequence()).as("for the same with credentials").isEqualTo(3);
        assertThat(dialog.request("BYE").cseq().number()).isEqualTo(4);
    }

    @Test
    void theAckHasTheNumberAndTheCredentialsOfItsInvite() {
        invite.add(HeaderName.PROXY_AUTHORIZATION, "Digest username=\"alice\"");
        Dialog dialog = ofCaller("<sip:near.example;lr>");
        dialog.request("INFO");
        SipMessage ack = dialog.acknowledgement(invite);
        expectRoute(ack, "sip:bob@192.0.2.2", "<sip:near.example;lr>");
        assertThat(ack.cseq()).hasToString("1 ACK");
        assertThat(ack.to().tag()).isEqualTo("bob1");
        assertThat(ack.values(HeaderName.PROXY_AUTHORIZATION)).containsExactly("Digest username=\"alice\"");
        assertThat(ack.has(HeaderName.AUTHORIZATION)).isFalse();
        assertThat(dialog.request("BYE").cseq().number()).isEqualTo(3);
    }

    @Test
    void withoutOneContactOrAReadableRouteThereIsNoDialog() {
        SipMessage without = answer();
        without.remove(HeaderName.CONTACT);
        SipMessage two = answer();
        two.add(HeaderName.CONTACT, "<sip:bob@192.0.2.3>");
        SipMessage telephone = answer();
        telephone.set(HeaderName.CONTACT, "<tel:+1234>");
        for (SipMessage unusable : new SipMessage[] {without, two, telephone, answer("<sip:half")}) {
            assertThat(Dialog.ofClient(invite, unusable)).isInstanceOf(Result.Bad.class);
        }
    }
}
