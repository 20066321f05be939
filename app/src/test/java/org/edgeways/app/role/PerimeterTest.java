package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.edgeways.app.Edgeways;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.net.port.SharedListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** An inside with a directory of settings and an edge node that joins it, as the commands start them. */
@Tag("long")
@Timeout(120)
class PerimeterTest {

    @TempDir
    Path directory;

    private JoinedPair pair;
    private final Logger log = (Logger) LoggerFactory.getLogger(SharedListener.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void write() throws Exception {
        lines.start();
        log.addAppender(lines);
        log.setLevel(Level.DEBUG); // another test may have silenced it
        pair = new JoinedPair(directory);
    }

    @AfterEach
    void stop() throws Exception {
        pair.close();
        log.detachAppender(lines);
        log.setLevel(null);
    }

    /** What was told of connections that were turned away. */
    private List<String> refusals() {
        return List.copyOf(lines.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.contains("net-connection-refused"))
                .toList();
    }

    /** Dials the inside leg as the inside does, as soon as somebody listens there. */
    private void turnedAway(String... protocols) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            try (SSLSocket taken = pair.tls(pair.legPort, "edge1.perimeter.acorn.example", protocols)) {
                throw new AssertionError("taken: " + taken);
            } catch (ConnectException nobodyYet) {
                assertThat(System.nanoTime()).isLessThan(end);
                LockSupport.parkNanos(10_000_000);
            } catch (SSLException refused) {
                assertThat(refused).hasMessageContaining("no_application_protocol");
                return;
            }
        }
    }

    @Test
    void nothingOfANormalJoinLooksLikeARefusal() throws Exception {
        pair.startInside();
        pair.join();
        pair.stopLast();
        CompletableFuture<EdgeProcess> starting = CompletableFuture.supplyAsync(pair::startEdge);
        turnedAway(); // for SIP
        turnedAway("edgeways-join/1"); // for who waits with the bundle
        pair.startInside();
        starting.get(30, TimeUnit.SECONDS);
        awaitReady();
        assertThat(List.copyOf(lines.list))
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.startsWith("event=net-connection-early code=net-client-early "));
        assertThat(refusals()).isEmpty();

        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (refusals().isEmpty()) { // once the Link has been up for a moment
            assertThat(System.nanoTime()).isLessThan(end);
            turnedAway("edgeways-join/1");
            LockSupport.parkNanos(50_000_000);
        }
    }

    @Test
    void whoNamesNothingIsRefusedOnceANodeHasSettingsThatItCannotStartWith() throws Exception {
        pair.startInside();
        pair.join();
        try (ServerSocket other = new ServerSocket(pair.outsidePort, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            CompletableFuture<EdgeProcess> starting = CompletableFuture.supplyAsync(pair::startEdge);
            pair.await(node -> node.path("report").path("rejected").isObject());
            turnedAway();
            assertThat(refusals()).isNotEmpty();
            pair.write(
                    pair.text().replace("sipTlsPort: " + other.getLocalPort(), "sipTlsPort: " + JoinedPair.freePort()));
            assertThat(pair.reload()).isEmpty();
            starting.get(30, TimeUnit.SECONDS);
        }
    }

    private String rejection() {
        return pair.node().path("report").path("rejected").path("reason").asText();
    }

    @Test
    void aNodeJoinsByItsBundleTakesSettingsAtOnceAndIsRemoved() throws Exception {
        pair.startAll();
        assertThat(pair.node().path("certificateEnd").asText()).isNotEmpty();
        assertThat(pair.node()
                        .path("report")
                        .path("shown")
                        .path(0)
                        .path("selfSigned")
                        .asBoolean())
                .isTrue();

        for (String inside : List.of("edgeways-link/1", "edgeways-join/1")) {
            assertThatThrownBy(() -> pair.tls(pair.outsidePort, "sip.acorn.example", inside))
                    .as("the outside port serves nothing of the inside leg")
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("no_application_protocol");
        }
        for (String outside : List.of("http/1.1", "h2")) {
            assertThatThrownBy(() -> pair.tls(pair.legPort, "edge1.perimeter.acorn.example", outside))
                    .as("the inside leg serves no page")
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("no_application_protocol");
        }

        assertThat(said("certificate", "list")).containsPattern("node +edge1").containsPattern("service +pool");
        assertThat(said("audit", "--most", "20")).containsSubsequence("bundle-made", "node-joined");
        List<String> newest = said("audit", "--most", "1").lines().toList();
        assertThat(newest).hasSize(4).first().asString().startsWith("NUMBER");
        String number = newest.get(1).split(" ", 2)[0];
        assertThat(newest.getLast()).isEqualTo("There are older ones: --before " + number);
        assertThat(said("audit", "--before", number))
                .containsSubsequence("bundle-made", "node-joined")
                .doesNotContain("\n" + number + " ")
                .doesNotContain("older ones");
        assertThat(said("audit", "--event", "node-joined", "--name", "edge1")).hasLineCount(2);
        assertThat(said("audit", "--most", "1", "-o", "json")).containsPattern("\"more\" *: *true");

        pair.push(pair.text().replace("host: sip.acorn", "host: new.acorn"));
        assertThat(pair.node().path("report").path("restartNeeded"))
                .as("taken at once")
                .isEmpty();
        pair.push(pair.text()
                .replace("port: " + pair.legPort, "port: " + pair.legPort + "\n    dialPort: " + pair.legPort)
                .replace("host: edge1.perimeter", "host: edge2.perimeter"));
        assertThat(pair.node().path("report").path("restartNeeded").path(0).asText())
                .isEqualTo("insideLeg.host");

        // good settings, with which this host could not start: what the node keeps is what it can run
        long held = pair.node().path("report").path("revision").asLong();
        pair.write(pair.text()
                .replace(
                        "addresses: [127.0.0.1]\n    sipTlsPort: " + pair.outsidePort,
                        "addresses: [127.0.0.1, 192.0.2.9]\n    sipTlsPort: " + pair.outsidePort));
        assertThat(pair.reload()).isEmpty();
        pair.await(node -> node.path("report").path("rejected").isObject());
        assertThat(pair.node().path("report").path("rejected").path("code").asText())
                .isEqualTo("node-snapshot-not-applied");
        assertThat(pair.node().path("report").path("revision").asLong()).isEqualTo(held);

        pair.ask(AdminClient.request("node-remove").put("name", "edge1"));
        assertThat(pair.node().path("joined").isNull()).isTrue();
        pair.await(node -> node.path("link").isMissingNode());
        awaitNotReady("removed inside");
        awaitNotReady("the inside has no connection open"); // for SIP
        pair.stopLast();
        assertThat(whyNotJoined(directory.resolve("edge1.bundle"))).contains("used before");
    }

    @Test
    void whoSignedInThroughANodeIsShownAsGoneWhenItIsRemoved() throws Exception {
        pair.showOutside();
        pair.startAll();
        awaitReady();
        pair.ask(AdminClient.request("user-add").put("name", "alice").put("remoteAccess", true));
        String password = pair.ask(
                        AdminClient.request("device-add").put("name", "alice").put("device", "laptop"))
                .path("password")
                .asText();
        assertThat(pair.outside("alice", password).register(600).status()).isEqualTo(200);
        pair.push(pair.text().replace("host: sip.acorn", "host: new.acorn"));
        assertThat(signedIn()).isEqualTo(1);

        pair.ask(AdminClient.request("node-remove").put("name", "edge1"));
        RunningRoles.awaitTrue("she is shown as gone", () -> signedIn() == 0);
    }

    private int signedIn() {
        return pair.ask(AdminClient.request("user-list"))
                .path("people")
                .path(0)
                .path("bindings")
                .asInt(-1);
    }

    @Test
    void limitsOfTheLinkAreThoseOfTheSettings() throws Exception {
        pair.write("""
                kind: AccessSettings
                name: limits
                spec: {link: {streams: {connectionsOfOneInside: 2, ping: 1s}}}
                ---
                """
                + pair.text()
                        .replace("    host: sip.acorn.example\n", "    settings: limits\n    host: sip.acorn.example\n")
                        .replace(
                                "kind: Pool\nname: pool\nspec:\n",
                                "kind: Pool\nname: pool\nspec:\n  streams: {streams: 7}\n"));
        pair.startInside();
        pair.join();
        pair.startEdge();
        pair.await(node -> JoinedPair.isUpToDate(node)
                && node.path("link").path("open").asInt() == 2
                && pair.edge().watched().counters().get().contains("link-connections-exhausted"));

        pair.push(pair.text().replace("streams: {connectionsOfOneInside: 2,", "streams: {connectionsOfOneInside: 3,"));
        assertThat(pair.node().path("report").path("restartNeeded").path(0).asText())
                .isEqualTo("limits.link.streams.connectionsOfOneInside");
    }

    /** What a command about the pool prints. */
    private String said(String... command) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of("--data", pair.poolData().toString()));
        assertThat(Edgeways.run(arguments, out, out)).as(said.toString()).isZero();
        return said.toString();
    }

    private void awaitNotReady(String why) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!String.join(" ", pair.edge().watched().notReady().get()).contains(why)) {
            assertThat(System.nanoTime())
                    .as("%s", pair.edge().watched().notReady().get())
                    .isLessThan(end);
            LockSupport.parkNanos(10_000_000);
        }
    }

    /** The system frees the port of a closed listener with the next look of its event loop: until then it is in use. */
    private String whyNotJoined(Path bundle) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        Path data = Files.createDirectory(directory.resolve("second"));
        while (true) {
            try {
                NodeJoining.join(bundle, data, pair.clock, pair.random, new MicrometerCounters(), text -> {});
                throw new AssertionError("a used bundle was taken");
            } catch (AppFailure refused) {
                if (!refused.getMessage().contains("in use") || System.nanoTime() > end) {
                    return refused.getMessage();
                }
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    @Test
    void aNodeWhosePortIsTakenWhenItStartsSaysSoInsideAndTakesOtherSettings() throws Exception {
        pair.startAll();
        pair.stopLast();
        try (ServerSocket other = new ServerSocket(pair.outsidePort, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            CompletableFuture<EdgeProcess> starting = CompletableFuture.supplyAsync(pair::startEdge);
            pair.await(node -> node.path("report").path("rejected").isObject());
            assertThat(pair.node().path("report").path("rejected").path("code").asText())
                    .isEqualTo("node-roles-not-started");
            assertThat(rejection()).contains("port " + pair.outsidePort).contains("in use");
            assertThat(starting).isNotDone();
            turnedAway();
            assertThat(refusals()).isNotEmpty();

            int next = JoinedPair.freePort();
            pair.write(pair.text().replace("sipTlsPort: " + other.getLocalPort(), "sipTlsPort: " + next));
            assertThat(pair.reload()).isEmpty();
            EdgeProcess edge = starting.get(30, TimeUnit.SECONDS);
            assertThat(edge.sipTlsPort()).isEqualTo(next);
            pair.await(node -> JoinedPair.isUpToDate(node)
                    && !node.path("report").path("rejected").isObject());
        }
    }

    @Test
    void aNodeThatIsToListenElsewhereInsideIsReachedWhereItIsAndThereAfterItsNextStart() throws Exception {
        pair.startAll();
        pair.push(pair.text().replace("port: " + pair.legPort, "port: " + JoinedPair.freePort()));
        assertThat(pair.node().path("report").path("restartNeeded").path(0).asText())
                .isEqualTo("insideLeg.port");
        assertThat(pair.node().path("link").path("open").asInt()).isEqualTo(4);
        pair.push(pair.text().replace("host: sip.acorn", "host: new.acorn"));
        awaitReady();

        pair.stopLast();
        pair.startEdge();
        pair.await(node -> JoinedPair.isUpToDate(node)
                && node.path("report").path("restartNeeded").isEmpty()
                && node.path("link").path("open").asInt() == 4);
        awaitReady();
    }

    @Test
    void aNodeWithABrokenCertificateServesAndSaysWhatIsWrong() throws Exception {
        pair.write(pair.text()
                        .replace(
                                "    host: sip.acorn.example\n",
                                "    host: sip.acorn.example\n    certificates: [outside]\n")
                + "---\nkind: Certificate\nname: outside\nspec: {certificate: outside.crt, key: outside.key}\n");
        Files.writeString(pair.edgeData().resolve("outside.crt"), "no certificate");
        pair.startAll();
        pair.await(node -> node.path("report")
                .path("shown")
                .path(0)
                .path("problem")
                .asText()
                .contains("outside."));
        assertThat(pair.node()
                        .path("report")
                        .path("shown")
                        .path(0)
                        .path("selfSigned")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void aPoolWhoseSettingsNameNoAddressesListensOnAllOfBothVersions() throws Exception {
        pair.write(pair.text().replaceFirst(" +addresses: .*\n(?= +sipTlsPort: " + pair.insidePort + ")", ""));
        pair.startInside();
        assertThat(pair.inside().pool().insideAddresses())
                .singleElement()
                .satisfies(where ->
                        assertThat(where.getAddress().isAnyLocalAddress()).isTrue());
    }

    @Test
    void aNodeThatHasJustBeenWrittenIntoTheSettingsIsEnrolledAtOnce() throws Exception {
        pair.startInside();
        String text = pair.text();
        String second = text.substring(text.indexOf("kind: EdgeNode"))
                .replace("edge1", "edge2")
                .replaceAll("(sipTlsPort|port): .*", "$1: 1")
                .replaceFirst("port: 1\n +dialAddress", "port: 2\n    dialAddress");
        pair.write(text + "---\n" + second);
        assertThat(pair.ask(AdminClient.request("node-enroll").put("name", "edge2"))
                        .path("bundle")
                        .asText())
                .contains("node edge2");

        pair.write(text + "---\n" + second.replace("edge2", "edge3").replace("insideLeg", "insideLag"));
        assertThatThrownBy(() -> pair.ask(AdminClient.request("node-enroll").put("name", "edge3")))
                .isInstanceOfSatisfying(
                        AppFailure.class,
                        failure -> assertThat(failure.nextStep()).contains("spec.insideLag"));
    }

    @Test
    void drainingANodeWithoutARelaySaysThatItHasNone() throws Exception {
        pair.startAll();
        assertThat(said("node", "drain", "edge1")).contains("edge1 has no relay (role av)");
        assertThat(said("node", "resume", "edge1")).contains("edge1 has no relay (role av)");
    }

    @Test
    void aPoolWithABadSetStartsWithTheLastGoodOneAndSaysSo() throws Exception {
        pair.startInside();
        pair.stopLast();
        String good = pair.text();
        pair.write(good.replace("sipDomains", "sipDomans"));
        pair.startInside();
        assertThat(pair.status().path("settingsProblem").asText()).contains("acorn.yaml:4");
        pair.write(good);
        assertThat(pair.reload()).isEmpty();
        assertThat(pair.status().path("settingsProblem").isNull()).isTrue();
    }

    @Test
    void aPoolWithABadSetIsCalledAsTheLastGoodOneSaysAndNodesFindIt() throws Exception {
        pair.write(pair.text().replace("kind: Pool\nname: pool", "kind: Pool\nname: main"));
        pair.startInside();
        pair.stopLast();
        pair.write(pair.text().replace("sipDomains", "sipDomans"));
        pair.startAll();
        assertThat(pair.status().path("settingsProblem").asText()).contains("acorn.yaml:4");
        awaitReady();
    }

    @Test
    void aPoolThatIsRenamedWhileItRunsIsFoundByNodesAndSaysThatItNeedsARestart() throws Exception {
        pair.startAll();
        awaitReady();
        long before = pair.node().path("meant").asLong();
        pair.push(pair.text()
                .replace("kind: Pool\nname: pool", "kind: Pool\nname: main")
                .replace("[acorn.example]", "[acorn.example, oak.example]"));
        assertThat(pair.node().path("meant").asLong()).as("taken").isGreaterThan(before);
        assertThat(pair.edge().watched().notReady().get()).isEmpty();
        assertThat(pair.status().path("restartNeeded").toString()).isEqualTo("[\"name\"]");
    }

    private void awaitReady() {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!pair.edge().watched().notReady().get().isEmpty()) {
            assertThat(System.nanoTime())
                    .as("%s", pair.edge().watched().notReady().get())
                    .isLessThan(end);
            LockSupport.parkNanos(10_000_000);
        }
    }

    @Test
    void aBadSetOfSettingsEndsTheFirstStartWithItsLine() throws Exception {
        pair.write(pair.text().replace("sipDomains", "sipDomans"));

        assertThatThrownBy(() -> InsideProcess.start(
                        pair.settings(), pair.poolData(), Optional.empty(), pair.loops, pair.clock, pair.random))
                .isInstanceOf(AppFailure.class)
                .hasMessageContaining("acorn.yaml:4");
        assertThat(pair.poolData().resolve("control"))
                .as("no authority was made")
                .doesNotExist();
    }
}
