package org.edgeways.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Branches, marks of Via, and answers without a transaction. */
class TransactionPartsTest {

    private static SipMessage withVia(String via) {
        SipMessage request = Messages.request("OPTIONS");
        request.set(HeaderName.VIA, via);
        return request;
    }

    private static String marked(String via, String address, int port) {
        SipMessage request = withVia(via);
        ReceivedVia.mark(request, address, port);
        return request.topVia().toString();
    }

    @Test
    void aBranchTellsItsShardAndItsLoopPart() {
        SplittableRandom random = new SplittableRandom(1);
        String branch = Branches.create(71, random);
        assertThat(branch).matches("z9hG4bK-1z-[0-9a-v]{16}");
        assertThat(Branches.shardOf(branch)).isEqualTo(71);
        assertThat(Branches.loopPartOf(branch)).isNull();
        String looped = Branches.create(0, random, "abc");
        assertThat(Branches.shardOf(looped)).isZero();
        assertThat(Branches.loopPartOf(looped)).isEqualTo("abc");
        assertThat(Branches.create(0, random)).isNotEqualTo(Branches.create(0, random));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "z9hG4bK",
                "z9hG4bK-",
                "z9hG4bK--x",
                "z9hG4bKabc-d",
                "z9hG4bK-12",
                "z9hG4bK-!-x",
                "z9hG4bK-12345-x",
                "1-2-3"
            })
    void aForeignBranchHasNoShard(String branch) {
        assertThat(Branches.shardOf(branch)).isEqualTo(Branches.NO_SHARD);
    }

    @Test
    void noBranchHasNoShard() {
        assertThat(Branches.shardOf(null)).isEqualTo(Branches.NO_SHARD);
        assertThat(Branches.loopPartOf(null)).isNull();
    }

    @Test
    void receivedIsAddedIfTheAddressDiffers() {
        assertThat(marked("SIP/2.0/TLS 192.0.2.1:5060;branch=z9hG4bK1", "198.51.100.7", 4711))
                .isEqualTo("SIP/2.0/TLS 192.0.2.1:5060;branch=z9hG4bK1;received=198.51.100.7");
        assertThat(marked("SIP/2.0/WSS abc.invalid;branch=z9hG4bK1", "2001:db8::1", 4711))
                .isEqualTo("SIP/2.0/WSS abc.invalid;branch=z9hG4bK1;received=2001:db8::1");
    }

    @Test
    void aViaThatTellsTheTruthIsLeftAlone() {
        assertThat(marked("SIP/2.0/TLS 192.0.2.1:5060;branch=z9hG4bK1", "192.0.2.1", 5060))
                .isEqualTo("SIP/2.0/TLS 192.0.2.1:5060;branch=z9hG4bK1");
        assertThat(marked("SIP/2.0/TLS [2001:DB8::1]:5061;branch=z9hG4bK1", "2001:db8::1", 5060))
                .isEqualTo("SIP/2.0/TLS [2001:DB8::1]:5061;branch=z9hG4bK1");
    }

    @Test
    void rportIsFilledInTogetherWithReceived() {
        assertThat(marked("SIP/2.0/TLS 192.0.2.1:5060;branch=z9hG4bK1;rport;alias", "192.0.2.1", 4711))
                .contains(";rport=4711")
                .contains(";received=192.0.2.1")
                .contains(";alias");
    }

    @Test
    void whatTheSenderWroteThereIsReplaced() {
        assertThat(marked("SIP/2.0/TLS 192.0.2.1;branch=z9hG4bK1;received=10.0.0.1", "192.0.2.1", 4711))
                .isEqualTo("SIP/2.0/TLS 192.0.2.1;branch=z9hG4bK1");
        assertThat(marked("SIP/2.0/TLS 192.0.2.1;rport=99;received=10.0.0.1;branch=z9hG4bK1", "192.0.2.9", 4711))
                .contains("rport=4711")
                .contains("received=192.0.2.9")
                .doesNotContain("10.0.0.1");
    }

    @Test
    void onlyTheTopmostViaIsMarked() {
        SipMessage request = withVia("SIP/2.0/TLS a.example;branch=z9hG4bK2, SIP/2.0/TLS b.example;branch=z9hG4bK1");
        ReceivedVia.mark(request, "192.0.2.1", 1);
        assertThat(request.elements(HeaderName.VIA))
                .containsExactly(
                        "SIP/2.0/TLS a.example;branch=z9hG4bK2;received=192.0.2.1",
                        "SIP/2.0/TLS b.example;branch=z9hG4bK1");
    }

    @Test
    void aStatelessAnswerHasTheSameTagEachTime() {
        SipMessage first = StatelessAnswer.to(Messages.request("OPTIONS"), 503, "Service Unavailable");
        SipMessage again = StatelessAnswer.to(Messages.request("OPTIONS"), 503, "Service Unavailable");
        SipMessage other = StatelessAnswer.to(Messages.request("MESSAGE"), 503, "Service Unavailable");
        assertThat(first.toTag()).isNotNull().isEqualTo(again.toTag()).isNotEqualTo(other.toTag());
        assertThat(first.encode()).isEqualTo(again.encode());
    }

    @Test
    void acksAndResponsesAreNotAnswered() {
        SipMessage invite = Messages.request("INVITE");
        assertThat(StatelessAnswer.to(Messages.ack(invite), 400, "Bad Request")).isNull();
        assertThat(StatelessAnswer.to(Messages.response(invite, 200), 400, "Bad Request"))
                .isNull();
    }

    @Test
    void aRefusedRequestIsAnsweredWithWhatTheParserSays() {
        String text = """
                OPTIONS sip:bob@acorn.example SIP/2.0
                Via: SIP/2.0/TLS 192.0.2.1;branch=z9hG4bK1
                From: <sip:alice@acorn.example>;tag=a
                To: <sip:bob@acorn.example>
                Call-ID: 1
                CSeq: 1 INVITE
                Content-Length: 0

                """.replace("\n", "\r\n");
        ParseOutcome outcome = SipParser.parse(text.getBytes(StandardCharsets.UTF_8), SipLimits.DEFAULT);
        assertThat(outcome).isInstanceOf(ParseOutcome.Refused.class);
        SipMessage answer = StatelessAnswer.to((ParseOutcome.Refused) outcome);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.first(HeaderName.VIA)).contains("z9hG4bK1");
    }
}
