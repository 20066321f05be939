package org.edgeways.net.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.port.PortRig;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is answered over HTTP/1.1 and HTTP/2, and what is refused. */
@ExtendWith(LeakCheck.class)
final class HttpFrontTest {

    private final PortRig rig = new PortRig();
    private final AtomicInteger asked = new AtomicInteger();

    @BeforeEach
    void open() throws Exception {
        HttpFront front = new HttpFront(
                List.of(
                        new HttpRoute.Answered("/", Runnable::run, () -> {
                            asked.incrementAndGet();
                            return HttpAnswer.text(200, "hello\n");
                        }),
                        new HttpRoute.Answered(
                                "/slow",
                                Executors.newVirtualThreadPerTaskExecutor(),
                                () -> HttpAnswer.text(200, "slow\n")),
                        new HttpRoute.Asked("/asked", Set.of("GET", "OPTIONS"), (request, answer) -> {
                            if (request.query().equals("broken")) {
                                throw new IllegalStateException("a bug, as the test wants it");
                            }
                            Thread.startVirtualThread(() -> answer.accept(HttpAnswer.text(
                                            401,
                                            request.method()
                                                    + request.query()
                                                    + request.values("x-word")
                                                    + request.source())
                                    .with(Map.of("WWW-Authenticate", List.of("one", "two")))));
                        }),
                        new HttpRoute.Answered("/broken", Runnable::run, () -> {
                            throw new IllegalStateException("a bug, as the test wants it");
                        })),
                host -> host.equals("localhost") || host.equals("127.0.0.1"),
                rig.counters);
        rig.open(front.protocol("web", rig.server("localhost")));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private HttpResponse<String> get(HttpClient.Version version, String path) throws Exception {
        try (HttpClient client = HttpClient.newBuilder()
                .version(version)
                .sslContext(rig.client())
                .build()) {
            URI uri = URI.create("https://localhost:" + rig.address().getPort() + path);
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aPathIsAnsweredOverBothVersions(HttpClient.Version version) throws Exception {
        HttpResponse<String> answer = get(version, "/");
        assertThat(answer.version()).isEqualTo(version);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("hello\n");
        assertThat(answer.headers().firstValue("x-content-type-options")).hasValue("nosniff");
        assertThat(answer.headers().firstValue("server")).isEmpty();
        assertThat(get(version, "/?query").body()).isEqualTo("hello\n");
        assertThat(get(version, "/slow").body()).isEqualTo("slow\n");
        assertThat(get(version, "/broken").statusCode()).isEqualTo(500);
        assertThat(get(version, "/elsewhere").statusCode()).isEqualTo(404);
        assertThat(rig.counters.value("net_http_answers", "endpoint", "outside", "status", "404"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aRouteThatIsAskedSeesTheHeaderAndAnswersLater(HttpClient.Version version) throws Exception {
        try (HttpClient client = HttpClient.newBuilder()
                .version(version)
                .sslContext(rig.client())
                .build()) {
            URI uri = URI.create("https://localhost:" + rig.address().getPort() + "/asked?a=b%20c");
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                    .header("X-Word", "first")
                    .header("X-Word", "second")
                    .build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.body()).isEqualTo("OPTIONSa=b%20c[first, second]/127.0.0.1");
            assertThat(answer.headers().allValues("www-authenticate")).containsExactly("one", "two");
        }
        assertThat(get(version, "/asked?broken").statusCode()).isEqualTo(500);
    }

    @Test
    void manyStreamsOfOneConnectionAreAnswered() throws Exception {
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(rig.client())
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("https://localhost:" + rig.address().getPort() + "/"))
                    .build();
            client.send(request, HttpResponse.BodyHandlers.ofString());
            var answers = java.util.stream.IntStream.range(0, 20)
                    .mapToObj(i -> client.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
                    .toList();
            for (var answer : answers) {
                assertThat(answer.get().statusCode()).isEqualTo(200);
            }
            assertThat(rig.counters.value("net_connections_accepted", "listener", "outside"))
                    .isEqualTo(1);
        }
    }

    /** RFC 9113: its preface, SETTINGS, and frames that no client of a library would send. */
    private String spoken(byte[]... frames) throws Exception {
        try (SSLSocket client = rig.connect("h2")) {
            var out = client.getOutputStream();
            out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(frame(4, 0, 0));
            try {
                for (byte[] frame : frames) {
                    out.write(frame);
                }
                // an answered PING says that what came before was read
                out.write(frame(6, 0, 0, new byte[8]));
            } catch (IOException reset) {
                // what was answered until then is read
            }
            return awaitPong(client.getInputStream());
        }
    }

    private static String awaitPong(InputStream in) throws IOException {
        while (true) {
            byte[] head = readOrEnd(in);
            if (head.length < 9) {
                return "closed";
            }
            int length = (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | head[2] & 0xff;
            in.skipNBytes(length);
            if (head[3] == 6) {
                return "open";
            }
        }
    }

    /** A reset is an end too. */
    private static byte[] readOrEnd(InputStream in) {
        try {
            return in.readNBytes(9);
        } catch (IOException reset) {
            return new byte[0];
        }
    }

    private static byte[] frame(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** A request that does not end: GET, https, / from HPACK's static table, for localhost. */
    private static byte[] unfinished(int stream) {
        byte[] block = new byte[14];
        block[0] = (byte) 0x82;
        block[1] = (byte) 0x87;
        block[2] = (byte) 0x84;
        block[3] = 0x01;
        block[4] = 9;
        System.arraycopy("localhost".getBytes(StandardCharsets.US_ASCII), 0, block, 5, 9);
        return frame(1, 4, stream, block);
    }

    private long ended(NetErrorCode code) {
        return rig.counters.value("net_http2_ended", "endpoint", "outside", "reason", code.code());
    }

    @Test
    void streamsPastTheLimitAreRefusedAndCounted() throws Exception {
        byte[][] frames = new byte[Http2Streams.STREAMS + 2][];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = unfinished(2 * i + 3);
        }
        assertThat(spoken(Arrays.copyOf(frames, Http2Streams.STREAMS))).isEqualTo("open");
        assertThat(ended(NetErrorCode.HTTP2_STREAMS_EXHAUSTED)).isZero();
        assertThat(spoken(frames)).isEqualTo("open");
        assertThat(ended(NetErrorCode.HTTP2_STREAMS_EXHAUSTED)).isEqualTo(2);
    }

    @Test
    void headerFieldsPastTheLimitAreRefusedAndCounted() throws Exception {
        byte[] block = new byte[HttpFront.HEADER_BYTES + 200];
        Arrays.fill(block, (byte) 'a');
        byte[] head = unfinished(3);
        System.arraycopy(head, 9, block, 0, head.length - 9);
        int at = head.length - 9;
        block[at] = 0x00; // a literal field, not indexed, x: with a value of the rest's length (RFC 7541 section 5.1)
        block[at + 1] = 1;
        block[at + 2] = 'x';
        int rest = block.length - (at + 6);
        block[at + 3] = 0x7f;
        block[at + 4] = (byte) ((rest - 127) & 0x7f | 0x80);
        block[at + 5] = (byte) (rest - 127 >> 7);
        assertThat(spoken(frame(1, 4, 3, block))).isEqualTo("open");
        assertThat(ended(NetErrorCode.HTTP2_HEADERS_TOO_LONG)).isEqualTo(1);
    }

    @Test
    void aConnectionOnWhichTheRulesAreBrokenIsClosedAndCounted() throws Exception {
        assertThat(spoken(frame(1, 4, 0, (byte) 0x82))).isEqualTo("closed");
        assertThat(ended(NetErrorCode.HTTP2_RULES_BROKEN)).isEqualTo(1);
    }

    @Test
    void aFloodOfResetsClosesTheConnectionAndIsCounted() throws Exception {
        byte[][] frames = new byte[1_000][];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = i % 2 == 0 ? unfinished(i + 3) : frame(3, 0, i + 2, new byte[] {0, 0, 0, 8});
        }
        assertThat(spoken(frames)).isEqualTo("closed");
        assertThat(ended(NetErrorCode.HTTP2_FLOODED)).isEqualTo(1);
    }

    private String raw(String request) throws Exception {
        try (SSLSocket client = rig.connect("http/1.1")) {
            client.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return PortRig.readToEnd(client);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'GET / HTTP/1.1\r\nHost: localhost:443\r\n\r\n',200",
        "'HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',200",
        "'GET / HTTP/1.1\r\n\r\n',400",
        "'GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n',400",
        "'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n',421",
        "'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n',405",
        "'GET //x HTTP/1.1\r\nHost: localhost\r\n\r\n',404",
        "'GET /./ HTTP/1.1\r\nHost: localhost\r\n\r\n',404",
        "'GET /%2e HTTP/1.1\r\nHost: localhost\r\n\r\n',404",
        "'GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n',404",
        "'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',404",
        "'POST /asked HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n',405",
        "'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1025\r\n\r\n',413",
        "'INVITE sip:x SIP/2.0\r\n\r\n',400"
    })
    void requestsAreAnsweredOrRefusedAndTheConnectionCloses(String request, int status) throws Exception {
        String answer = raw(request);
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ").containsIgnoringCase("\r\nconnection: close\r\n");
        if (request.startsWith("HEAD")) {
            assertThat(answer).endsWith("\r\n\r\n").containsIgnoringCase("content-length: 6\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                        + "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
            })
    void whatStandsBehindARequestIsNotRead(String requests) throws Exception {
        assertThat(raw(requests).split("HTTP/1.1 ", -1)).hasSize(2);
        assertThat(asked.get()).isLessThanOrEqualTo(1);
    }
}
