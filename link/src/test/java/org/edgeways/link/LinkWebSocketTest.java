package org.edgeways.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** WebSockets over the Link on loopback: real mutual TLS, real origins. */
@ExtendWith(LeakCheck.class)
final class LinkWebSocketTest {

    @Test
    void webSocketIsOpenedThroughToTheOrigin() throws Exception {
        try (TestOrigin origin = TestOrigin.tcp((in, out) -> {
                    String head = TestOrigin.readHead(in);
                    int at = head.indexOf("sec-websocket-key: ") + 19;
                    String key = head.substring(at, head.indexOf("\r\n", at));
                    out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                    + "Sec-WebSocket-Protocol: echo\r\nSec-WebSocket-Accept: "
                                    + WebSocketHandshake.accept(key) + "\r\n\r\nwelcome;")
                            .getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    in.transferTo(out);
                    out.write(";bye".getBytes(StandardCharsets.US_ASCII));
                });
                LinkLoopback link = new LinkLoopback().connect(1)) {
            link.serve("echo", origin.origin());

            Exchange exchange = link.open(
                    LinkRequest.webSocket("echo", "/ws").with("sec-websocket-protocol", "echo"), Exchange.reading());
            assertThat(exchange.awaitHead().status()).isEqualTo(200);
            assertThat(exchange.awaitHead().field("sec-websocket-protocol")).contains("echo");
            assertThat(exchange.awaitHead().field("sec-websocket-accept")).isEmpty();
            exchange.send("one ", false);
            LinkLoopback.await(() -> exchange.text().endsWith("one "));
            exchange.send("two", true);

            assertThat(exchange.awaitBody()).isEqualTo("welcome;one two;bye");
        }
    }

    @Test
    void webSocketThatTheOriginDeclinesIsAnsweredAsItAnswered() throws Exception {
        try (TestOrigin origin = TestOrigin.answering("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
                LinkLoopback link = new LinkLoopback().connect(1)) {
            link.serve("echo", origin.origin());

            Exchange exchange = link.open(LinkRequest.webSocket("echo", "/ws"), Exchange.reading());

            assertThat(exchange.awaitHead().status()).isEqualTo(403);
            assertThat(exchange.awaitBody()).isEqualTo("no");
        }
    }

    @Test
    void handshakeThatIsNotTheAnswerToOursOpensNoWebSocket() throws Exception {
        try (TestOrigin origin =
                        TestOrigin.answering("HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n");
                LinkLoopback link = new LinkLoopback().connect(1)) {
            link.serve("echo", origin.origin());

            Exchange exchange = link.open(LinkRequest.webSocket("echo", "/ws"), Exchange.reading());

            assertThat(exchange.awaitHead().status()).isEqualTo(502);
            assertThat(exchange.awaitHead().refusal()).contains("link-origin-malformed");
        }
    }
}
