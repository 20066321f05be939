package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.edgeways.app.Edgeways;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.control.Authority;
import org.edgeways.control.CertificateNames;
import org.edgeways.link.engine.InsideState;
import org.edgeways.net.CertificateKeys;
import org.edgeways.net.Pem;
import org.edgeways.net.SigningRequest;
import org.edgeways.net.TlsIdentity;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipParser;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A connector that runs by the settings stands between a node that has joined and a SIP server, which is a UDP socket here. */
@Tag("long")
@Timeout(120)
class ConnectorInFrontOfServerTest {

    private static final int PATIENCE_MILLIS = 20_000;

    @TempDir
    Path directory;

    private JoinedPair pair;
    private DatagramSocket server;
    private SettledConnector connector;

    @BeforeEach
    void start() throws Exception {
        pair = new JoinedPair(directory);
        server = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
        server.setSoTimeout(PATIENCE_MILLIS);
        int listen;
        try (DatagramSocket free = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            listen = free.getLocalPort();
        }
        Pem.writeIdentity(
                pair.edgeData().resolve("outside.crt"),
                pair.edgeData().resolve("outside.key"),
                pair.issue("sip.acorn.example"));
        pair.write(pair.text()
                        .replace(
                                "    host: sip.acorn.example\n",
                                "    host: sip.acorn.example\n    certificates: [outside]\n")
                + """
                ---
                kind: Certificate
                name: outside
                spec: {certificate: outside.crt, key: outside.key}
                ---
                kind: Connector
                name: ucm
                spec:
                  server: sip:127.0.0.1:%d;transport=udp
                  listen: {host: 127.0.0.1, address: 127.0.0.1, port: %d}
                ---
                kind: Route
                name: inside
                spec: {connector: ucm}
                """.formatted(server.getLocalPort(), listen));
        pair.startAll();
        Path data = Files.createDirectory(directory.resolve("connector"));
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        assertThat(Edgeways.run(
                        List.of(
                                "connector",
                                "enroll",
                                "ucm",
                                "--data",
                                pair.poolData().toString(),
                                "--out",
                                data.resolve(SettledConnector.IDENTITY_FILE).toString()),
                        out,
                        out))
                .as("%s", said)
                .isZero();
        connector = SettledConnector.start(pair.settings(), data, pair.loops, pair.clock, pair.random);
        awaitReachable(true);
    }

    @AfterEach
    void stop() {
        connector.close();
        pair.close();
        server.close();
    }

    private void awaitReachable(boolean is) {
        long end = System.nanoTime() + Duration.ofMillis(PATIENCE_MILLIS).toNanos();
        while (pair.edge().watched().notReady().get().isEmpty() != is) {
            assertThat(System.nanoTime())
                    .as("%s", pair.edge().watched().notReady().get())
                    .isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** What the server hears next, with where it came from. */
    private record Heard(SipMessage message, InetSocketAddress from) {}

    private Heard hear() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        server.receive(packet);
        byte[] bytes = Arrays.copyOf(packet.getData(), packet.getLength());
        if (!(SipParser.parse(bytes, SipLimits.DEFAULT) instanceof ParseOutcome.Good(SipMessage message))) {
            throw new AssertionError(new String(bytes, StandardCharsets.UTF_8));
        }
        return new Heard(message, (InetSocketAddress) packet.getSocketAddress());
    }

    private void say(SipMessage message, InetSocketAddress to) throws IOException {
        byte[] bytes = message.encode();
        server.send(new DatagramPacket(bytes, bytes.length, to));
    }

    private Heard signedIn(SipUserAgent client) throws IOException {
        CompletableFuture<Integer> registering = CompletableFuture.supplyAsync(() -> {
            try {
                return client.register(600).status();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        Heard register = hear();
        assertThat(register.message().method()).isEqualTo("REGISTER");
        SipMessage answer = SipMessage.responseTo(register.message(), 200, "OK", "server");
        answer.set(HeaderName.CONTACT, register.message().first(HeaderName.CONTACT) + ";expires=600");
        register.message().values(HeaderName.PATH).forEach(path -> answer.add(HeaderName.PATH, path));
        say(answer, register.from());
        assertThat(registering.join()).isEqualTo(200);
        return register;
    }

    @Test
    void itsCertificateIsRenewedOverTheLinkWhenTwoThirdsOfItsLifeAreOver() throws Exception {
        Path file = directory.resolve("connector").resolve(SettledConnector.IDENTITY_FILE);
        connector.close();
        Path control = pair.poolData().resolve("control");
        KeyPair keys = CertificateKeys.make(pair.random);
        Instant twoMonthsAgo = Instant.now().minus(Duration.ofDays(61));
        List<X509Certificate> aged = Authority.open(
                        control.resolve("authority"),
                        control.resolve("authority.passphrase"),
                        "unused",
                        Instant.now(),
                        pair.random)
                .orThrow()
                .certificates()
                .issue(
                        SigningRequest.read(SigningRequest.make(keys.getPrivate(), keys.getPublic(), "ucm"))
                                .orThrow(),
                        CertificateNames.ofService("ucm").valid(Duration.ofDays(90)),
                        twoMonthsAgo);
        Pem.writeTogether(file, new TlsIdentity(keys.getPrivate(), aged), List.of());

        connector = SettledConnector.start(pair.settings(), file.getParent(), pair.loops, pair.clock, pair.random);

        long end = System.nanoTime() + Duration.ofMillis(PATIENCE_MILLIS).toNanos();
        X509Certificate shown = aged.getFirst();
        while (shown.equals(aged.getFirst())) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(5_000_000);
            shown = Pem.readIdentity(file, file).orThrow().leaf();
        }
        assertThat(shown.getNotAfter().toInstant()).isAfter(Instant.now().plus(Duration.ofDays(89)));
        JsonNode said = pair.status().path("connectors").path(0);
        assertThat(said.path("name").asText()).isEqualTo("ucm");
        assertThat(Instant.parse(said.path("certificateEnd").asText()))
                .isEqualTo(shown.getNotAfter().toInstant());
        awaitReachable(true);
    }

    @Test
    void whatTheServerSendsByThePathOfASignInComesToTheClientOutsideAndItsAnswerBack() throws Exception {
        SipUserAgent client = pair.outside("alice", "unused");
        Heard register = signedIn(client);

        String contact = register.message().first(HeaderName.CONTACT);
        SipMessage text =
                SipMessage.request("MESSAGE", contact.substring(contact.indexOf('<') + 1, contact.indexOf('>')));
        text.set(HeaderName.VIA, "SIP/2.0/UDP 127.0.0.1:" + server.getLocalPort() + ";branch=z9hG4bKserver1");
        register.message().values(HeaderName.PATH).forEach(path -> text.add(HeaderName.ROUTE, path));
        text.set(HeaderName.MAX_FORWARDS, "70");
        text.set(HeaderName.FROM, "<sip:bob@acorn.example>;tag=b");
        text.set(HeaderName.TO, "<sip:alice@acorn.example>");
        text.set(HeaderName.CALL_ID, "from-inside");
        text.set(HeaderName.CSEQ, "1 MESSAGE");
        text.setBody("text/plain", "hello outside".getBytes(StandardCharsets.UTF_8));
        say(text, register.from());
        CompletableFuture<String> received = CompletableFuture.supplyAsync(() -> {
            try {
                return new String(client.awaitMessage().body(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        SipMessage answer = hear().message();
        while (answer.isRequest() || answer.status() < 200) {
            answer = hear().message();
        }
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        assertThat(received.join()).isEqualTo("hello outside");
    }

    @Test
    void aConnectorWhoseCertificateIsRefusedLosesTheConnectionsItHasToNodes() throws Exception {
        refuseTheConnector();
    }

    @Test
    void aRefusedCertificateIsRefusedByANodeToThatCannotRunTheSettingsItComesWith() throws Exception {
        pair.write(pair.text()
                .replace(
                        "addresses: [127.0.0.1]\n    sipTlsPort: " + pair.outsidePort,
                        "addresses: [127.0.0.1, 192.0.2.9]\n    sipTlsPort: " + pair.outsidePort));
        assertThat(pair.reload()).isEmpty();
        pair.await(node -> node.path("report").path("rejected").isObject());
        refuseTheConnector();
    }

    /** Its own copy of the settings names it still, as that of somebody would who has taken it over. */
    @Test
    void aConnectorThatThePoolsSettingsDoNotNameIsLetInByNoNodeUntilTheyDo() throws Exception {
        connector.close();
        Path copy = Files.createDirectory(directory.resolve("copy"));
        String named = pair.text();
        Files.writeString(copy.resolve("acorn.yaml"), named);
        connector = SettledConnector.start(copy, directory.resolve("connector"), pair.loops, pair.clock, pair.random);
        awaitReachable(true);
        awaitLinked(true);

        int document = named.indexOf("---\nkind: Connector");
        pair.push(named.substring(0, document));
        awaitLinked(false);
        assertThat(states()).as("others stay").hasSize(1);
        assertThat(pair.said("status"))
                .contains("Connector ucm is not in the settings", "edgeways certificate refuse ends it");
        assertThat(pair.said("certificate", "list")).contains("connector");

        pair.push(named);
        awaitLinked(true);
        awaitReachable(true);
        assertThat(pair.said("status")).contains("The certificate of connector ucm has 89 days left");
    }

    private void awaitLinked(boolean is) {
        long end = System.nanoTime() + Duration.ofMillis(PATIENCE_MILLIS).toNanos();
        while (states().stream().anyMatch(state -> state.inside().equals("ucm")) != is) {
            assertThat(System.nanoTime()).as("%s", states()).isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private void refuseTheConnector() {
        String serial = "";
        for (JsonNode each : pair.ask(AdminClient.request("certificate-list")).path("certificates")) {
            serial = each.path("name").asText().equals("ucm")
                    ? each.path("serial").asText()
                    : serial;
        }
        pair.ask(AdminClient.request("certificate-refuse").put("serial", serial));
        awaitReachable(false);
        long end = System.nanoTime() + Duration.ofMillis(PATIENCE_MILLIS).toNanos();
        while (states().stream().anyMatch(state -> state.inside().equals("ucm"))) {
            assertThat(System.nanoTime()).as("%s", states()).isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
        assertThat(states()).as("others stay").hasSize(1);
    }

    private List<InsideState> states() {
        return pair.edge().link().orElseThrow().states();
    }
}
