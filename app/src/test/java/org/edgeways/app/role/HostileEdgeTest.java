package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.Result;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.EnrolmentSecret;
import org.edgeways.joining.tls.JoinWaiter;
import org.edgeways.net.CertificateKeys;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.settings.snapshot.SnapshotReader;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.tokens.SnapshotSigner;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What who has taken over an edge node can do: nothing but what those can who have signed in through it. Alice has signed in
 * through the hostile node edge1, Bob through edge2, which is honest; Carol and Dave have not.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileEdgeTest {

    private static final String ALICES_FLOW = "edge1;boot=b1;connection=1";
    private static final String BOBS_FLOW = "edge2;boot=b2;connection=7";

    private HostilePerimeter perimeter;
    private HostileEdge hostile;
    private HostileEdge honest;

    @BeforeAll
    void takeOver(@TempDir Path directory) throws Exception {
        perimeter = new HostilePerimeter(directory);
        hostile = perimeter.taken("edge1");
        honest = perimeter.taken("edge2");
        assertThat(perimeter.signIn(hostile, "alice", "edge1", ALICES_FLOW).status())
                .isEqualTo(200);
        assertThat(perimeter.signIn(honest, "bob", "edge2", BOBS_FLOW).status()).isEqualTo(200);
        settle();
    }

    /** While what waits for who has just signed in is looked for, messages to them wait too (202), and come later. */
    private void settle() throws Exception {
        int sent = 1;
        while (hostile.ask(from("alice", "MESSAGE", "bob", ALICES_FLOW)).status() != 200) {
            sent++;
        }
        for (int i = 0; i < sent; i++) {
            assertThat(honest.requests.poll(20, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @AfterAll
    void stop() {
        perimeter.close();
    }

    private SipMessage from(String person, String method, String to, String flow) {
        return perimeter.request("edge1", method, person, to, flow);
    }

    // --- people ---

    @Test
    void speaksForNobodyWhoDidNotSignInThroughIt() throws Exception {
        assertThat(hostile.ask(from("alice", "MESSAGE", "bob", ALICES_FLOW)).status())
                .as("as Alice it may")
                .isEqualTo(200);
        assertThat(honest.requests.poll(20, TimeUnit.SECONDS)).isNotNull();

        List<String> methods = List.of(
                "MESSAGE", "INVITE", "OPTIONS", "SUBSCRIBE", "PUBLISH", "REFER", "INFO", "NOTIFY", "UPDATE", "BYE");
        List<String> flows =
                List.of(ALICES_FLOW, BOBS_FLOW, "edge1;boot=b2;connection=7", ".inside;boot=b;connection=1", "");
        for (String person : List.of("bob", "carol", "BOB", "%62ob")) {
            for (String method : methods) {
                for (String flow : flows) {
                    SipMessage request = from(person, method, "alice", flow);
                    request.set(HeaderName.of("P-Asserted-Identity"), "<sip:bob@acorn.example>");
                    request.set(HeaderName.of("P-Preferred-Identity"), "<sip:bob@acorn.example>");
                    if (method.equals("SUBSCRIBE") || method.equals("PUBLISH") || method.equals("NOTIFY")) {
                        request.set(HeaderName.EVENT, "presence");
                    }
                    if (method.equals("INFO") || method.equals("BYE") || method.equals("UPDATE")) {
                        request.set(HeaderName.TO, "<sip:alice@acorn.example>;tag=known");
                    }
                    assertThat(hostile.ask(request).status())
                            .as("%s as %s on \"%s\"", method, person, flow)
                            .isIn(403, 407);
                }
            }
        }
        assertThat(hostile.requests).as("what came to Alice's device").isEmpty();
    }

    @Test
    void nobodyIsToldThatAnIdentityThatItClaimsIsTrue() throws Exception {
        honest.requests.clear();
        SipMessage request = from("alice", "MESSAGE", "bob", ALICES_FLOW);
        request.set(HeaderName.of("P-Asserted-Identity"), "<sip:carol@acorn.example>");
        request.set(HeaderName.of("P-Edgeways-Person"), "carol");

        assertThat(hostile.ask(request).status()).isEqualTo(200);

        String arrived = HostileEdge.text(Objects.requireNonNull(honest.requests.poll(20, TimeUnit.SECONDS)));
        assertThat(arrived).contains("From: <sip:alice@acorn.example>").doesNotContain("carol");
    }

    @Test
    void answersForNobodyWhoDidNotSignInThroughIt() throws Exception {
        honest.requests.clear();
        honest.silent = true;
        SipMessage request = from("alice", "INFO", "bob", ALICES_FLOW);
        Future<SipMessage> answer =
                CompletableFuture.supplyAsync(() -> hostile.answerTo(request), Thread::startVirtualThread);
        SipMessage arrived = Objects.requireNonNull(honest.requests.poll(20, TimeUnit.SECONDS));
        while (!arrived.method().equals("INFO")) { // a message that had waited
            honest.send(SipMessage.responseTo(arrived, 200, "OK"));
            arrived = Objects.requireNonNull(honest.requests.poll(20, TimeUnit.SECONDS));
        }

        // as if it had learnt what only Bob's device and its edge know
        hostile.send(SipMessage.responseTo(arrived, 200, "Forged"));
        assertThat(hostile.ask(from("alice", "OPTIONS", "alice", ALICES_FLOW)).status())
                .as("what came after it is done")
                .isPositive();
        honest.send(SipMessage.responseTo(arrived, 486, "Busy Here"));

        assertThat(answer.get(20, TimeUnit.SECONDS).reason()).isEqualTo("Busy Here");
        honest.silent = false;
    }

    @Test
    void signsNobodyInWithoutTheirPassword() throws Exception {
        SipMessage plain = perimeter.register("edge1", "carol", "edge1", "edge1;boot=b1;connection=2");
        SipMessage challenged = hostile.ask(plain);
        assertThat(challenged.status()).isEqualTo(401);

        SipMessage asAlice = perimeter.answered(challenged, plain, "alice");
        assertThat(hostile.ask(asAlice).status())
                .as("Alice's password for Carol")
                .isEqualTo(403);
        SipMessage throughAnother = perimeter.register("edge1", "carol", "edge2", BOBS_FLOW);
        assertThat(hostile.ask(throughAnother).status()).isEqualTo(401);

        SipMessage toCarol = from("alice", "MESSAGE", "carol", ALICES_FLOW);
        assertThat(hostile.ask(toCarol).status()).as("Carol is still away").isEqualTo(202);
    }

    @Test
    void credentialsThatItHasSeenWorkNoSecondTimeAndForNothingElse() throws Exception {
        SipMessage plain = perimeter.register("edge1", "alice", "edge1", ALICES_FLOW);
        SipMessage good = perimeter.answered(hostile.ask(plain), plain, "alice");
        assertThat(hostile.ask(good).status()).isEqualTo(200);
        String seen = Objects.requireNonNull(good.first(HeaderName.AUTHORIZATION));

        SipMessage again = perimeter.register("edge1", "alice", "edge1", "edge1;boot=b1;connection=3");
        again.set(HeaderName.AUTHORIZATION, seen);
        assertThat(hostile.ask(again).status()).isEqualTo(401);
        SipMessage counted = perimeter.register("edge1", "alice", "edge1", "edge1;boot=b1;connection=3");
        counted.set(HeaderName.AUTHORIZATION, seen.replace("nc=00000001", "nc=00000002"));
        assertThat(hostile.ask(counted).status()).isEqualTo(401);
        for (String method : List.of("MESSAGE", "INVITE", "SUBSCRIBE")) {
            SipMessage other = from("alice", method, "bob", "edge1;boot=b1;connection=3");
            other.set(HeaderName.of("Proxy-Authorization"), seen);
            assertThat(hostile.ask(other).status()).as(method).isEqualTo(407);
        }
    }

    @Test
    void learnsNothingOfOthersThatTheyHaveNotAllowed() throws Exception {
        hostile.requests.clear();
        for (String event : List.of("reg", "presence.winfo", "message-summary")) {
            for (String asked : List.of("bob", "carol")) {
                SipMessage request = from("alice", "SUBSCRIBE", asked, ALICES_FLOW);
                request.set(HeaderName.EVENT, event);
                request.set(HeaderName.of("Expires"), "600");
                assertThat(hostile.ask(request).status())
                        .as("%s of %s", event, asked)
                        .isGreaterThanOrEqualTo(400);
            }
        }
        for (String asked : List.of("bob", "carol")) {
            SipMessage publish = from("alice", "PUBLISH", asked, ALICES_FLOW);
            publish.set(HeaderName.EVENT, "presence");
            assertThat(hostile.ask(publish).status())
                    .as("PUBLISH for %s", asked)
                    .isGreaterThanOrEqualTo(400);
        }
        assertThat(hostile.requests)
                .filteredOn(request -> request.method().equals("NOTIFY"))
                .isEmpty();
    }

    // --- secrets ---

    @Test
    void readsNoPasswordAndNoKey() throws Exception {
        HostileLink.Control control = perimeter.controlOf(hostile, "edge1");
        EdgeSnapshot settings = perimeter.given(control, "edge1");
        String told = hostile.everything() + settings.json();

        assertThat(told)
                .as("it does hear what is said")
                .contains("sip:alice@acorn.example")
                .contains("acorn");
        for (String person : HostilePerimeter.PEOPLE) {
            String password = HostilePerimeter.passwordOf(person);
            assertThat(told).doesNotContain(password);
            for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
                assertThat(told.toLowerCase(Locale.ROOT))
                        .doesNotContain(algorithm.ha1(person, "acorn.example", password));
            }
        }
        for (String line : perimeter.secretsOfTheInside()) {
            assertThat(told).doesNotContain(line);
        }
        assertThat(settings.json().toLowerCase(Locale.ROOT)).doesNotContain("password", "secret", "private", "edge2");
        control.close();
    }

    @Test
    void readsNoMessageThatWaitsForSomebodyElse() throws Exception {
        String text = "for Dave alone: the cormorant is back";
        SipMessage sent = perimeter.request("edge2", "MESSAGE", "bob", "dave", BOBS_FLOW);
        sent.setBody("text/plain", text.getBytes(StandardCharsets.UTF_8));
        assertThat(honest.ask(sent).status()).isEqualTo(202);

        hostile.ask(perimeter.register("edge1", "dave", "edge1", "edge1;boot=b1;connection=4"));
        for (String person : List.of("alice", "dave")) {
            SipMessage subscribe = from(person, "SUBSCRIBE", "dave", ALICES_FLOW);
            subscribe.set(HeaderName.EVENT, "message-summary");
            assertThat(hostile.ask(subscribe).status()).as(person).isGreaterThanOrEqualTo(400);
        }
        honest.requests.clear();
        assertThat(perimeter
                        .signIn(honest, "dave", "edge2", "edge2;boot=b2;connection=8")
                        .status())
                .isEqualTo(200);

        SipMessage delivered = Objects.requireNonNull(honest.requests.poll(20, TimeUnit.SECONDS));
        while (!String.valueOf(delivered.first(HeaderName.TO)).contains("dave")) { // one to Bob that had waited
            delivered = Objects.requireNonNull(honest.requests.poll(20, TimeUnit.SECONDS));
        }
        assertThat(new String(delivered.body(), StandardCharsets.UTF_8)).isEqualTo(text);
        assertThat(hostile.everything()).doesNotContain("cormorant");
    }

    // --- settings and membership ---

    @Test
    void signsNoSettingsThatAnotherNodeTakes() throws Exception {
        HostileLink.Control control = perimeter.controlOf(honest, "edge2");
        String good = perimeter.envelope(control);
        SnapshotReader reader =
                new SnapshotReader("edge2", perimeter.member("edge2").snapshotKeys());
        EdgeSnapshot real = read(reader, good).orThrow();
        String number = "revision " + real.revision() + "\n";
        String next = "revision " + (real.revision() + 1) + "\n";
        String signed = new String(
                real.withRevision(real.revision() + 1)
                        .signed(new SnapshotSigner(SnapshotSigner.newKeys(HostilePerimeter.RANDOM)))
                        .bytes(),
                StandardCharsets.ISO_8859_1);
        String insidesKey = good.lines().skip(1).findFirst().orElseThrow();
        String ownKey = signed.lines().skip(1).findFirst().orElseThrow();
        String unsigned = signed.replace(ownKey, insidesKey).replaceFirst("signature .*\n", "");
        HostileLink.Control edge1 = perimeter.controlOf(hostile, "edge1");

        assertThat(read(reader, signed).isOk()).as("a key of its own").isFalse();
        assertThat(read(reader, signed.replace(ownKey, insidesKey)).isOk())
                .as("a key of its own under another name")
                .isFalse();
        assertThat(read(reader, unsigned.replaceFirst("\n\n", "\nsignature " + byNodeKey(unsigned) + "\n\n"))
                        .isOk())
                .as("the node's key")
                .isFalse();
        assertThat(read(reader, good.replace(number, next)).isOk())
                .as("another number")
                .isFalse();
        assertThat(read(reader, good.replace("acorn.example", "oakes.example")).isOk())
                .as("another content")
                .isFalse();
        assertThat(read(reader, perimeter.envelope(edge1)).isOk())
                .as("that of another node")
                .isFalse();

        edge1.says(ControlMessage.SnapshotPush.of(signed.getBytes(StandardCharsets.ISO_8859_1)));
        edge1.awaitEnd();
        control.close();
    }

    private static Result<EdgeSnapshot> read(SnapshotReader reader, String envelope) {
        return reader.read(envelope.getBytes(StandardCharsets.ISO_8859_1), 0);
    }

    /** Of as many bytes as a signature of the inside. */
    private String byNodeKey(String unsigned) throws Exception {
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(perimeter.member("edge1").identity().key());
        signature.update(unsigned.getBytes(StandardCharsets.ISO_8859_1));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    }

    @Test
    void getsNoCertificateButItsOwn() throws Exception {
        HostileLink.Control control = perimeter.controlOf(hostile, "edge1");
        perimeter.given(control, "edge1");
        KeyPair keys = CertificateKeys.make(HostilePerimeter.RANDOM);
        control.says(new ControlMessage.CertificateRequest(Pem.requestText(HostileCertificates.greedyRequest(keys))));

        ControlMessage.CertificateIssued issued = (ControlMessage.CertificateIssued) control.told();

        X509Certificate leaf =
                Pem.certificates(issued.chain().getFirst(), "").orThrow().getFirst();
        PeerIdentity says = PeerIdentity.of(leaf);
        assertThat(says.node()).isEqualTo("edge1");
        assertThat(says.service()).isNull();
        assertThat(says.dnsNames())
                .containsExactlyInAnyOrder("edge1.node.edgeways.internal", "edge1.perimeter.acorn.example");
        assertThat(leaf.getSubjectX500Principal().getName()).doesNotContain("edge2");
        assertThat(leaf.getBasicConstraints()).as("no authority").isEqualTo(-1);
        assertThat(leaf.getKeyUsage()[5]).as("signs no certificates").isFalse();
        control.close();

        HostileLink.Control asAnother = hostile.link().control();
        asAnother.says(new ControlMessage.Hello("edge2", 0, "test"));
        asAnother.awaitEnd();
    }

    @Test
    void isTakenForNoOtherNode() throws Exception {
        Bundle bundle = perimeter.enrolled("edge3");
        Bundle guessed = new Bundle(
                "edge3",
                bundle.enrolment(),
                bundle.authority(),
                EnrolmentSecret.make(HostilePerimeter.RANDOM).secret(),
                bundle.expires(),
                bundle.listen());
        try (JoinWaiter waiter = perimeter.waiting(guessed)) {
            perimeter.awaitEvent("join-refused", "edge3");
            assertThat(waiter.outcome().getNow(null) instanceof JoinWaiter.Outcome.Joined)
                    .as("has joined")
                    .isFalse();
        }
        assertThat(perimeter.status("edge3").path("joined").isNull()).isTrue();

        perimeter.join("edge3", bundle);
        TlsIdentity taken = perimeter.member("edge1").identity();
        try (HostileEdge inItsPlace = perimeter.listening("edge3", taken)) {
            RunningRoles.awaitTrue("dialled and refused", () -> inItsPlace.refused.get() >= 2);
            assertThat(inItsPlace.hasSip()).isFalse();
            assertThat(inItsPlace.links).isEmpty();
        }
        try (HostileEdge forged = perimeter.listening("edge3", HostileCertificates.issuedBy(taken))) {
            RunningRoles.awaitTrue("dialled and refused", () -> forged.refused.get() >= 2);
            assertThat(forged.hasSip()).isFalse();
            assertThat(forged.links).isEmpty();
        }
        TlsIdentity real = perimeter.member("edge3").identity();
        try (HostileEdge itself = perimeter.listening("edge3", real)) {
            RunningRoles.awaitTrue("the real one is taken", () -> itself.hasSip() && !itself.links.isEmpty());
        }
    }

    // --- services ---

    @Test
    void reachesNoServiceThatIsNotNamedForIt() throws Exception {
        HostileLink link = hostile.link();
        assertThat(link.ask(HostileLink.get("intranet", "/")).body())
                .as("it may ask this one")
                .isEqualTo("intranet");

        String hidden = "127.0.0.1:" + perimeter.hidden.port();
        List<String> names = List.of(
                "hidden",
                "for-edge2",
                "FOR-EDGE2",
                "INTRANET",
                "Intranet",
                "intranet.",
                "intranet:80",
                "intranet:443",
                "intranet@" + hidden,
                hidden + "@intranet",
                "user@intranet",
                "intranet/",
                "intranet/../for-edge2",
                "../for-edge2",
                "./intranet",
                "%69ntranet",
                "intranet%00",
                "intranet\u0000",
                " intranet",
                "intranet ",
                "intranet\t",
                "intranet,for-edge2",
                "",
                ".",
                "*",
                "localhost",
                "localhost:" + perimeter.hidden.port(),
                hidden,
                "[::1]:" + perimeter.hidden.port(),
                "[::ffff:127.0.0.1]:" + perimeter.hidden.port(),
                "http://" + hidden,
                "unix:/run/secret.sock",
                "pool",
                "Control",
                "control.",
                "control:443",
                "admin.sock");
        for (String name : names) {
            for (boolean webSocket : new boolean[] {false, true}) {
                Http2Headers request = HostileLink.get(name, "/");
                if (webSocket) {
                    request.method("CONNECT").set(":protocol", "websocket");
                }
                HostileLink.Answer answer = link.ask(request);
                assertThat(answer.status()).as("\"%s\"", name).isIn(0, 400, 404);
                assertThat(answer.body()).as("\"%s\"", name).isEmpty();
            }
        }
        List<String> paths = List.of(
                "http://" + hidden + "/",
                "https://for-edge2/",
                hidden,
                "",
                "*",
                "intranet",
                "/\r\nHost: for-edge2",
                "/ HTTP/1.1\r\nHost: for-edge2\r\n\r\nGET /",
                "/\u0000",
                "/#",
                "\\\\hidden\\");
        for (String path : paths) {
            HostileLink.Answer answer = link.ask(HostileLink.get("intranet", path));
            assertThat(answer.status()).as("\"%s\"", path).isIn(0, 400);
        }
        List<Http2Headers> requests = List.of(
                HostileLink.get(hidden, "/").method("CONNECT"),
                HostileLink.get("intranet", "/").method("CONNECT"),
                HostileLink.get("intranet", "/").method("CONNECT").set(":protocol", "connect-udp"),
                HostileLink.get("intranet", "/").method("TRACE"),
                HostileLink.get("intranet", "/").method("GET / HTTP/1.1\r\nHost: hidden\r\n\r\nGET"),
                HostileLink.get("intranet", "/").set("host", hidden),
                HostileLink.get("intranet", "/").add(":authority", "for-edge2"),
                HostileLink.get("intranet", "/").set("transfer-encoding", "chunked"),
                HostileLink.get("intranet", "/").set("upgrade", "h2c"),
                HostileLink.get("intranet", "/").set("x", "y\r\nHost: hidden"));
        for (Http2Headers request : requests) {
            HostileLink.Answer answer = link.ask(request);
            assertThat(answer.status()).as("%s", request).isIn(0, 400);
        }
        assertThat(link.isOpen()).isTrue();
        // in origin form whatever it looks like: it goes to the origin that is named and to no other
        assertThat(link.ask(HostileLink.get("intranet", "//" + hidden + "/../.."))
                        .body())
                .isEqualTo("intranet");
        assertThat(perimeter.hidden.asked()).isZero();
        assertThat(perimeter.forEdge2.asked()).isZero();
        assertThat(honest.link().ask(HostileLink.get("for-edge2", "/")).body()).isEqualTo("for edge2");
    }
}
