package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What old and odd clients send goes through as they wrote it, but for the lines that a proxy must change. */
class EdgePassThroughTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";

    /** The names of lines that a proxy changes, adds or takes off. */
    private static final Set<String> OURS =
            Set.of("via", "v", "route", "record-route", "max-forwards", "max-breadth", "p-edgeways-flow", "path");

    private final EdgeBench bench = new EdgeBench();

    static Stream<String> methods() {
        return Stream.of(
                "MESSAGE",
                "PUBLISH",
                "SUBSCRIBE",
                "NOTIFY",
                "BENOTIFY",
                "SERVICE",
                "INFO",
                "REFER",
                "UPDATE",
                "PRACK",
                "OPTIONS",
                "INVITE",
                "NEGOTIATE",
                "x-lower.case!%*_+`'~");
    }

    /** As pidgin-sipe and its kind write: short and folded lines, odd case, white space, parameters nobody knows. */
    private static byte[] odd(String method, String uri, String to, String route) {
        String head = method + " " + uri + " SIP/2.0\r\n"
                + "Via: SIP/2.0/tls 192.168.77.10:50613;maddr=10.0.0.9\r\n"
                + "Max-Forwards: 70\r\n"
                + route
                + "f: \"Älice \\\"A\\\"\" <" + ALICE + ">;tag=42;epid=a1b2c3\r\n"
                + "t: " + to + "\r\n"
                + "i:   odd~call@id  \r\n"
                + "CSEQ :  7 \t" + method + "\r\n"
                + "m: <sip:alice@192.168.77.10:50613;maddr=10.0.0.9;transport=tls;ms-received-cid=A00>;proxy=replace\r\n"
                + "o: vnd-microsoft-roaming-self\r\n"
                + "Proxy-Require: ms-benotify\r\n"
                + "Supported: ms-dialog-route-set-update\r\nSupported: com.microsoft.autoextend, ms-benotify,\r\n"
                + " \tms-piggyback-first-notify\r\n"
                + "ms-text-format: text/plain; charset=UTF-8;ms-body=SGk=\r\n"
                + "X-Unheard-Of:\r\n"
                + "X-Twice: 1\r\nx-twice:2\r\nX-Between: b\r\nX-TWICE  : 3\r\n"
                + "User-agent: UCCAPI/3.5.6907 pidgin-sipe/1.25\r\n"
                + "c: application/SOAP+xml; charset=\"x;y\"\r\n";
        byte[] body = new byte[512];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) i;
        }
        byte[] start = (head + "l: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[start.length + body.length];
        System.arraycopy(start, 0, all, 0, start.length);
        System.arraycopy(body, 0, all, start.length, body.length);
        return all;
    }

    /** The message without its first line and without the lines that are ours, byte for byte. */
    private static List<String> foreignLines(byte[] message) {
        String text = new String(message, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        Stream<String> lines =
                Stream.of(text.substring(text.indexOf("\r\n") + 2, end).split("\r\n(?![ \t])", -1));
        return Stream.concat(
                        lines.filter(line -> !OURS.contains(
                                line.substring(0, line.indexOf(':')).strip().toLowerCase(Locale.ROOT))),
                        Stream.of(text.substring(end)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("methods")
    void anOddRequestGoesInsideByteForByte(String method) {
        Flow flow = bench.alice();
        byte[] sent = odd(method, BOB, "<" + BOB + ">", "");
        bench.fromClient(flow, EdgeBench.parse(sent));
        byte[] inside = bench.atInside().encode();
        assertThat(foreignLines(inside)).isEqualTo(foreignLines(sent));
        assertThat(new String(inside, StandardCharsets.ISO_8859_1)).startsWith(method + " " + BOB + " SIP/2.0\r\n");
    }

    @ParameterizedTest
    @MethodSource("methods")
    void anOddRequestInADialogGoesInsideByteForByte(String method) {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        byte[] sent = odd(
                method,
                EdgePathsTest.uri(ok.first(HeaderName.CONTACT)),
                ok.first(HeaderName.TO),
                "Route: " + ok.first(HeaderName.RECORD_ROUTE) + "\r\n");
        bench.fromClient(flow, EdgeBench.parse(sent));
        assertThat(foreignLines(bench.atInside().encode())).isEqualTo(foreignLines(sent));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 202, 409, 488, 606})
    void anOddResponseOfAClientGoesInsideByteForByte(int status) {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, "<sip:alice@192.168.77.10>");
        bench.fromInside(bench.request(
                "SERVICE", "sip:alice@192.168.77.10", BOB, ALICE, "Route: " + register.first(HeaderName.PATH)));
        SipMessage request = bench.at(flow);
        byte[] sent = ("SIP/2.0 " + status + " Ödd   reason\r\nv: " + request.first(HeaderName.VIA) + "\r\nf: "
                        + request.first(HeaderName.FROM) + "\r\nt: <" + ALICE + ">;tag=9;epid=0\r\ni: "
                        + request.callId() + "\r\nCSEQ:\t" + request.cseq().number()
                        + " SERVICE\r\nX-Odd :  a,b \r\nWarning: 309 lcs.microsoft.com \"Message contents not allowed\"\r\n"
                        + "l: 3\r\n\r\na\0b")
                .getBytes(StandardCharsets.UTF_8);
        bench.fromClient(flow, EdgeBench.parse(sent));
        byte[] inside = bench.atInside().encode();
        assertThat(foreignLines(inside)).isEqualTo(foreignLines(sent));
        assertThat(new String(inside, StandardCharsets.UTF_8)).startsWith("SIP/2.0 " + status + " Ödd   reason\r\n");
    }

    @Test
    void aRequestOfTheInsideReachesTheClientWithOddLinesUnharmed() {
        Flow flow = bench.client();
        SipMessage register = bench.signIn(flow, ALICE, "<sip:alice@192.168.77.10>");
        byte[] sent =
                odd("BENOTIFY", "sip:alice@192.168.77.10", "<" + BOB + ">", "").clone();
        SipMessage message = EdgeBench.parse(sent);
        message.set(HeaderName.ROUTE, register.first(HeaderName.PATH));
        message.set(HeaderName.CONTACT, "<" + BOB + ">");
        List<String> before = foreignLines(message.encode());
        bench.fromInside(message);
        assertThat(foreignLines(bench.at(flow).encode())).isEqualTo(before);
    }

    @Test
    void aRequestWithoutBranchIsOneTransactionAndItsRepetitionIsNoSecond() {
        Flow flow = bench.alice();
        byte[] sent = odd("SERVICE", BOB, "<" + BOB + ">", "");
        bench.fromClient(flow, EdgeBench.parse(sent));
        SipMessage inside = bench.atInside();
        bench.fromClient(flow, EdgeBench.parse(sent));
        bench.nothingAtInside();
        bench.answerFromInside(inside, 200, "OK");
        SipMessage ok = bench.at(flow);
        assertThat(ok.first(HeaderName.VIA)).startsWith("SIP/2.0/tls 192.168.77.10:50613;maddr=10.0.0.9");
    }

    @Test
    void theRouteSetAsOldClientsReturnItIsUnderstood() {
        Flow flow = bench.alice();
        SipMessage ok = bench.call(flow);
        String uri = EdgePathsTest.uri(ok.first(HeaderName.RECORD_ROUTE));
        String strict = uri.replace("sip:", "SIP:").replace("edge.acorn.example", "EDGE.Acorn.Example");
        bench.fromClient(
                flow,
                bench.request(
                        "BYE",
                        EdgePathsTest.uri(ok.first(HeaderName.CONTACT)),
                        ALICE,
                        ok.first(HeaderName.TO),
                        "Route: <" + strict + ";maddr=127.0.0.1;ms-opaque=x>"));
        assertThat(bench.atInside().elements(HeaderName.ROUTE)).startsWith(EdgeBench.POOL_ROUTE);
    }
}
