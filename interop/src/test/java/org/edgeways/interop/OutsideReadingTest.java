package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.List;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.junit.jupiter.api.Test;

/** The reader of what the edge sends must miss nothing. */
class OutsideReadingTest {
    private static final String SDP = "v=0\r\nc=IN IP4 10.10.1.20\r\n";

    private static String message(String header, String type, String body) {
        return "MESSAGE sip:alice@198.51.100.50 SIP/2.0\r\nCall-ID: 1@10.10.1.20\r\n" + header + "\r\nContent-Type: "
                + type + "\r\nl: " + body.length() + "\r\n\r\n" + body;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static OutsideReading reading(String connection, byte[] bytes) throws Exception {
        try (WorkDirectory directory = WorkDirectory.create()) {
            Files.write(directory.path().resolve(connection + ".from-edge"), bytes);
            return OutsideReading.of(directory.path(), List.of());
        }
    }

    @Test
    void messagesOfOneStreamAreCutByTheirLength() {
        String stream =
                message("A: 1", "application/sdp", SDP) + "\r\n\r\n" + message("A: 2", "text/plain", "hi") + "\r\n";
        assertThat(OutsideReading.messages("0001-5061.from-edge", bytes(stream)))
                .extracting(sent -> sent.values("A", "a") + " " + sent.body())
                .containsExactly("[1] " + SDP, "[2] hi");
    }

    @Test
    void callIdAndWhatClientsWriteMayNameTheInside() throws Exception {
        String stream = message("A: 1", "application/sdp;x=y", SDP) + message("A: 1", "text/plain", "10.10.1.20");
        assertThat(reading("0001-5061", bytes(stream)).insideSeenOutside()).isEmpty();
    }

    @Test
    void nothingElseMayNameTheInside() throws Exception {
        for (String header : List.of(
                "Via: SIP/2.0/TLS Pool.Inside.Acorn.Example",
                "Subject: folded\r\n at 10.10.1.20",
                "X: 172.16.1.10",
                "Warning: 399 edge1.perimeter.acorn.example \"x\"")) {
            byte[] stream = bytes(message(header, "text/plain", "hi"));
            assertThat(reading("0001-5061", stream).insideSeenOutside())
                    .as(header)
                    .isNotEmpty();
        }
        byte[] registrations = bytes(message("A: 1", "application/reginfo+xml", "<uri>sip:frank@10.10.1.20</uri>"));
        assertThat(reading("0001-5061", registrations).insideSeenOutside()).hasSize(1);
    }

    @Test
    void onlyANotifyOfRegTellsOfDevices() {
        String body = "<reginfo><contact state=\"active\"/><contact state=\"active\"/></reginfo>";
        String message = message("Event: reg", "application/reginfo+xml", body);
        String notify = message.replace("MESSAGE ", "NOTIFY ");
        String none = notify.replace("Event: reg", "Event: presence");
        assertThat(OutsideReading.messages("0001-5061.from-edge", bytes(notify + message + none)))
                .extracting(OutsideReading.Sent::registrations)
                .containsExactly(2, 0, 0);
    }

    @Test
    void aMessageThatIsCutOffIsReadAsFarAsItCame() throws Exception {
        byte[] stream = bytes("SIP/2.0 200 OK\r\nVia: SIP/2.0/TLS 10.10.1.20");
        assertThat(reading("0001-5061", stream).insideSeenOutside()).hasSize(1);
    }

    @Test
    void framesOfAWebSocketAreReadWhateverTheirLength() throws Exception {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(bytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"));
        for (String text : List.of("ping", message("A: 1", "text/plain", "x".repeat(300)), "at 10.10.1.20")) {
            stream.write(0x81);
            if (text.length() < 126) {
                stream.write(text.length());
            } else {
                stream.writeBytes(new byte[] {126, (byte) (text.length() >> 8), (byte) text.length()});
            }
            stream.writeBytes(bytes(text));
        }
        OutsideReading reading = reading("0001-8443", stream.toByteArray());
        assertThat(reading.sent()).hasSize(4).allMatch(OutsideReading.Sent::overWebSocket);
        assertThat(reading.insideSeenOutside()).hasSize(1);
    }

    @Test
    void answersOfHttpAreReadWithTheirBody() throws Exception {
        String answers = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n" + credentials("edge.acorn.example")
                + credentials("edge1.perimeter.acorn.example");
        OutsideReading reading = reading("0001-443", bytes(answers));
        assertThat(reading.sent()).hasSize(3);
        assertThat(reading.insideSeenOutside()).isNotEmpty().allMatch(seen -> seen.contains("turn:edge1"));
    }

    private static byte[] shown(CertificateRequest request) throws Exception {
        CertificateAuthority authority = EdgeServer.newAuthority();
        return ShownCertificates.text(
                authority.issue(request, Instant.now()).chain().toArray(Certificate[]::new));
    }

    @Test
    void certificatesThatAreShownAreReadWithAllTheirNames() throws Exception {
        byte[] good = shown(
                CertificateRequest.of("edge.acorn.example", "acorn.example").withAddresses("203.0.113.10"));
        OutsideReading reading = reading("0001-443.certificates", good);
        assertThat(reading.sent())
                .isNotEmpty()
                .allMatch(each -> each.startLine().equals(ShownCertificates.START_LINE));
        assertThat(reading.sent().getFirst().values(ShownCertificates.ALTERNATIVE_NAME, ""))
                .containsExactlyInAnyOrder("edge.acorn.example", "acorn.example", "203.0.113.10");
        assertThat(reading.insideSeenOutside()).isEmpty();

        for (CertificateRequest request : List.of(
                CertificateRequest.of("edge1.perimeter.acorn.example"),
                CertificateRequest.of("edge.acorn.example", "edge1.Perimeter.acorn.example"),
                CertificateRequest.of("edge.acorn.example").withAddresses("172.16.1.10"),
                CertificateRequest.node("edge1", "edge.acorn.example"))) {
            assertThat(reading("0001-443.certificates", shown(request)).insideSeenOutside())
                    .as(request.toString())
                    .isNotEmpty();
        }
    }

    private static String credentials(String host) {
        String json = "{\"urls\":[\"turn:" + host + ":3478?transport=udp\"]}";
        return "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + json.length() + "\r\n\r\n"
                + json;
    }

    @Test
    void aFrameThatCannotBeReadFailsTheReading() {
        byte[] compressed = bytes("HTTP/1.1 101 Switching Protocols\r\n\r\n\u00c1\u0001x");
        assertThatThrownBy(() -> OutsideReading.messages("0001-8443.from-edge", compressed))
                .isInstanceOf(AssertionError.class);
    }
}
