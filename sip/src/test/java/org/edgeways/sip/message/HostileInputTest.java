package org.edgeways.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.edgeways.base.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What fuzzing and reading with a hostile mind have found, by symptom. */
class HostileInputTest {

    private static ParseOutcome parse(String via) {
        String text = """
                OPTIONS sip:bob@acorn.example SIP/2.0
                Via: %s
                From: <sip:alice@acorn.example>;tag=1
                To: <sip:bob@acorn.example>
                Call-ID: 1
                CSeq: 1 OPTIONS
                Content-Length: 0

                """.formatted(via).replace("\n", "\r\n");
        return SipParser.parse(text.getBytes(StandardCharsets.UTF_8), SipLimits.DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u2003", "\u3000", "\u001f", "\u000b"})
    void aBlankThatIsNoneOfSipsBeforeTheFirstViaThrewWhereTheViaWasRead(String blank) {
        ParseOutcome outcome = parse("," + blank + ", SIP/2.0/TLS a.acorn.example;branch=z9hG4bK1");
        assertThat(outcome).isInstanceOfSatisfying(ParseOutcome.Refused.class, refused -> {
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.reason()).contains("Via");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPTIONS sip:b \u017fIP/2.0", "OPTIONS sip:b S\u0131P/2.0", "\u017fIP/2.0 200 OK"})
    void aVersionOfLettersThatUnicodeTakesForOursWasOurs(String startLine) {
        String text = startLine + "\r\nVia: SIP/2.0/TLS h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\n"
                + "Call-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n";
        assertThat(SipParser.parse(text.getBytes(StandardCharsets.UTF_8), SipLimits.DEFAULT))
                .isInstanceOf(ParseOutcome.Refused.class);
        String ours = text.replace('\u017f', 's').replace('\u0131', 'i');
        assertThat(SipParser.parse(ours.getBytes(StandardCharsets.UTF_8), SipLimits.DEFAULT))
                .isInstanceOf(ParseOutcome.Good.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a,\u2003,b", ",\u2003", "\u3000a, b", "a\u001f, b"})
    void elementsAndTheFirstElementAgree(String value) {
        SipMessage message = SipMessage.request("OPTIONS", "sip:a");
        message.add(HeaderName.of("X-List"), value);
        assertThat(message.firstElement(HeaderName.of("X-List")))
                .isEqualTo(message.elements(HeaderName.of("X-List")).getFirst());
    }

    @Test
    void aUserNameBeyondTheBasicPlaneBecameQuestionMarks() {
        SipUri uri = (SipUri) Uri.parse("sip:%61\uD83D\uDE00@acorn.example").orThrow();
        assertThat(uri.user()).isEqualTo("a\uD83D\uDE00");
        assertThat(uri.addressOfRecord()).isEqualTo("sip:a%F0%9F%98%80@acorn.example");
        assertThat(((SipUri) Uri.parse(uri.addressOfRecord()).orThrow()).addressOfRecord())
                .isEqualTo(uri.addressOfRecord());
    }

    @Test
    void aPasswordWithoutAUserGaveAnAddressOfRecordThatIsNoUri() {
        assertThat(Uri.parse("sip::secret@acorn.example")).isInstanceOf(Result.Bad.class);
        assertThat(Uri.parse("sip:::=c@h;x")).isInstanceOf(Result.Bad.class);
    }

    @Test
    void manyElementsAreTakenOffAtOnceAsOneByOne() {
        for (int count = 0; count < 8; count++) {
            SipMessage atOnce = SipMessage.request("OPTIONS", "sip:a");
            for (String line : List.of(" , ", "<sip:1;lr>, ,<sip:2,x;lr>", "<sip:3>", ",,", "\"4,\" <sip:4>,<sip:5>")) {
                atOnce.add(HeaderName.ROUTE, line);
            }
            List<String> all = atOnce.elements(HeaderName.ROUTE);
            SipMessage oneByOne = atOnce.copy();
            atOnce.removeFirstElements(HeaderName.ROUTE, count);
            for (int i = 0; i < count; i++) {
                oneByOne.removeFirstElement(HeaderName.ROUTE);
            }
            assertThat(atOnce.elements(HeaderName.ROUTE)).isEqualTo(all.subList(Math.min(count, 5), 5));
            assertThat(oneByOne.encode()).isEqualTo(atOnce.encode());
        }
    }
}
