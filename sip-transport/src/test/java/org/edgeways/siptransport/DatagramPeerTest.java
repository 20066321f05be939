package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** SIP over UDP with one other element, on real sockets. */
class DatagramPeerTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private static Loopback loopback;

    private DatagramSocket other;
    private Loopback.Recorder recorder;
    private DatagramPeer peer;

    @BeforeAll
    static void start() {
        loopback = new Loopback();
    }

    @AfterAll
    static void stop() {
        loopback.close();
    }

    @BeforeEach
    void open() throws IOException {
        other = new DatagramSocket(0, LOOPBACK);
        other.setSoTimeout((int) Loopback.PATIENCE.toMillis());
        recorder = new Loopback.Recorder(true);
        peer = DatagramPeer.open(
                loopback.context,
                "server",
                new InetSocketAddress(LOOPBACK, 0),
                new InetSocketAddress(LOOPBACK, other.getLocalPort()),
                SipConnectionSettings.DEFAULT,
                recorder);
        assertThat(next()).isInstanceOf(Loopback.Happening.Opened.class);
    }

    @AfterEach
    void close() {
        peer.close();
        other.close();
    }

    private Loopback.Happening next() {
        try {
            return Objects.requireNonNull(
                    recorder.happenings.poll(Loopback.PATIENCE.toMillis(), TimeUnit.MILLISECONDS), "nothing happened");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] options(String call) {
        return ("OPTIONS sip:us@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP client.example:9;branch=z9hG4bK" + call
                        + "\r\nMax-Forwards: 70\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: " + call
                        + "\r\nCSeq: 1 OPTIONS\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private void send(DatagramSocket from, byte[] bytes) throws IOException {
        from.send(new DatagramPacket(bytes, bytes.length, peer.localAddress()));
    }

    private String answer() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        other.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }

    @Test
    void aDatagramWithoutContentLengthIsAMessageOfAnUnreliableTransport() throws IOException {
        send(other, options("one"));
        assertThat(answer()).startsWith("SIP/2.0 200 OK");
        assertThat(next()).isInstanceOfSatisfying(Loopback.Happening.Received.class, received -> {
            assertThat(received.message().callId()).isEqualTo("one");
            assertThat(received.connection().origin().reliable()).isFalse();
            assertThat(received.message().topVia().received()).isEqualTo("127.0.0.1");
        });
    }

    @Test
    void keepAlivesAndWhatIsNoMessageAreDroppedAndTheNextMessageIsTaken() throws IOException {
        send(other, "\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        send(other, new byte[0]);
        send(other, "garbage that is no message at all".getBytes(StandardCharsets.US_ASCII));
        assertThat(next()).isInstanceOf(Loopback.Happening.Refused.class);
        send(other, options("two"));
        assertThat(answer()).startsWith("SIP/2.0 200 OK");
        assertThat(next()).isInstanceOf(Loopback.Happening.Received.class);
    }

    @Test
    void datagramsFromElsewhereAreNotRead() throws IOException {
        try (DatagramSocket stranger = new DatagramSocket(0, LOOPBACK)) {
            send(stranger, options("foreign"));
        }
        send(other, options("own"));
        assertThat(next())
                .isInstanceOfSatisfying(
                        Loopback.Happening.Received.class,
                        received -> assertThat(received.message().callId()).isEqualTo("own"));
    }

    @Test
    void itGoesOnAfterTheOtherElementWasAway() throws IOException {
        int port = other.getLocalPort();
        other.close();
        SipConnection connection =
                Objects.requireNonNull(loopback.context.connections().get(peer.flow()));
        SipMessage message = SipMessage.request("OPTIONS", "sip:x@127.0.0.1");
        for (int i = 0; i < 3; i++) {
            assertThat(connection.send(message)).isEqualTo(SendOutcome.SENT);
        }
        other = new DatagramSocket(port, LOOPBACK);
        other.setSoTimeout((int) Loopback.PATIENCE.toMillis());
        send(other, options("back"));
        assertThat(answer()).contains("SIP/2.0");
    }
}
