package org.edgeways.app.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.app.demo.DemoDescription;
import org.edgeways.net.Pem;
import org.edgeways.sip.digest.DigestClient;

/** What must work of the relay for audio and video. */
final class RelayScenarios {

    private RelayScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("alice gets credentials for the relay over HTTPS", RelayScenarios::issued),
                new Scenario(
                        "credentials for the relay are refused to a wrong password, and to dave outside",
                        RelayScenarios::refused));
    }

    private static void issued(Stage stage) throws IOException {
        DemoDescription.Person alice = stage.demo().person("alice");
        HttpResponse<String> answer = ask(stage, alice.username(), alice.password());
        expect(answer, 200);
        JsonNode json = new ObjectMapper().readTree(answer.body());
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
        expect(ask(stage, "alice", "not-the-password"), 401);
        DemoDescription.Person dave = stage.demo().person("dave");
        HttpResponse<String> answer = ask(stage, dave.username(), dave.password());
        expect(answer, 403);
        CheckFailure.unless(answer.body().contains("remote access"), "the reason does not tell why: " + answer.body());
    }

    private static void expect(HttpResponse<String> answer, int status) {
        CheckFailure.unless(
                answer.statusCode() == status,
                "the answer is " + answer.statusCode() + ", should be " + status + ": " + answer.body());
    }

    /** Asks, is challenged, and asks again. */
    private static HttpResponse<String> ask(Stage stage, String name, String password) throws IOException {
        URI url = URI.create(stage.demo().turn().credentialsUrl());
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
