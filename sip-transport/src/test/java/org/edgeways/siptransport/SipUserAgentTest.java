package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.ErrorCode;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.Via;
import org.junit.jupiter.api.Test;

/** Our user agent against a server that the test plays. */
final class SipUserAgentTest {

    private static final String CHALLENGE = "Digest realm=\"acorn.example\", nonce=\"n1\", qop=\"auth\"";
    private static final String SESSION = "v=0\r\n";

    /** Takes every call, and asks for credentials before any other request. */
    private static final class Server implements SipConnectionEvents {
        private final List<SipMessage> received = new CopyOnWriteArrayList<>();
        private final CountDownLatch answered = new CountDownLatch(3);

        @Override
        public void opened(SipConnection connection, long now) {}

        @Override
        public void received(SipConnection connection, SipMessage message, long now) {
            received.add(message);
            if (!message.isRequest()) {
                answered.countDown();
            } else if (message.method().equals("INVITE")) {
                SipMessage ok = SipMessage.responseTo(message, 200, "OK", "bob1");
                ok.add(HeaderName.CONTACT, "<sip:bob@192.0.2.2>");
                connection.send(ok);
            } else if (message.method().equals("REGISTER")) {
                connection.send(SipMessage.responseTo(message, 200, "OK", "registrar"));
                for (String[] delivery : new String[][] {{"1", "a"}, {"1", "b"}, {"2", "c"}}) {
                    connection.send(message(delivery[0], delivery[1]));
                }
            } else if (message.has(HeaderName.PROXY_AUTHORIZATION)) {
                connection.send(SipMessage.responseTo(message, 200, "OK"));
            } else if (!message.method().equals("ACK")) {
                SipMessage challenge = SipMessage.responseTo(message, 407, "Proxy Authentication Required");
                challenge.add(HeaderName.PROXY_AUTHENTICATE, CHALLENGE);
                connection.send(challenge);
            }
        }

        private static SipMessage message(String number, String branch) {
            SipMessage message = SipMessage.request("MESSAGE", "sip:alice@acorn.example");
            message.add(HeaderName.VIA, "SIP/2.0/TLS server.example;branch=z9hG4bK" + branch);
            message.add(HeaderName.MAX_FORWARDS, "70");
            message.add(HeaderName.FROM, "<sip:bob@acorn.example>;tag=bob1");
            message.add(HeaderName.TO, "<sip:alice@acorn.example>");
            message.add(HeaderName.CALL_ID, "of-bob");
            message.add(HeaderName.CSEQ, number + " MESSAGE");
            message.setBody("text/plain", number.getBytes(StandardCharsets.US_ASCII));
            return message;
        }

        @Override
        public void refused(SipConnection connection, ErrorCode code, long now) {}

        @Override
        public void closed(SipConnection connection, TransportErrorCode reason, long now) {}
    }

    private interface Play {
        void with(SipUserAgent alice) throws Exception;
    }

    private static void play(Server server, Play play) throws Exception {
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SipConnectionSettings.DEFAULT, server);
                SipUserAgent alice = SipUserAgent.connect(loopback.context, loopback.alice(listener))) {
            play.with(alice);
        }
    }

    @Test
    void aRequestSentAgainWithCredentialsHadTheNumberOfTheOneBefore() throws Exception {
        Server server = new Server();
        play(server, alice -> {
            SipCall call = alice.invite("sip:bob@acorn.example", SESSION);
            call.awaitAnswer();
            assertThat(call.request(call.newRequest("INFO")).status()).isEqualTo(200);
            assertThat(call.bye().status()).isEqualTo(200);
        });
        List<String> sequence = new ArrayList<>();
        server.received.forEach(request -> sequence.add(request.cseq().toString()));
        assertThat(sequence).containsExactly("1 INVITE", "1 ACK", "2 INFO", "3 INFO", "4 BYE", "5 BYE");
    }

    @Test
    void aMessageThatComesAgainIsAnsweredAndDropped() throws Exception {
        Server server = new Server();
        play(server, alice -> {
            assertThat(alice.register(600).status()).isEqualTo(200);
            assertThat(text(alice)).isEqualTo("1");
            assertThat(text(alice)).isEqualTo("2");
            assertThat(server.answered.await(Loopback.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        });
        assertThat(server.received.stream()
                        .filter(message -> !message.isRequest())
                        .map(SipMessage::topVia)
                        .map(Via::branch))
                .containsExactly("z9hG4bKa", "z9hG4bKb", "z9hG4bKc");
    }

    private static String text(SipUserAgent agent) throws IOException {
        return new String(agent.awaitMessage().body(), StandardCharsets.US_ASCII);
    }
}
