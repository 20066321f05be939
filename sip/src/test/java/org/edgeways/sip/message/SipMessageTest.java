package org.edgeways.sip.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.edgeways.base.Result;
import org.junit.jupiter.api.Test;

class SipMessageTest {

    private static final String INVITE = """
            INVITE sip:bob@biloxi.example;transport=tls SIP/2.0
            v: SIP/2.0/TLS pc33.atlanta.example:5061;branch=z9hG4bKnashds8;rport, SIP/2.0/TLS h2
            VIA : SIP/2.0/UDP [2001:db8::9]:5060;branch=z9hG4bKx
            Max-Forwards: 70
            t: "Bob, of B" <sip:bob@biloxi.example>
            From: Alice
              <sip:alice@atlanta.example>;tag=1928301774
            Call-ID: a84b4c76e66710
            CSeq: 314159 INVITE
            Route: <sip:one.example;lr>, <sip:two.example;lr>
            X-Odd:  kept   as is\s
            Content-Length: 4

            body""".replace("\n", "\r\n");

    @Test
    void goesOutByteForByteAsItCameIn() {
        SipMessage message = parse(INVITE);
        assertThat(text(message)).isEqualTo(INVITE);
        assertThat(message.method()).isEqualTo("INVITE");
        assertThat(message.topVia().branch()).isEqualTo("z9hG4bKnashds8");
        assertThat(message.topVia().parameters().has("rport")).isTrue();
        assertThat(message.vias().orThrow()).hasSize(3);
        assertThat(message.vias().orThrow().getLast().host()).isEqualTo("[2001:db8::9]");
        assertThat(message.to().plainDisplayName()).isEqualTo("Bob, of B");
        assertThat(message.fromTag()).isEqualTo("1928301774");
        assertThat(message.toTag()).isNull();
        assertThat(message.cseq()).isEqualTo(new CSeq(314159, "INVITE"));
        assertThat(message.addresses(HeaderName.ROUTE).orThrow()).hasSize(2);
        assertThat(message.body()).isEqualTo("body".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void whatIsPackedIsEnoughForResponses() {
        SipMessage message = parse(INVITE);
        message.addFirst(HeaderName.VIA, "SIP/2.0/TLS edge.example;branch=z9hG4bKnew");
        SipMessage request = SipMessage.unpacked(message.packed());
        assertThat(text(SipMessage.responseTo(request, 200, "OK", "tag")))
                .isEqualTo(text(SipMessage.responseTo(message, 200, "OK", "tag")));
        assertThat(request.method()).isEqualTo("INVITE");
        assertThat(request.requestUriText()).isEqualTo(message.requestUriText());
        assertThat(request.vias()).isEqualTo(message.vias());
        assertThat(request.has(HeaderName.ROUTE)).isFalse();
        assertThat(request.bodyLength()).isZero();
    }

    /** A request at our limits may have grown by what we put on it. */
    @Test
    void whatIsLongerThanItsLimitsCanBePackedToo() {
        SipMessage message = parse(INVITE);
        for (int i = 0; i < SipLimits.DEFAULT.headerLines(); i++) {
            message.addFirst(HeaderName.VIA, "SIP/2.0/TLS edge" + i + ".example;branch=z9hG4bK" + "n".repeat(400));
        }
        assertThat(SipMessage.unpacked(message.packed()).vias()).isEqualTo(message.vias());
        assertThatIllegalArgumentException().isThrownBy(() -> SipMessage.unpacked(new byte[] {'x'}));
    }

    @Test
    void anEditTouchesNoOtherLine() {
        SipMessage message = parse(INVITE);
        SipMessage copy = message.copy();
        copy.removeFirstElement(HeaderName.VIA);
        copy.addFirst(HeaderName.VIA, "SIP/2.0/TLS edge.example;branch=z9hG4bKnew");
        copy.removeFirstElement(HeaderName.ROUTE);
        copy.setRequestUri("sip:bob@192.0.2.4");
        copy.set(HeaderName.of("max-forwards"), "69");
        assertThat(text(copy))
                .isEqualTo(INVITE.replace("sip:bob@biloxi.example;transport=tls SIP", "sip:bob@192.0.2.4 SIP")
                        .replace(
                                "v: SIP/2.0/TLS pc33.atlanta.example:5061;branch=z9hG4bKnashds8;rport, SIP/2.0/TLS h2",
                                "Via: SIP/2.0/TLS edge.example;branch=z9hG4bKnew\r\nVia: SIP/2.0/TLS h2")
                        .replace("Route: <sip:one.example;lr>, ", "Route: ")
                        .replace("Max-Forwards: 70", "Max-Forwards: 69"));
        assertThat(text(message)).isEqualTo(INVITE);
    }

    @Test
    void removesAHeaderInEverySpelling() {
        SipMessage message = parse(INVITE.replace(
                "X-Odd:", "p-asserted-IDENTITY : <sip:x@y>\r\nP-Asserted-Identity:\r\n <sip:z@y>\r\nX-Odd:"));
        message.remove(HeaderName.P_ASSERTED_IDENTITY);
        assertThat(text(message)).isEqualTo(INVITE);
    }

    @Test
    void aResponseTakesWhatTheSpecificationSays() {
        SipMessage response = SipMessage.responseTo(parse(INVITE), 404, "Not Found", "abc");
        assertThat(text(response)).isEqualTo("""
                SIP/2.0 404 Not Found
                v: SIP/2.0/TLS pc33.atlanta.example:5061;branch=z9hG4bKnashds8;rport, SIP/2.0/TLS h2
                VIA : SIP/2.0/UDP [2001:db8::9]:5060;branch=z9hG4bKx
                t: "Bob, of B" <sip:bob@biloxi.example>;tag=abc
                From: Alice
                  <sip:alice@atlanta.example>;tag=1928301774
                Call-ID: a84b4c76e66710
                CSeq: 314159 INVITE
                Content-Length: 0

                """.replace("\n", "\r\n"));
        assertThat(response.method()).isEqualTo("INVITE");
    }

    @Test
    void aRefusalNamesTheHeaderAndCanBeAnswered() {
        ParseOutcome outcome = SipParser.parse(
                bytes(INVITE.replace("CSeq: 314159 INVITE", "CSeq: 314159 INVITE\r\nCSeq: 2 INVITE")),
                SipLimits.DEFAULT);
        assertThat(outcome).isInstanceOfSatisfying(ParseOutcome.Refused.class, refused -> {
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.reason()).contains("CSeq");
            assertThat(refused.answerable()).isNotNull();
        });
    }

    @Test
    void readsUrisOfEveryKind() {
        assertThat(Uri.parse("sip:%61lice:pw@EXAMPLE.com:5070;lr;x=%20?Subject=a%20b")
                        .orThrow())
                .isInstanceOfSatisfying(SipUri.class, uri -> {
                    assertThat(uri.user()).isEqualTo("alice");
                    assertThat(uri.port()).isEqualTo(5070);
                    assertThat(uri.isLooseRouter()).isTrue();
                    assertThat(uri.addressOfRecord()).isEqualTo("sip:alice@example.com");
                    assertThat(uri.toString()).isEqualTo("sip:%61lice:pw@EXAMPLE.com:5070;lr;x=%20?Subject=a%20b");
                });
        assertThat(Uri.parse("tel:+1-201-555-0123;phone-context=x").orThrow()).isInstanceOf(TelUri.class);
        assertThat(Uri.parse("nobodyKnowsThisScheme:totallyopaquecontent").orThrow())
                .isInstanceOf(OtherUri.class);
        for (String bad : new String[] {"sip:", "sip:a b@c", "sip:@c", "sip:c:0", "sip:c:99999", "sip:%4@c", "x", ""}) {
            assertThat(Uri.parse(bad)).as(bad).isInstanceOf(Result.Bad.class);
        }
    }

    private static SipMessage parse(String text) {
        assertThat(SipParser.parse(bytes(text), SipLimits.DEFAULT)).isInstanceOf(ParseOutcome.Good.class);
        return ((ParseOutcome.Good) SipParser.parse(bytes(text), SipLimits.DEFAULT)).message();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(SipMessage message) {
        return new String(message.encode(), StandardCharsets.UTF_8);
    }
}
