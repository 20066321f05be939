package org.edgeways.sip.framing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.edgeways.sip.message.SipErrorCode;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamFramerTest {

    private static final String HEAD = "OPTIONS sip:a@example.com SIP/2.0\r\nVia: SIP/2.0/TLS h;branch=z9hG4bKa\r\n"
            + "From: <sip:b@example.com>;tag=1\r\nTo: <sip:a@example.com>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n";

    private static final SipLimits SMALL = new SipLimits(60, 5, 400, 20, 50, 3);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\n",
                "l: 5\r\n",
                "L:5\r\n",
                "CONTENT-length   :\t 5 \r\n",
                "Content-Length:\r\n 5\r\n",
                "l\t:\r\n\t\r\n 005\r\n"
            })
    void cutsByContentLengthInEverySpelling(String contentLength) {
        String message = HEAD + contentLength + "\r\nhello";
        List<Frame> frames = framesOf(SipLimits.DEFAULT, message + message, 1000);
        assertThat(frames)
                .hasSize(2)
                .allSatisfy(frame -> assertThat(text(frame)).isEqualTo(message));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X: 1|HEADER_MISSING|400|Bad Request - Missing Content-Length header",
                "l: 1~Content-Length: 1|HEADER_DUPLICATE|400|Bad Request - Several Content-Length headers",
                "Content-Length: 1, 1|HEADER_MALFORMED|400|Bad Request - Content-Length header",
                "Content-Length: -1|HEADER_MALFORMED|400|Bad Request - Content-Length header",
                "Content-Length: +1|HEADER_MALFORMED|400|Bad Request - Content-Length header",
                "Content-Length: 0x1|HEADER_MALFORMED|400|Bad Request - Content-Length header",
                "Content-Length: 1 2|HEADER_MALFORMED|400|Bad Request - Content-Length header",
                "Content-Length:|HEADER_MALFORMED|400|Bad Request - Content-Length header",
                "l: 1048577|BODY_TOO_LARGE|413|Request Entity Too Large",
                "l: 99999999999999999999999999|BODY_TOO_LARGE|413|Request Entity Too Large",
            })
    void answersAndBreaksOffWhereTheLengthIsNotPlain(String line, SipErrorCode code, int status, String reason) {
        List<Frame> frames =
                framesOf(SipLimits.DEFAULT, HEAD + line.replace("~", "\r\n") + "\r\n\r\nx" + HEAD + "l: 0\r\n\r\n", 7);
        Frame.Broken broken = (Frame.Broken) frames.getFirst();
        assertThat(frames).hasSize(1);
        assertThat(broken.code()).isEqualTo(code);
        SipMessage answer = Refusals.answer(broken, SipLimits.DEFAULT);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.reason()).isEqualTo(reason);
        assertThat(answer.callId()).isEqualTo("c");
        assertThat(answer.topVia().branch()).isEqualTo("z9hG4bKa");
    }

    @Test
    void tellsPingsFromPongs() {
        assertThat(framesOf(SipLimits.DEFAULT, "\r\n", 9)).containsExactly(new Frame.KeepAlive(false));
        assertThat(framesOf(SipLimits.DEFAULT, "\r\n\r\n\r\n\r\n", 1))
                .containsExactly(
                        new Frame.KeepAlive(false),
                        new Frame.KeepAlive(true),
                        new Frame.KeepAlive(false),
                        new Frame.KeepAlive(true));
        List<Frame> frames = framesOf(SipLimits.DEFAULT, "\r\n" + HEAD + "l: 0\r\n\r\n\r\n\r\n", 3);
        assertThat(frames).hasSize(4);
        assertThat(text(frames.get(1))).isEqualTo(HEAD + "l: 0\r\n\r\n");
        assertThat(frames.get(3)).isEqualTo(new Frame.KeepAlive(true));
    }

    private static void feed(StreamFramer framer, String chunk, List<Frame> frames) {
        byte[] bytes = chunk.getBytes(StandardCharsets.UTF_8);
        framer.feed(bytes, 0, bytes.length);
        for (Frame frame = framer.next(); frame != null; frame = framer.next()) {
            frames.add(frame);
        }
    }

    @Test
    void twoPongsInARowAreNoPing() {
        StreamFramer framer = new StreamFramer(SipLimits.DEFAULT);
        framer.expectPong();
        framer.expectPong();
        List<Frame> frames = new ArrayList<>();
        for (String chunk : List.of("\r\n", "\r", "\n", "\r\n\r\n", "\r\n", "\r\n")) {
            feed(framer, chunk, frames);
        }
        assertThat(frames)
                .containsExactly(
                        new Frame.KeepAlive(false),
                        new Frame.KeepAlive(false),
                        new Frame.KeepAlive(false),
                        new Frame.KeepAlive(true),
                        new Frame.KeepAlive(false),
                        new Frame.KeepAlive(true));
    }

    /** Both ends ask: each question is answered, whichever comes first. */
    @ParameterizedTest
    @ValueSource(strings = {"\r\n|\r\n\r\n", "\r\n\r\n|\r\n", "\r\n\r\n\r\n", "\r\n|\r\n|\r\n"})
    void aPingIsHeardWhileAPongIsAwaited(String stream) {
        StreamFramer framer = new StreamFramer(SipLimits.DEFAULT);
        framer.expectPong();
        List<Frame> frames = new ArrayList<>();
        for (String chunk : stream.split("\\|", -1)) {
            feed(framer, chunk, frames);
        }
        feed(framer, "\r\n\r\n", frames);
        assertThat(frames.stream().filter(new Frame.KeepAlive(true)::equals)).hasSize(2);
        assertThat(frames).hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\rO", "OPTIONS sip:a SIP/2.0\n", "OPTIONS sip:a SIP/2.0\r\nA: b\rC: d\r\n", "A\r\r\n"})
    void breaksOffAtALineThatEndsOtherwiseThanWithCrlf(String stream) {
        for (int chunk = 1; chunk < 4; chunk++) {
            List<Frame> frames = framesOf(SipLimits.DEFAULT, stream + "xxxxxxxx", chunk);
            assertThat(frames).hasSize(1);
            assertThat(((Frame.Broken) frames.getFirst()).code()).isEqualTo(SipErrorCode.LINE_END_MALFORMED);
        }
    }

    @Test
    void takesAStartLineAtTheLimitAndNoneLonger() {
        String line = "OPTIONS sip:" + "a".repeat(60 - 12 - 8) + " SIP/2.0";
        assertThat(line).hasSize(60);
        assertThat(framesOf(SMALL, line + "\r\nl:0\r\n\r\n", 11).getFirst()).isInstanceOf(Frame.Message.class);
        assertBroken(SMALL, "x" + line, SipErrorCode.START_LINE_TOO_LONG, 414);
    }

    @Test
    void takesAsManyHeadersAsTheLimitAndNoMore() {
        String headers = "OPTIONS sip:a SIP/2.0\r\nl: 0\r\n" + "A: b\r\n c\r\n".repeat(4);
        assertThat(framesOf(SMALL, headers + "\r\n", 4).getFirst()).isInstanceOf(Frame.Message.class);
        assertBroken(SMALL, headers + "A", SipErrorCode.HEADER_TOO_MANY, 513);
    }

    @Test
    void takesAHeaderSectionAtTheLimitAndNoneLarger() {
        String start = "OPTIONS sip:a SIP/2.0\r\nl: 0\r\nA: ";
        String full = start + "b".repeat(400 - start.length() - 4) + "\r\n\r\n";
        assertThat(full).hasSize(400);
        assertThat(framesOf(SMALL, full, 50).getFirst()).isInstanceOf(Frame.Message.class);
        assertBroken(SMALL, full.replace("\r\n\r\n", "b\r\n\r\n"), SipErrorCode.HEADER_SECTION_TOO_LARGE, 513);
        assertBroken(SMALL, start + "b".repeat(9000), SipErrorCode.HEADER_SECTION_TOO_LARGE, 513);
    }

    @Test
    void takesABodyAtTheLimitAndNoneLarger() {
        String start = "OPTIONS sip:a SIP/2.0\r\nl: ";
        assertThat(text(framesOf(SMALL, start + "20\r\n\r\n" + "b".repeat(20), 8)
                        .getFirst()))
                .endsWith("\r\n\r\n" + "b".repeat(20));
        assertBroken(SMALL, start + "21\r\n\r\n", SipErrorCode.BODY_TOO_LARGE, 413);
    }

    @Test
    void neverHoldsMoreThanTheLimits() {
        StreamFramer framer = new StreamFramer(SMALL);
        byte[] flood =
                "OPTIONS sip:a SIP/2.0\r\nA: ".concat("b".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < flood.length; i += 10) {
            framer.feed(flood, i, Math.min(10, flood.length - i));
            while (framer.next() != null) {
                assertThat(framer.midMessage()).isFalse();
            }
            assertThat(framer.buffered()).isLessThanOrEqualTo(400);
        }
        assertThat(framer.buffered()).isZero();
    }

    @Test
    void holdsNothingBetweenMessages() {
        StreamFramer framer = new StreamFramer(SipLimits.DEFAULT);
        byte[] message = (HEAD + "l: 5\r\n\r\nhello").getBytes(StandardCharsets.UTF_8);
        framer.feed(message, 0, message.length - 1);
        assertThat(framer.next()).isNull();
        assertThat(framer.midMessage()).isTrue();
        assertThat(framer.buffered()).isEqualTo(message.length - 1);
        framer.feed(message, message.length - 1, 1);
        assertThat(framer.next()).isInstanceOf(Frame.Message.class);
        assertThat(framer.next()).isNull();
        assertThat(framer.midMessage()).isFalse();
        assertThat(framer.buffered()).isZero();
    }

    @Test
    void givesTheSameFramesHoweverTheStreamIsChunked() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        StringBuilder stream = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            int body = random.nextInt(300);
            stream.append("\r\n".repeat(random.nextInt(4)))
                    .append(HEAD)
                    .append(random.nextBoolean() ? "l:" : "Content-Length:\r\n ")
                    .append(body)
                    .append("\r\n\r\n")
                    .append("\r\n".repeat(body / 2))
                    .append("x".repeat(body % 2));
        }
        List<String> whole = describe(framesOf(SipLimits.DEFAULT, stream.toString(), stream.length()));
        for (int chunk = 1; chunk < 600; chunk += 1 + random.nextInt(40)) {
            assertThat(describe(framesOf(SipLimits.DEFAULT, stream.toString(), chunk)))
                    .as("seed %d chunk %d", seed, chunk)
                    .isEqualTo(whole);
        }
    }

    private static void assertBroken(SipLimits limits, String stream, SipErrorCode code, int status) {
        for (int chunk : new int[] {1, 7, 100_000}) {
            List<Frame> frames = framesOf(limits, stream, chunk);
            assertThat(frames).hasSize(1);
            Frame.Broken broken = (Frame.Broken) frames.getFirst();
            assertThat(broken.code()).isEqualTo(code);
            assertThat(broken.status()).isEqualTo(status);
        }
    }

    private static List<Frame> framesOf(SipLimits limits, String stream, int chunk) {
        StreamFramer framer = new StreamFramer(limits);
        byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < bytes.length; i += chunk) {
            framer.feed(bytes, i, Math.min(chunk, bytes.length - i));
            for (Frame frame = framer.next(); frame != null; frame = framer.next()) {
                frames.add(frame);
            }
        }
        return frames;
    }

    private static List<String> describe(List<Frame> frames) {
        return frames.stream().map(StreamFramerTest::text).toList();
    }

    private static String text(Frame frame) {
        return switch (frame) {
            case Frame.KeepAlive(boolean ping) -> ping ? "ping" : "pong";
            case Frame.Message(byte[] bytes) -> new String(bytes, StandardCharsets.UTF_8);
            case Frame.Broken broken -> broken.code() + " at " + broken.offset();
        };
    }
}
