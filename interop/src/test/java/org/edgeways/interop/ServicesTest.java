package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.edgeways.interop.Account.STEP;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntPredicate;
import java.util.zip.GZIPInputStream;
import org.edgeways.link.LinkRequest;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.link.engine.TrafficClass;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real servers inside (nginx over TCP and over a Unix socket, websocketd) asked by an edge node over the Link that pool and
 * connector have opened to it through a firewall that lets nothing in. {@code sheets} is reached by the connector, all else by the pool.
 */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServicesTest {

    private static final int MIB = 1024 * 1024;
    private static final int MESSAGES = 200;
    private static final int STOPPED_READERS = 8;

    private ServicesSite site;
    private Phones phones;

    @BeforeAll
    void start() throws Exception {
        site = new ServicesSite("services");
        phones = new Phones(site.networks().home());
    }

    @AfterAll
    void stop() {
        if (site == null) {
            return;
        }
        try (ServicesSite last = site) {
            phones.close();
            InnerFirewall.hasBlockedNothing(last.networks());
        }
    }

    private static LinkRequest get(String service, String path) {
        return of("GET", service, path, true);
    }

    private static LinkRequest of(String method, String service, String path, boolean empty) {
        return new LinkRequest(
                Optional.of(service.equals("sheets") ? ServicesSite.CONNECTOR : ServicesSite.POOL),
                service,
                method,
                path,
                List.of(),
                false,
                empty);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"files", "sheets"})
    void statusHeadersAndBodyComeAsTheServerSaidThem(String service) {
        ServiceExchange page = site.ask(get(service, "/index.html"));
        assertThat(page.answer().status()).isEqualTo(200);
        assertThat(page.answer().field("server").orElseThrow()).startsWith("nginx/");
        assertThat(page.answer().field("server-address"))
                .contains(service.equals("sheets") ? "unix:" + site.nginx().socket() : "127.0.0.1");
        assertThat(page.answer().field("connection")).isEmpty();
        assertThat(text(page.whole())).isEqualTo("<p>hello\n");

        String tag = page.answer().field("etag").orElseThrow();
        ServiceExchange again = site.ask(get(service, "/index.html").with("if-none-match", tag));
        assertThat(again.answer().status()).isEqualTo(304);
        assertThat(again.whole()).isEmpty();
        assertThat(site.ask(get(service, "/none")).answer().status()).isEqualTo(404);
        ServiceExchange moved = site.ask(get(service, "/moved"));
        assertThat(moved.answer().status()).isEqualTo(302);
        assertThat(moved.answer().refusal()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"files", "sheets"})
    void headIsAnsweredWithoutABodyAndRangesWithTheirPart(String service) {
        ServiceExchange head = site.ask(of("HEAD", service, "/gz/words.txt", true));
        assertThat(head.answer().field("content-length")).contains("95000");
        assertThat(head.whole()).isEmpty();

        ServiceExchange range = site.ask(get(service, "/index.html").with("range", "bytes=3-7"));
        assertThat(range.answer().status()).isEqualTo(206);
        assertThat(range.answer().field("content-range")).contains("bytes 3-7/9");
        assertThat(text(range.whole())).isEqualTo("hello");
        assertThat(site.ask(get(service, "/index.html").with("range", "bytes=90-"))
                        .answer()
                        .status())
                .isEqualTo(416);
    }

    /** nginx does not know how long it will be, and sends it in chunks. */
    @ParameterizedTest
    @ValueSource(strings = {"files", "sheets"})
    void compressedAnswersInChunksComeUntouched(String service) throws IOException {
        ServiceExchange words = site.ask(get(service, "/gz/words.txt").with("accept-encoding", "gzip"));
        assertThat(words.answer().field("content-encoding")).contains("gzip");
        assertThat(words.answer().field("content-length")).isEmpty();
        assertThat(words.answer().field("transfer-encoding")).isEmpty();
        byte[] body = words.whole();
        assertThat(body).hasSizeLessThan(5_000);
        assertThat(text(new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes()))
                .isEqualTo("all the same words\n".repeat(5_000));
    }

    /** With its length, then in chunks; with an expectation, which the inside meets itself. */
    @ParameterizedTest
    @ValueSource(strings = {"files", "sheets"})
    void largeUploadsArriveWhole(String service) {
        long bytes = 16L * MIB;
        for (boolean sized : List.of(true, false)) {
            String path = "/up/" + service + sized;
            LinkRequest put = of("PUT", service, path, false);
            ServiceExchange upload = site.ask(
                    sized ? put.with("content-length", Long.toString(bytes)).with("expect", "100-continue") : put);
            upload.upload(bytes, 77);
            assertThat(upload.answer().status()).isEqualTo(201);
            upload.whole();
            // what was uploaded is what the same seed gives as a file
            String written = site.nginx().put("like-" + service, bytes, 78);
            ServiceExchange back = site.ask(get(service, path), TrafficClass.BULK, ServiceExchange.reading());
            String digest = back.wholeDigest();
            assertThat(back.bytes()).isEqualTo(bytes);
            assertThat(digest).isEqualTo(ofUpload(bytes, 77)).isNotEqualTo(written);
        }
    }

    private static String ofUpload(long bytes, long seed) {
        Random random = new Random(seed);
        MessageDigest digest = Nginx.sha256();
        byte[] part = new byte[16 * 1024];
        for (long sent = 0; sent < bytes; sent += part.length) {
            random.nextBytes(part);
            digest.update(part);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Test
    void anAnswerBeforeTheEndOfTheUploadIsWholeAndEndsIt() {
        LinkRequest put = of("PUT", "files", "/small/large", false);
        ServiceExchange upload = site.ask(put.with("content-length", Integer.toString(64 * MIB)));
        upload.upload(64L * MIB, 1);
        assertThat(upload.answer().status()).isEqualTo(413);
        assertThat(text(upload.whole())).contains("Request Entity Too Large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"files", "sheets"})
    void aServerThatClosesWithoutAnAnswerIsToldAsBadGateway(String service) {
        ServiceExchange silent = site.ask(get(service, "/silent"));
        assertThat(silent.answer().status()).isEqualTo(502);
        assertThat(silent.answer().refusal()).contains("link-origin-broken");
    }

    @Test
    void aWebSocketEchoesBothWaysAndIsClosedByBoth() {
        ServiceExchange echo = site.ask(LinkRequest.webSocket("echo", "/").at(ServicesSite.POOL));
        assertThat(echo.answer().status()).isEqualTo(200);
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sent.add(i + " Grüße ".repeat(1 + i));
            echo.send(frame(new TextWebSocketFrame(sent.getLast())), false);
        }
        Polling.until("all come back", STEP, () -> texts(echo.kept()).size() == sent.size());
        assertThat(texts(echo.kept())).isEqualTo(sent);

        echo.send(frame(new CloseWebSocketFrame(1000, "enough")), false);
        echo.whole();
        assertThat(frames(echo.kept()).getLast()).isEqualTo("close 1000");
    }

    private static byte[] frame(WebSocketFrame frame) {
        EmbeddedChannel client = new EmbeddedChannel(new WebSocket13FrameEncoder(true));
        client.writeOutbound(frame);
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf part = client.readOutbound(); part != null; part = client.readOutbound()) {
            all.writeBytes(part);
            part.release();
        }
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        client.finishAndReleaseAll();
        return bytes;
    }

    private static List<String> texts(byte[] bytes) {
        return frames(bytes).stream()
                .filter(frame -> !frame.startsWith("close "))
                .toList();
    }

    private static List<String> frames(byte[] bytes) {
        EmbeddedChannel client = new EmbeddedChannel(new WebSocket13FrameDecoder(false, false, MIB));
        client.writeInbound(Unpooled.wrappedBuffer(bytes));
        List<String> frames = new ArrayList<>();
        for (Object frame = client.readInbound(); frame != null; frame = client.readInbound()) {
            switch (frame) {
                case TextWebSocketFrame message -> frames.add(message.text());
                case CloseWebSocketFrame close -> frames.add("close " + close.statusCode());
                default -> frames.add(frame.getClass().getSimpleName());
            }
            ReferenceCountUtil.release(frame);
        }
        client.finishAndReleaseAll();
        return frames;
    }

    @Test
    void aServiceThatIsNotNamedIsRefusedCountedAndLoggedAtBothEnds() {
        double pool = refusedBy(site.poolData());
        double connector = refusedBy(site.connectorData());
        // nor is one that another inside names
        for (LinkRequest foreign : List.of(
                LinkRequest.get("payroll", "/index.html").at(ServicesSite.POOL),
                LinkRequest.get("sheets", "/index.html").at(ServicesSite.POOL),
                LinkRequest.get("files", "/index.html").at(ServicesSite.CONNECTOR))) {
            double before = refusedAtEdge();
            ServiceExchange refused = site.ask(foreign);
            assertThat(refused.answer().status()).isEqualTo(404);
            assertThat(refused.answer().refusal()).contains(LinkErrorCode.SERVICE_UNKNOWN.code());
            assertThat(refused.whole()).isEmpty();
            assertThat(refusedAtEdge()).isEqualTo(before + 1);
        }
        assertThat(refusedBy(site.poolData())).isEqualTo(pool + 2);
        assertThat(refusedBy(site.connectorData())).isEqualTo(connector + 1);
        assertThat(ServicesSite.log(site.poolData()))
                .contains("event=link-service-refused code=link-service-unknown node=edge1 service=\"payroll\"")
                .contains("service=\"sheets\"");
        assertThat(ServicesSite.log(site.connectorData())).contains("node=edge1 service=\"files\"");
    }

    @Test
    void aServiceThatIsNamedLaterIsReachedAndIsRefusedWhenItIsTakenAway() throws IOException {
        String later = "kind: Service\nname: %s\nspec: {%s}\n";
        site.settings(
                "later.yaml",
                later.formatted(
                                "later-pool",
                                "host: 127.0.0.1, port: " + site.nginx().port()) + "---\n"
                        + later.formatted("later-web", "socket: " + site.nginx().socket() + ", connector: web"));
        for (int status : List.of(200, 404)) {
            Polling.until(
                    "both answer " + status,
                    STEP,
                    () -> statusOf("later-pool", ServicesSite.POOL) == status
                            && statusOf("later-web", ServicesSite.CONNECTOR) == status);
            if (status == 200) {
                site.settings("later.yaml", "");
            }
        }
    }

    private int statusOf(String service, String inside) {
        return site.ask(LinkRequest.get(service, "/index.html").at(inside))
                .answer()
                .status();
    }

    @Test
    void aConnectorTakesItsNextCertificateAndDropsNothing() {
        double before = connectorCounter("link_connections_closed_total");
        site.enrolConnector();
        Polling.until("it is taken", STEP, () -> connectorCounter("connector_certificate_reloads_total") > 0);
        assertThat(connectorCounter("link_connections_closed_total")).isEqualTo(before);
        assertThat(connectorCounter("link_connections_open")).isEqualTo(4);
        assertThat(statusOf("sheets", ServicesSite.CONNECTOR)).isEqualTo(200);
    }

    private double connectorCounter(String name) {
        return RunningCounters.sum(site.connectorData(), name, "");
    }

    private double refusedAtEdge() {
        return refusedBy(site.edgeData());
    }

    private static double refusedBy(Path data) {
        return RunningCounters.sum(data, "link_streams_refused_total", "reason=\"link-service-unknown\"");
    }

    /**
     * What is bounded is what nginx could hand out and what both ends hold, while as much as would have been read flows
     * beside on the same connections.
     */
    @Test
    void readersThatStopHoldLittleMemoryAndGoOnWhereTheyStopped() {
        long bytes = 64L * MIB;
        String digest = site.nginx().put("stopped.bin", bytes, 5);
        site.ask(get("files", "/stopped.bin"), TrafficClass.BULK, ServiceExchange.reading())
                .wholeDigest(); // the heaps have grown to what a download needs
        long residentBefore = MemoryUse.of(site.pool().processId()).residentBytes();
        long directBefore = buffers();
        List<ServiceExchange> stopped = new ArrayList<>();
        for (int i = 0; i < STOPPED_READERS; i++) {
            stopped.add(site.ask(get("files", "/stopped.bin"), TrafficClass.BULK, ServiceExchange.stopped()));
        }
        stopped.forEach(exchange -> assertThat(exchange.answer().status()).isEqualTo(200));
        ServiceExchange beside = site.ask(get("files", "/stopped.bin"), TrafficClass.BULK, ServiceExchange.reading());
        assertThat(beside.wholeDigest()).isEqualTo(digest);

        long resident = MemoryUse.of(site.pool().processId()).residentBytes() - residentBefore;
        long direct = buffers() - directBefore;
        assertThat(stopped).allMatch(exchange -> exchange.bytes() == 0);
        ServiceExchange last = stopped.removeLast();
        last.cancel();
        assertThat(last.failure()).isEqualTo(LinkErrorCode.STREAM_CANCELLED);
        Polling.until("nginx hears of the end", STEP, () -> leastHandedOut() < bytes);
        long handedOut = leastHandedOut();
        System.out.printf(
                Locale.ROOT,
                "%d stopped readers of %d MiB each: pool's process grew by %d KiB, buffers at the edge by %d KiB, nginx had handed out %d KiB%n",
                STOPPED_READERS,
                bytes / MIB,
                resident / 1024,
                direct / 1024,
                handedOut / 1024);
        assertThat(handedOut).as("bytes that the system took of nginx").isLessThan(16L * MIB);
        assertThat(direct).isLessThan(32L * MIB);
        assertThat(resident).isLessThan(96L * MIB);

        stopped.forEach(ServiceExchange::readOn);
        assertThat(stopped).allMatch(exchange -> exchange.wholeDigest().equals(digest));
    }

    /** What this process, which is the edge node, has taken of memory for buffers. */
    private static long buffers() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    /** Of what stopped readers asked for. */
    private long leastHandedOut() {
        return site.nginx().log().stream()
                .filter(line -> line.contains("/stopped.bin"))
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    @Test
    void sipFlowsBesideALargeDownload() throws Exception {
        download("services: 64 MiB", 64L * MIB);
    }

    @Test
    @Tag("soak")
    @Tag("soak-link")
    void sipFlowsBesideADownloadOfOneGibibyte() throws Exception {
        download("soak: link, 1 GiB", 1024L * MIB);
    }

    /** One after the other, each to its 200: interactive traffic does not wait behind the download. */
    private static final int MIB_FOR_A_MESSAGE = 4;

    private void download(String name, long bytes) throws Exception {
        String digest = site.nginx().put("large.bin", bytes, 9);
        String sender = "alice" + bytes;
        String recipient = "bob" + bytes;
        AtomicBoolean over = new AtomicBoolean();
        try (SipUserAgent alice = site.signIn(phones, sender);
                SipUserAgent bob = site.signIn(phones, recipient)) {
            CompletableFuture<Void> answering = ServicesSite.beside(() -> answer(bob, over));
            String to = "sip:" + recipient + "@acorn.example";
            long[] alone = latencies(alice, to, sent -> sent >= MESSAGES);
            long began = System.nanoTime();
            ServiceExchange download =
                    site.ask(get("files", "/large.bin"), TrafficClass.BULK, ServiceExchange.reading());
            CompletableFuture<String> whole = CompletableFuture.supplyAsync(download::wholeDigest);
            CompletableFuture<Long> took =
                    whole.thenApply(done -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
            long[] beside = latencies(alice, to, sent -> whole.isDone());
            assertThat(whole.get(10, TimeUnit.MINUTES)).isEqualTo(digest);
            assertThat(download.bytes()).isEqualTo(bytes);
            over.set(true);
            answering.get(1, TimeUnit.MINUTES);
            System.out.println(name + " in " + took.get() + " ms; messages alone: " + shown(alone) + "; beside it: "
                    + shown(beside));
            assertThat(beside.length).as("messages while it was under way").isGreaterThan((int)
                    (bytes / MIB / MIB_FOR_A_MESSAGE));
        }
    }

    /** Sends messages until it is over; how long each took to its 200, in microseconds, sorted. */
    private static long[] latencies(SipUserAgent from, String to, IntPredicate over) throws IOException {
        List<Long> all = new ArrayList<>();
        while (!over.test(all.size())) {
            long began = System.nanoTime();
            assertThat(from.message(to, "beside").status()).isEqualTo(200);
            all.add(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - began));
        }
        Collections.sort(all);
        return all.stream().mapToLong(Long::longValue).toArray();
    }

    private static void answer(SipUserAgent phone, AtomicBoolean over) {
        try {
            while (!over.get()) {
                SipMessage message = phone.take("MESSAGE", Duration.ofMillis(50));
                if (message != null) {
                    phone.respond(message, 200, "OK");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String shown(long[] sorted) {
        return sorted.length == 0
                ? "none"
                : String.format(
                        Locale.ROOT,
                        "%d, median %.1f ms, 99th percentile %.1f ms, longest %.1f ms",
                        sorted.length,
                        sorted[sorted.length / 2] / 1e3,
                        sorted[sorted.length * 99 / 100] / 1e3,
                        Arrays.stream(sorted).max().orElse(0) / 1e3);
    }
}
