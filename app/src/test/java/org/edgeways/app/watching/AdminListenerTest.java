package org.edgeways.app.watching;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.edgeways.app.config.AdminConfig;
import org.edgeways.app.config.ListenConfig;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of a running process over HTTP, to whom, and nothing else. */
@Timeout(60)
class AdminListenerTest {

    private final EventLoops loops = new EventLoops(1);
    private final MicrometerCounters edge = new MicrometerCounters();
    private final MicrometerCounters pool = new MicrometerCounters();
    private final AtomicReference<List<String>> edgeNotReady = new AtomicReference<>(List.of());
    private AdminListener admin;

    @BeforeEach
    void open() throws IOException {
        AdminConfig config = new AdminConfig(
                new ListenConfig(List.of(InetAddress.ofLiteral("127.0.0.1")), 0), Set.of("Watch.Acorn.example"));
        edge.counter("things", "kind", "good").add(3);
        pool.counter("things", "kind", "good").add(5);
        admin = AdminListener.open(
                config,
                loops,
                new ProcessClock(),
                edge,
                List.of(
                        new WatchedPart("edge", edge::scrape, edgeNotReady::get),
                        new WatchedPart("pool", pool::scrape, List::of)));
    }

    @AfterEach
    void close() {
        admin.close();
        loops.close();
    }

    private HttpResponse<String> get(String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + admin.address().getPort() + path);
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private String raw(String request) throws IOException {
        try (Socket socket =
                new Socket(admin.address().getAddress(), admin.address().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void countersOfAllPartsAreToldInTheFormOfPrometheus() throws Exception {
        HttpResponse<String> answer = get("/metrics");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.body())
                .contains(
                        "things_total{part=\"edge\",kind=\"good\"} 3.0",
                        "things_total{part=\"pool\",kind=\"good\"} 5.0")
                .containsOnlyOnce("# TYPE things_total counter");
    }

    @Test
    void itLivesWhileItAnswersAndIsReadyWhenAllPartsAre() throws Exception {
        assertThat(get("/health/live").body()).isEqualTo("{\"status\":\"live\"}\n");
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
        edgeNotReady.set(List.of("the inside is away"));
        HttpResponse<String> answer = get("/health/ready");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"status\":\"not-ready\",\"reasons\":[{\"part\":\"edge\",\"reason\":\"the inside is away\"}]}\n");
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/metrics/",
                "//metrics",
                "/health",
                "/health/../metrics",
                "/%6detrics",
                "/METRICS",
                "/x?/metrics"
            })
    void nothingElseIsThere(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE"})
    void nothingCanBeChanged(String method) throws IOException {
        assertThat(raw(method + " /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 405 ");
    }

    /** A page in an administrator's browser can name this address in a domain of its own (DNS rebinding). */
    @ParameterizedTest
    @CsvSource({
        "localhost:9464,200",
        "127.0.0.1,200",
        "[::1]:9464,200",
        "watch.acorn.example,200",
        "WATCH.acorn.example:1,200",
        "evil.example,421",
        "127.0.0.1.evil.example:9464,421",
        "localhost.evil.example,421"
    })
    void itIsAskedUnderItsOwnNamesOnly(String host, int status) throws IOException {
        assertThat(raw("GET /metrics HTTP/1.1\r\nHost: " + host + "\r\n\r\n")).startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void whatIsNoRequestIsRefusedAndCounted() throws IOException {
        assertThat(raw("\u0016\u0003\u0001 hello\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(edge.scrape())
                .contains("net_handshakes_failed_total{endpoint=\"admin\",reason=\"net-request-malformed\"} 1.0");
    }
}
