package org.edgeways.link.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.link.http.ResponseReader.Event;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes back from origins: clean answers whole and in pieces, and everything that two readers could read differently. */
@ExtendWith(LeakCheck.class)
final class ResponseReaderTest {

    /** What was read of one connection. */
    private static final class Seen {
        int status;
        List<HeaderField> fields = List.of();
        final StringBuilder body = new StringBuilder();
        boolean whole;
        String failure = "";
        LinkErrorCode code;
        int heads;

        void take(Event event) {
            if (whole || !failure.isEmpty()) {
                throw new AssertionError("an event after the last one: " + event);
            }
            switch (event) {
                case Event.Head head -> {
                    heads++;
                    status = head.status();
                    fields = head.fields();
                    whole = head.last();
                }
                case Event.Body(ByteBuf data) -> {
                    body.append(data.toString(StandardCharsets.ISO_8859_1));
                    data.release();
                }
                case Event.End _ -> whole = true;
                case Event.Failed(LinkErrorCode why, String reason) -> {
                    code = why;
                    failure = reason;
                }
            }
        }

        String field(String name) {
            return fields.stream()
                    .filter(f -> f.name().equals(name))
                    .map(HeaderField::value)
                    .findFirst()
                    .orElse(null);
        }
    }

    private static Seen read(ResponseReader reader, String response, int piece) {
        Seen seen = new Seen();
        byte[] bytes = response.getBytes(StandardCharsets.ISO_8859_1);
        for (int from = 0; from < bytes.length; from += piece) {
            ByteBuf part = Unpooled.wrappedBuffer(bytes, from, Math.min(piece, bytes.length - from));
            reader.read(part, seen::take);
            assertThat(part.isReadable()).isFalse();
            part.release();
        }
        reader.closed(seen::take);
        return seen;
    }

    private static Seen read(String response) {
        Seen whole = read(new ResponseReader(false, false), response, Integer.MAX_VALUE);
        for (int piece = 1; piece < 7; piece++) {
            Seen pieces = read(new ResponseReader(false, false), response, piece);
            assertThat(pieces.whole).isEqualTo(whole.whole);
            assertThat(pieces.status).isEqualTo(whole.status);
            assertThat(pieces.failure).isEqualTo(whole.failure);
            if (whole.whole) {
                assertThat(pieces.body.toString()).isEqualTo(whole.body.toString());
            }
        }
        return whole;
    }

    @Test
    void bodyWithALengthEndsThereAndWhatFollowsIsPassedOver() {
        Seen seen = read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b\t\r\n\r\nhelloHTTP/1.1 200 OK\r\n\r\n");

        assertThat(seen.whole).isTrue();
        assertThat(seen.heads).isEqualTo(1);
        assertThat(seen.body.toString()).isEqualTo("hello");
        assertThat(seen.field("x-a")).isEqualTo("b");
        assertThat(seen.field("content-length")).isEqualTo("5");
    }

    @Test
    void chunkedBodyIsPutTogetherAndItsTrailersAreDropped() {
        Seen seen = read("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5;a=b\r\nhello\r\n"
                + "00B\r\n, wonderful\r\n0\r\nX-Trailer: 1\r\n\r\n");

        assertThat(seen.whole).isTrue();
        assertThat(seen.body.toString()).isEqualTo("hello, wonderful");
        assertThat(seen.field("transfer-encoding")).isNull();
        assertThat(seen.field("x-trailer")).isNull();
    }

    @Test
    void bodyWithoutALengthEndsWithTheConnection() {
        Seen seen = read("HTTP/1.0 200\r\n\r\nall of it");
        assertThat(seen.whole).isTrue();
        assertThat(seen.body.toString()).isEqualTo("all of it");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void answersOfTheseKindsHaveNoBodyWhateverTheySay(int status) {
        Seen seen = read("HTTP/1.1 " + status + " X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        assertThat(seen.whole).isTrue();
        assertThat(seen.body.toString()).isEmpty();
    }

    @Test
    void answerToHeadKeepsTheLengthAndHasNoBody() {
        Seen seen = read(new ResponseReader(true, false), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 3);
        assertThat(seen.whole).isTrue();
        assertThat(seen.field("content-length")).isEqualTo("5");
    }

    @Test
    void interimAnswersArePassedOver() {
        Seen seen = read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assertThat(seen.heads).isEqualTo(1);
        assertThat(seen.status).isEqualTo(200);
        assertThat(seen.body.toString()).isEqualTo("ok");
    }

    @Test
    void endlessInterimAnswersAreRefused() {
        assertThat(read("HTTP/1.1 100 Continue\r\nX: " + "y".repeat(500)
                                + "\r\n\r\n"
                                        .repeat(1)
                                        .concat(("HTTP/1.1 100 Continue\r\nX: " + "y".repeat(500) + "\r\n\r\n")
                                                .repeat(80)))
                        .code)
                .isEqualTo(LinkErrorCode.ORIGIN_MALFORMED);
    }

    @Test
    void fieldsOfTheConnectionAreNotPassedOnHoweverTheyAreNamed() {
        Seen seen = read(
                "HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\ncOnNeCtIoN: other\r\nKeep-Alive: 5\r\n"
                        + "X-Hop: 1\r\nOTHER: 2\r\nUpgrade: h2c\r\nProxy-Connection: x\r\nX-End: 3\r\nContent-Length: 0\r\n\r\n");
        assertThat(seen.fields).containsExactly(new HeaderField("x-end", "3"), new HeaderField("content-length", "0"));
    }

    @Test
    void webSocketHandshakeOpensATunnel() {
        Seen seen = read(
                new ResponseReader(false, true),
                "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nfrom here on \n anything",
                4);
        assertThat(seen.status).isEqualTo(101);
        assertThat(seen.field("upgrade")).isEqualTo("websocket");
        assertThat(seen.body.toString()).isEqualTo("from here on \n anything");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\r\n\tb\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n X: a\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX\u0000Y: 1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\u0000b\r\n\r\n",
                "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n",
                "HTTP/1.1 099 X\r\n\r\n",
                "HTTP/1.1 600 X\r\n\r\n",
                "HTTP/1.1 20 X\r\n\r\n",
                "HTTP/1.1 2000\r\n\r\n",
                "HTTP/1.1  200 OK\r\n\r\n",
                "HTTP/2.0 200 OK\r\n\r\n",
                "http/1.1 200 OK\r\n\r\n",
                "\r\nHTTP/1.1 200 OK\r\n\r\n",
                "ICY 200 OK\r\n\r\n"
            })
    void whatCouldBeReadDifferentlyIsRefused(String response) {
        Seen seen = read(response);
        assertThat(seen.code).as(seen.failure).isEqualTo(LinkErrorCode.ORIGIN_MALFORMED);
        assertThat(seen.whole).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
            })
    void answerThatBreaksOffIsTold(String response) {
        assertThat(read(response).code).isEqualTo(LinkErrorCode.ORIGIN_BROKEN);
    }

    @Test
    void headIsRefusedOnePastItsLimits() {
        String line = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
        int left = ResponseReader.LONGEST_HEAD - line.length();
        assertThat(read(line + "X: " + "y".repeat(left - 3) + "\r\n\r\n").failure)
                .isEmpty();
        assertThat(read(line + "X: " + "y".repeat(left - 2) + "\r\n\r\n").failure)
                .isEqualTo("a line that is too long");

        String fields = "X: 1\r\n".repeat(ResponseReader.MOST_FIELDS - 1);
        assertThat(read(line + fields + "\r\n").failure).isEmpty();
        assertThat(read(line + fields + "X: 1\r\n\r\n").failure).isEqualTo("too many header fields");
    }

    @Test
    void anyBytesAreReadOrRefusedWithoutAnException() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String clean = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n5;a\r\nhello\r\n0\r\nT: 1\r\n\r\n";
        String odd = "\r\n\t :;,0123456789abcdefHTTP/1.\u0000\u0080\u00ff";
        try {
            for (int i = 0; i < 20_000; i++) {
                StringBuilder text = new StringBuilder(clean);
                for (int j = random.nextInt(4); j >= 0; j--) {
                    int at = random.nextInt(text.length());
                    switch (random.nextInt(3)) {
                        case 0 -> text.setCharAt(at, odd.charAt(random.nextInt(odd.length())));
                        case 1 -> text.deleteCharAt(at);
                        default -> text.insert(at, odd.charAt(random.nextInt(odd.length())));
                    }
                }
                Seen seen = read(
                        new ResponseReader(random.nextBoolean(), random.nextBoolean()),
                        text.toString(),
                        1 + random.nextInt(40));
                assertThat(seen.whole || !seen.failure.isEmpty()).isTrue();
            }
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        }
    }
}
