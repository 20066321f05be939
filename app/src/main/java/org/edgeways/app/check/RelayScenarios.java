package org.edgeways.app.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.app.demo.DemoDescription;
import org.edgeways.avedge.client.RelayClient;
import org.edgeways.net.Pem;
import org.edgeways.sip.digest.DigestClient;
import org.edgeways.turn.stun.TransportAddress;

/** What must work of the relay for audio and video. */
final class RelayScenarios {

    private static final int CHANNEL = 0x4000;

    /** Where the peer is: the demo's relay is on loopback, and reaches other addresses there than its own. */
    private static final String PEER = "127.0.0.2";

    private RelayScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("alice gets credentials for the relay over HTTPS", RelayScenarios::issued),
                new Scenario(
                        "credentials for the relay are refused to a wrong password, and to dave outside",
                        RelayScenarios::refused),
                new Scenario("dave gets credentials for the relay inside", RelayScenarios::inside),
                new Scenario("packets are relayed over UDP, to a peer and back", RelayScenarios::overUdp),
                new Scenario("packets are relayed over TLS on the port of everything else", RelayScenarios::overTls),
                new Scenario("a forbidden peer is refused by the relay", RelayScenarios::forbiddenPeer),
                new Scenario("forged credentials are refused by the relay", RelayScenarios::forged));
    }

    private static JsonNode credentials(Stage stage) throws IOException {
        DemoDescription.Person alice = stage.demo().person("alice");
        HttpResponse<String> answer =
                ask(stage, stage.demo().turn().credentialsUrl(), alice.username(), alice.password());
        expect(answer, 200);
        return new ObjectMapper().readTree(answer.body());
    }

    private static void issued(Stage stage) throws IOException {
        JsonNode json = credentials(stage);
        long seconds = json.path("ttl").asLong();
        CheckFailure.unless(
                seconds >= 60
                        && json.path("credential").asText().length() > 20
                        && json.path("username").asText().matches("[0-9]+:.+"),
                "the answer is no credentials: " + json.fieldNames());
        DemoDescription.Turn turn = stage.demo().turn();
        List<String> urls =
                json.path("urls").valueStream().map(JsonNode::asText).toList();
        CheckFailure.unless(
                urls.size() == 3
                        && urls.getFirst().equals("turn:" + turn.host() + ":" + turn.udpPort() + "?transport=udp")
                        && urls.getLast().equals("turns:" + turn.host() + ":" + turn.tlsPort() + "?transport=tcp"),
                "UDP should come first and TLS last: " + urls);
    }

    private static void refused(Stage stage) throws IOException {
        String outside = stage.demo().turn().credentialsUrl();
        expect(ask(stage, outside, "alice", "not-the-password"), 401);
        DemoDescription.Person dave = stage.demo().person("dave");
        HttpResponse<String> answer = ask(stage, outside, dave.username(), dave.password());
        expect(answer, 403);
        CheckFailure.unless(answer.body().contains("remote access"), "the reason does not tell why: " + answer.body());
    }

    private static void inside(Stage stage) throws IOException {
        DemoDescription.Person dave = stage.demo().person("dave");
        expect(ask(stage, stage.demo().inside().credentialsUrl(), dave.username(), dave.password()), 200);
    }

    private static void overUdp(Stage stage) throws IOException {
        JsonNode json = credentials(stage);
        RelayClient.Login login = new RelayClient.Login(
                json.path("username").asText(), json.path("credential").asText());
        try (RelayClient alice = overUdp(stage, login)) {
            converse(alice);
        }
    }

    private static RelayClient overUdp(Stage stage, RelayClient.Login login) throws IOException {
        DemoDescription.Turn turn = stage.demo().turn();
        return RelayClient.udp(
                new InetSocketAddress(turn.host(), turn.udpPort()), login, Stage.PATIENCE, new SecureRandom());
    }

    /** With the credentials of {@code demo.json}. */
    private static RelayClient.Login login(Stage stage) {
        DemoDescription.TurnCredentials turn = stage.demo().person("alice").turn();
        return new RelayClient.Login(turn.username(), turn.credential());
    }

    private static void overTls(Stage stage) throws IOException {
        DemoDescription.Turn turn = stage.demo().turn();
        SSLSocket socket =
                (SSLSocket) trusting(stage.demo()).getSocketFactory().createSocket(turn.host(), turn.tlsPort());
        try (RelayClient alice = RelayClient.over(socket, login(stage), Stage.PATIENCE, new SecureRandom())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm(
                    "HTTPS"); // RFC 2818's rules: the address is in the certificate
            parameters.setApplicationProtocols(new String[] {"stun.turn"});
            socket.setSSLParameters(parameters);
            socket.setSoTimeout((int) Stage.PATIENCE.toMillis());
            socket.startHandshake();
            converse(alice);
        }
    }

    /** Something goes to a peer through the relay, and something else comes back. */
    private static void converse(RelayClient client) throws IOException {
        try (DatagramSocket peer = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(PEER), 0))) {
            peer.setSoTimeout((int) Stage.PATIENCE.toMillis());
            TransportAddress relayed = allocated(client);
            expect(
                    client.bind(CHANNEL, TransportAddress.of((InetSocketAddress) peer.getLocalSocketAddress())),
                    0,
                    "binding a channel");
            String there = "there " + UUID.randomUUID();
            client.send(CHANNEL, there);
            DatagramPacket packet = new DatagramPacket(new byte[1_500], 1_500);
            peer.receive(packet);
            String came = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
            CheckFailure.unless(
                    came.equals(there) && packet.getSocketAddress().equals(relayed.toSocketAddress()),
                    "the peer got something else, or from elsewhere than " + relayed + ": "
                            + packet.getSocketAddress());
            String back = "back " + UUID.randomUUID();
            byte[] bytes = back.getBytes(StandardCharsets.UTF_8);
            peer.send(new DatagramPacket(bytes, bytes.length, relayed.toSocketAddress()));
            CheckFailure.unless(
                    new RelayClient.Data(CHANNEL, null, back).equals(client.receive(Stage.PATIENCE)),
                    "what the peer sent back does not come by the channel");
            expect(client.refresh(Duration.ZERO), 0, "ending the allocation");
        }
    }

    private static TransportAddress allocated(RelayClient client) throws IOException {
        RelayClient.Answer answer = client.allocate();
        expect(answer, 0, "allocating");
        TransportAddress relayed = answer.relayed();
        if (relayed == null) {
            throw new CheckFailure("the relay gives no address");
        }
        return relayed;
    }

    private static void forbiddenPeer(Stage stage) throws IOException {
        try (RelayClient alice = overUdp(stage, login(stage))) {
            allocated(alice);
            for (String forbidden : List.of("10.0.0.1", "169.254.169.254")) {
                TransportAddress peer = TransportAddress.of(InetAddress.ofLiteral(forbidden), 9);
                expect(alice.permit(peer), 403, "permitting " + forbidden);
                expect(alice.bind(CHANNEL, peer), 403, "binding a channel to " + forbidden);
            }
            expect(alice.refresh(Duration.ZERO), 0, "ending the allocation");
        }
    }

    private static void forged(Stage stage) throws IOException {
        RelayClient.Login good = login(stage);
        try (RelayClient mallory = overUdp(stage, new RelayClient.Login(good.username(), "guessed"))) {
            expect(mallory.allocate(), 401, "allocating with a guessed password");
        }
    }

    private static void expect(RelayClient.Answer answer, int status, String to) {
        CheckFailure.unless(
                answer.status() == status,
                to + ": the relay says " + answer.status() + " " + answer.reason() + ", should be "
                        + (status == 0 ? "success" : status));
    }

    private static void expect(HttpResponse<String> answer, int status) {
        CheckFailure.unless(
                answer.statusCode() == status,
                "the answer is " + answer.statusCode() + ", should be " + status + ": " + answer.body());
    }

    /** Asks, is challenged, and asks again. */
    private static HttpResponse<String> ask(Stage stage, String at, String name, String password) throws IOException {
        URI url = URI.create(at);
        DigestClient digest = new DigestClient(name, password);
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(trusting(stage.demo())).build()) {
            HttpResponse<String> challenge = send(client, HttpRequest.newBuilder(url));
            expect(challenge, 401);
            CheckFailure.unless(
                    digest.challenged(challenge.headers().allValues("www-authenticate")),
                    "there is no challenge that can be answered");
            String authorization = digest.authorization("GET", url.getPath(), new SecureRandom())
                    .orElseThrow();
            return send(client, HttpRequest.newBuilder(url).header("Authorization", authorization));
        }
    }

    private static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request) throws IOException {
        try {
            return client.send(request.timeout(Stage.PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static SSLContext trusting(DemoDescription demo) throws IOException {
        try {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            List<X509Certificate> authorities =
                    Pem.readCertificates(Path.of(demo.caFile())).orThrow();
            trusted.setCertificateEntry("demo", authorities.getFirst());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("the demo's authority cannot be trusted", e);
        }
    }
}
