package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;
import org.edgeways.sip.message.SipErrorCode;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.siptransport.Loopback.Happening;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/**
 * What a peer may send that is no SIP, over TLS and over WebSocket: an answer where one can be given, else the connection is
 * closed; one counter, one log line with peer, code and offset and without a stack trace; nobody else notices.
 */
@ExtendWith(LeakCheck.class)
final class BadInputTest {

    private static final SipConnectionSettings SETTINGS = SipConnectionSettings.DEFAULT;

    /** Fine enough that a test need not wait, coarse enough that an honest message always makes it. */
    private static final Duration SHORT = Duration.ofMillis(300);

    private final Logger log = (Logger) LoggerFactory.getLogger(SipConnection.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void readTheLog() {
        lines.start();
        log.addAppender(lines);
    }

    @AfterEach
    void leaveTheLog() {
        log.detachAppender(lines);
    }

    private static String options(String more) {
        return "OPTIONS sip:acorn.example SIP/2.0\r\nVia: SIP/2.0/TLS 10.9.8.7:5061;branch=z9hG4bKa;rport\r\n"
                + "From: <sip:alice@acorn.example>;tag=1\r\nTo: <sip:acorn.example>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n"
                + more + "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
    }

    /** One counter, one line with peer, code and offset, no stack trace. */
    private void assertToldOnce(Loopback loopback, String endpoint, SSLSocket peer, String code) {
        assertThat(loopback.counters.value("sip_messages_refused", "endpoint", endpoint, "reason", code))
                .isEqualTo(1);
        List<ILoggingEvent> told = List.copyOf(lines.list);
        assertThat(told).hasSize(1);
        assertThat(told.getFirst().getFormattedMessage())
                .contains(endpoint, "127.0.0.1:" + peer.getLocalPort(), code)
                .startsWith("event=sip-input-refused code=" + code + " ")
                .containsPattern("offset=\\d+");
        assertThat(told.getFirst().getThrowableProxy()).isNull();
    }

    private static void stillThere(SipUserAgent other) throws Exception {
        assertThat(other.message("sip:bob@acorn.example", "still here").status())
                .isEqualTo(200);
        assertThat(other.connection().isOpen()).isTrue();
    }

    // ---- over TLS

    @Test
    void randomBytesAfterTheHandshakeCloseTheirConnectionAndNoOther() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SETTINGS, events);
                SipUserAgent alice = SipUserAgent.connect(loopback.context, loopback.alice(listener))) {
            for (int seed = 0; seed < 20; seed++) {
                byte[] garbage = new byte[4096];
                new Random(seed).nextBytes(garbage);
                garbage[0] = 'x';
                try (SSLSocket raw = loopback.rawTls(listener)) {
                    raw.getOutputStream().write(garbage);
                    Loopback.readToEnd(raw.getInputStream());
                    assertThat(events.await(Happening.Refused.class).code())
                            .as("seed %d", seed)
                            .isEqualTo(SipErrorCode.LINE_END_MALFORMED);
                    assertThat(events.await(Happening.Closed.class).reason())
                            .isEqualTo(TransportErrorCode.FRAMING_LOST);
                }
            }
            stillThere(alice);
            assertThat(lines.list).hasSize(20);
        }
    }

    @Test
    void strangersCannotFloodTheLog() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SETTINGS, events)) {
            for (int attempt = 0; attempt < 50; attempt++) {
                try (SSLSocket raw = loopback.rawTls(listener)) {
                    long second = loopback.context.clock().now() / 1_000_000_000L;
                    while (loopback.context.mayLog()) {
                        // until all lines of this second are taken
                    }
                    raw.getOutputStream().write(Loopback.ascii("x".repeat(20_000)));
                    events.await(Happening.Closed.class);
                    if (loopback.context.clock().now() / 1_000_000_000L == second) {
                        assertThat(lines.list).isEmpty();
                        assertThat(loopback.counters.value("sip_log_lines_suppressed"))
                                .isGreaterThan(1);
                        return;
                    }
                    lines.list.clear();
                }
            }
            throw new AssertionError("never within one second");
        }
    }

    @Test
    void whatFollowsTheReasonForClosingIsNotRead() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SETTINGS, events);
                SSLSocket raw = loopback.rawTls(listener)) {
            String unanswerable = options("").replaceFirst("Via: [^\r]*\r\n", "");
            raw.getOutputStream().write(Loopback.ascii(unanswerable + options("") + unanswerable));
            assertThat(events.await(Happening.Closed.class).reason())
                    .isEqualTo(TransportErrorCode.MESSAGE_UNANSWERABLE);
            assertThat(loopback.counters.value("sip_messages_received", "endpoint", "outside-tls"))
                    .isZero();
            assertThat(lines.list).hasSize(1);
        }
    }

    @Test
    void aMessageThatCannotBeReadIsToldInOneLineWithPeerCodeAndOffset() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SETTINGS, events);
                SSLSocket raw = loopback.rawTls(listener)) {
            raw.getOutputStream().write(Loopback.ascii(options("").replace("CSeq: 1", "CSeq: one")));
            assertThat(Loopback.readUntil(raw.getInputStream(), "\r\n\r\n"))
                    .startsWith("SIP/2.0 400 ")
                    .contains("CSeq");
            assertToldOnce(loopback, "outside-tls", raw, SipErrorCode.HEADER_MALFORMED.code());
        }
    }

    @Test
    void tooLongARequestUriIsAnswered414AndClosed() throws Exception {
        assertAnsweredAndClosed(
                options("").replace("sip:acorn.example SIP", "sip:" + "a".repeat(9_000) + " SIP"), null, "start-line");
    }

    @Test
    void tooManyHeadersAreAnswered513AndClosed() throws Exception {
        assertAnsweredAndClosed(options("X: y\r\n".repeat(300)), "SIP/2.0 513 ", "header-too-many");
    }

    @Test
    void tooLargeAHeaderSectionIsAnswered513AndClosed() throws Exception {
        String giant = "X: " + "y".repeat(SipLimits.DEFAULT.headerSectionBytes()) + "\r\n";
        assertAnsweredAndClosed(options(giant), "SIP/2.0 513 ", "header-section");
    }

    @Test
    void twoContentLengthsAreAnswered400AndClosed() throws Exception {
        assertAnsweredAndClosed(options("l: 7\r\n"), "SIP/2.0 400 Bad Request - Several Content-Length", "duplicate");
    }

    private void assertAnsweredAndClosed(String message, String answer, String code) throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SETTINGS, events);
                SipUserAgent alice = SipUserAgent.connect(loopback.context, loopback.alice(listener));
                SSLSocket raw = loopback.rawTls(listener)) {
            raw.getOutputStream().write(Loopback.ascii(message));
            String came = Loopback.readToEnd(raw.getInputStream());
            if (answer != null) {
                assertThat(came).startsWith(answer);
            }
            Happening.Refused refused = events.await(Happening.Refused.class);
            assertThat(refused.code().code()).contains(code);
            assertThat(events.await(Happening.Closed.class).reason()).isEqualTo(TransportErrorCode.FRAMING_LOST);
            assertToldOnce(loopback, "outside-tls", raw, refused.code().code());
            stillThere(alice);
        }
    }

    @Test
    void whoSendsAByteNowAndThenIsClosedThoughNeverIdle() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(
                        SETTINGS.withIncompleteMessage(SHORT).withIdle(Duration.ofMinutes(10)), events);
                SipUserAgent alice = SipUserAgent.connect(loopback.context, loopback.alice(listener));
                SSLSocket raw = loopback.rawTls(listener)) {
            OutputStream out = raw.getOutputStream();
            dribble(() -> out.write('x'), events);
            stillThere(alice);
        }
    }

    // ---- over WebSocket

    @Test
    void tooLargeAWebSocketFrameClosesItsConnectionAndNoOther() throws Exception {
        assertWebSocketClosed(frame(0x82, new byte[2_000_000]), SipErrorCode.BODY_TOO_LARGE.code());
    }

    @Test
    void tooLargeAMessageOfSeveralWebSocketFramesClosesItsConnectionAndNoOther() throws Exception {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        frames.writeBytes(frame(0x02, new byte[600_000]));
        frames.writeBytes(frame(0x80, new byte[600_000]));
        assertWebSocketClosed(frames.toByteArray(), SipErrorCode.BODY_TOO_LARGE.code());
    }

    @Test
    void aFrameThatIsNotMaskedIsCountedAndClosed() throws Exception {
        assertWebSocketClosed(new byte[] {(byte) 0x81, 1, 'x'}, TransportErrorCode.FRAMING_LOST.code());
    }

    @Test
    void aWebSocketMessageThatIsNoSipIsCountedAndClosed() throws Exception {
        assertWebSocketClosed(frame(0x81, Loopback.ascii("hello\r\n\r\n")), SipErrorCode.START_LINE_MALFORMED.code());
    }

    private void assertWebSocketClosed(byte[] bytes, String code) throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenWebSocket(SETTINGS, events);
                SipUserAgent alice = SipUserAgent.connect(loopback.context, loopback.aliceOnWebSocket(listener));
                SSLSocket raw = upgraded(loopback, listener)) {
            try {
                raw.getOutputStream().write(bytes);
            } catch (IOException closedInTheMeantime) {
                // the rest of a message that is too large need not be taken
            }
            assertThat(events.await(Happening.Refused.class).code().code()).isEqualTo(code);
            assertThat(events.await(Happening.Closed.class).reason())
                    .isIn(TransportErrorCode.FRAMING_LOST, TransportErrorCode.MESSAGE_UNANSWERABLE);
            assertToldOnce(loopback, "outside-wss", raw, code);
            stillThere(alice);
        }
    }

    @Test
    void aWebSocketMessageOverALimitIsAnsweredAndTheConnectionGoesOn() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenWebSocket(SETTINGS, events);
                SSLSocket raw = upgraded(loopback, listener)) {
            raw.getOutputStream().write(frame(0x81, Loopback.ascii(options("X: y\r\n".repeat(300)))));
            assertThat(Loopback.readUntil(raw.getInputStream(), "\r\n\r\n")).contains("SIP/2.0 513 ");
            assertToldOnce(loopback, "outside-wss", raw, SipErrorCode.HEADER_TOO_MANY.code());
            raw.getOutputStream().write(frame(0x81, Loopback.ascii(options(""))));
            assertThat(Loopback.readUntil(raw.getInputStream(), "\r\n\r\n")).contains("SIP/2.0 200 OK");
        }
    }

    @Test
    void whoSendsAMessageInEndlessFragmentsIsClosed() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenWebSocket(
                        SETTINGS.withIncompleteMessage(SHORT).withIdle(Duration.ofMinutes(10)), events);
                SipUserAgent alice = SipUserAgent.connect(loopback.context, loopback.aliceOnWebSocket(listener));
                SSLSocket raw = upgraded(loopback, listener)) {
            OutputStream out = raw.getOutputStream();
            out.write(frame(0x01, Loopback.ascii("O")));
            dribble(() -> out.write(frame(0x00, Loopback.ascii("x"))), events);
            stillThere(alice);
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    /** Sends a little now and then until the connection is closed, for being slow. */
    private static void dribble(Step step, Loopback.Recorder events) {
        long deadline = System.nanoTime() + Loopback.PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                step.run();
            } catch (IOException closed) {
                // told below
            }
            for (Happening happening : events.happenings) {
                if (happening instanceof Happening.Closed(SipConnection connection, TransportErrorCode reason)) {
                    assertThat(reason).isEqualTo(TransportErrorCode.SLOW_SENDER);
                    return;
                }
            }
            LockSupport.parkNanos(SHORT.toNanos() / 30);
        }
        throw new AssertionError("not closed within " + Loopback.PATIENCE);
    }

    private static SSLSocket upgraded(Loopback loopback, SipListener listener) throws Exception {
        SSLSocket raw = loopback.rawTls(listener);
        raw.getOutputStream()
                .write(("GET /sip HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Protocol: sip\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        assertThat(Loopback.readUntil(raw.getInputStream(), "\r\n\r\n")).startsWith("HTTP/1.1 101 ");
        return raw;
    }

    /** A client's frame; its mask of zeros leaves the payload readable. */
    private static byte[] frame(int finAndOpcode, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
        frame.put((byte) finAndOpcode);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 65_536) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.putInt(0).put(payload);
        byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        return bytes;
    }
}
