package org.edgeways.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.edgeways.sip.framing.Refusals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The default limits of one message: at each it is read, one past it refused with its answer. */
class MessageLimitsTest {

    private static final String REST = """
            From: <sip:alice@acorn.example>;tag=a
            To: <sip:bob@acorn.example>
            Call-ID: c1
            CSeq: 1 OPTIONS
            """.replace("\n", "\r\n");
    private static final String VIA = "Via: SIP/2.0/TLS h;branch=z9hG4bK1\r\n";

    private static String message(String uri, String headers, String body) {
        return "OPTIONS " + uri + " SIP/2.0\r\n" + VIA + REST + headers + "\r\n" + body;
    }

    private static ParseOutcome parse(String text) {
        return SipParser.parse(text.getBytes(StandardCharsets.UTF_8), SipLimits.DEFAULT);
    }

    private static void good(String text) {
        assertThat(parse(text)).isInstanceOf(ParseOutcome.Good.class);
    }

    private static void refused(String text, SipErrorCode code, int status) {
        assertThat(parse(text)).isInstanceOfSatisfying(ParseOutcome.Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(code);
            assertThat(Refusals.answer(refused).status()).isEqualTo(status);
        });
    }

    @Test
    void requestUri() {
        String uri = "sip:" + "a".repeat(4_096 - 4);
        good(message(uri, "", ""));
        refused(message(uri + "a", "", ""), SipErrorCode.URI_TOO_LONG, 414);
    }

    @Test
    void requestUriIsCountedInBytes() {
        String uri = "sip:" + "\u00e9".repeat((4_096 - 6) / 2) + "@b";
        good(message(uri, "", ""));
        refused(message(uri + "a", "", ""), SipErrorCode.URI_TOO_LONG, 414);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Contact", "m", "Route", "Record-Route", "Path"})
    void uriOfAnAddressHeader(String name) {
        String uri = "sip:" + "a".repeat(4_096 - 4);
        good(message("sip:b", name + ": <" + uri + ">;x=1\r\n", ""));
        good(message("sip:b", name + ": \"<\" < " + uri + " >, <" + uri + ">\r\n", ""));
        good(message("sip:b", name + ": " + uri + ";expires=1\r\n", ""));
        good(message("sip:b", name + ": <sip:a>;x=" + "a".repeat(8_192) + "\r\n", ""));
        good(message("sip:b", name + ": " + "<sip:a>, ".repeat(1_000) + "<sip:a>\r\n", ""));
        for (String past :
                new String[] {"<" + uri + "a>", "<sip:a>, n <" + uri + "a>;x=1", uri + "a;x=1", "<" + uri + "a"}) {
            refused(message("sip:b", name + ": " + past + "\r\n", ""), SipErrorCode.URI_TOO_LONG, 400);
        }
    }

    @Test
    void uriOfFromAndTo() {
        String at = "<sip:" + "\u00e9".repeat((4_096 - 6) / 2) + "@b";
        String text = message("sip:b", "", "");
        good(text.replace("<sip:alice@acorn.example", at).replace("<sip:bob@acorn.example", at));
        refused(text.replace("<sip:alice@acorn.example", at + "a"), SipErrorCode.URI_TOO_LONG, 400);
        refused(text.replace("<sip:bob@acorn.example", at + "a"), SipErrorCode.URI_TOO_LONG, 400);
    }

    @Test
    void aHeaderOfNoAddressMayBeLonger() {
        good(message("sip:b", "Refer-To: <sip:" + "a".repeat(8_192) + ">\r\n", ""));
    }

    @Test
    void startLine() {
        String line = "OPTIONS sip:" + "a".repeat(8_192 - 20) + " SIP/2.0";
        SipLimits uris = new SipLimits(8_192, 256, 65_536, 1, 9_000, 70);
        byte[] at = (line + "\r\n" + VIA + REST + "\r\n").getBytes(StandardCharsets.UTF_8);
        byte[] past = (line.replace("sip:", "sip:a") + "\r\n" + VIA + REST + "\r\n").getBytes(StandardCharsets.UTF_8);
        assertThat(SipParser.parse(at, uris)).isInstanceOf(ParseOutcome.Good.class);
        assertThat(SipParser.parse(past, uris)).isInstanceOfSatisfying(ParseOutcome.Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(SipErrorCode.START_LINE_TOO_LONG);
            assertThat(Refusals.answer(refused).status()).isEqualTo(414);
        });
    }

    @Test
    void headerLines() {
        good(message("sip:b", "X: 1\r\n".repeat(256 - 5), ""));
        refused(message("sip:b", "X: 1\r\n".repeat(256 - 4), ""), SipErrorCode.HEADER_TOO_MANY, 513);
    }

    @Test
    void headerSection() {
        int room = 65_536 - message("sip:b", "X: \r\n", "").length();
        good(message("sip:b", "X: " + "y".repeat(room) + "\r\n", ""));
        refused(
                message("sip:b", "X: " + "y".repeat(room + 1) + "\r\n", ""),
                SipErrorCode.HEADER_SECTION_TOO_LARGE,
                513);
    }

    @Test
    void linesThatAResponseRepeats() {
        String route = "Record-Route: <sip:a>\r\n";
        good(message("sip:b", route.repeat(128 - 5), ""));
        refused(message("sip:b", route.repeat(128 - 4), ""), SipErrorCode.HEADER_TOO_MANY, 513);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Via: SIP/2.0/TLS g;x=", "Record-Route: <sip:a>;x="})
    void bytesThatAResponseRepeats(String line) {
        int room = 32_768 - (VIA + REST + line + "\r\n").length();
        good(message("sip:b", line + "y".repeat(room) + "\r\n", ""));
        refused(message("sip:b", line + "y".repeat(room + 1) + "\r\n", ""), SipErrorCode.HEADER_SECTION_TOO_LARGE, 513);
        String response = "SIP/2.0 200 OK\r\n" + VIA + REST + line + "y".repeat(room + 1) + "\r\n\r\n";
        good(response);
    }

    @Test
    void body() {
        good(message("sip:b", "", "x".repeat(1_048_576)));
        refused(message("sip:b", "", "x".repeat(1_048_577)), SipErrorCode.BODY_TOO_LARGE, 413);
        refused(message("sip:b", "l: 1048577\r\n", ""), SipErrorCode.BODY_TOO_LARGE, 413);
    }

    @Test
    void viaDepth() {
        String more = "Via: SIP/2.0/TLS g;branch=z9hG4bK0";
        good(message("sip:b", more + ", SIP/2.0/TLS g".repeat(68) + "\r\n", ""));
        refused(message("sip:b", more + ", SIP/2.0/TLS g".repeat(69) + "\r\n", ""), SipErrorCode.VIA_TOO_DEEP, 483);
    }

    @Test
    void theResponseToARequestAtTheViaLimitIsReadAlsoAfterManyHops() {
        String head = "SIP/2.0 200 OK\r\nVia: SIP/2.0/TLS ours;branch=z9hG4bK0";
        good(head + ", SIP/2.0/TLS g".repeat(139) + "\r\n" + REST + "\r\n");
        assertThat(parse(head + ", SIP/2.0/TLS g".repeat(140) + "\r\n" + REST + "\r\n"))
                .isInstanceOf(ParseOutcome.Refused.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "From|f: <sip:x@y>;tag=1",
                "From|From: <sip:x@y>;tag=1",
                "To|t: <sip:x@y>",
                "To|TO: <sip:x@y>",
                "Call-ID|i: c2",
                "Call-ID|Call-ID: c1",
                "CSeq|cseq: 1 OPTIONS",
                "Content-Length|Content-Length: 0~l: 0",
                "Content-Length|l: 0~l: 0",
                "Max-Forwards|Max-Forwards: 1~Max-Forwards: 1",
            })
    void aHeaderThatMayStandOnceIsRefusedByNameInEverySpelling(String name, String lines) {
        String text = message("sip:b", lines.replace("~", "\r\n") + "\r\n", "");
        refused(text, SipErrorCode.HEADER_DUPLICATE, 400);
        assertThat(((ParseOutcome.Refused) parse(text)).reason())
                .isEqualTo("Bad Request - Several " + name + " headers");
    }
}
