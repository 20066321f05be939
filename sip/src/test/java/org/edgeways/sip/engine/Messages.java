package org.edgeways.sip.engine;

import java.nio.charset.StandardCharsets;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipParser;

/** Messages for tests of the engine. */
public final class Messages {

    private Messages() {}

    /** Reads a message that is written with plain line ends. */
    public static SipMessage parse(String text) {
        String lines = text.strip().replace("\n", "\r\n") + "\r\n\r\n";
        return switch (SipParser.parse(lines.getBytes(StandardCharsets.UTF_8), SipLimits.DEFAULT)) {
            case ParseOutcome.Good good -> good.message();
            case ParseOutcome.Refused refused -> throw new IllegalArgumentException(refused + " in\n" + text);
        };
    }

    /** A request as a client at that transport sends it. */
    public static SipMessage request(String method, String uri, String transport, String branch) {
        return parse("""
                %s %s SIP/2.0
                Via: SIP/2.0/%s 192.0.2.1:5060;branch=%s
                Max-Forwards: 70
                From: "Alice" <sip:alice@acorn.example>;tag=alice1
                To: <sip:bob@acorn.example>
                Call-ID: call-1@192.0.2.1
                CSeq: 1 %s
                Contact: <sip:alice@192.0.2.1:5060>
                Content-Length: 0
                """.formatted(method, uri, transport, branch, method));
    }

    /** The same over TLS to bob. */
    public static SipMessage request(String method) {
        return request(
                method, "sip:bob@acorn.example", "TLS", "z9hG4bK" + method.toLowerCase(java.util.Locale.ROOT) + "1");
    }

    /** A response of the far side to a request that we sent. */
    public static SipMessage response(SipMessage request, int status) {
        SipMessage response = SipMessage.responseTo(request, status, "Status " + status, status == 100 ? null : "bob1");
        return response;
    }

    /** The ACK that a client sends for a final response that is no 2xx. */
    public static SipMessage ack(SipMessage invite) {
        return companion("ACK", invite);
    }

    /** The CANCEL that a client sends. */
    public static SipMessage cancel(SipMessage invite) {
        return companion("CANCEL", invite);
    }

    private static SipMessage companion(String method, SipMessage invite) {
        return parse("""
                %s %s SIP/2.0
                Via: %s
                Max-Forwards: 70
                From: %s
                To: %s
                Call-ID: %s
                CSeq: %d %s
                Content-Length: 0
                """.formatted(
                        method,
                        invite.requestUriText(),
                        invite.topVia(),
                        invite.from(),
                        invite.to(),
                        invite.callId(),
                        invite.cseq().number(),
                        method));
    }
}
