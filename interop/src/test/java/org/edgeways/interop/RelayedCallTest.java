package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.avedge.client.RelayClient;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What somebody who is in a call through the relay has left when the node is killed, and when they may be there no more. */
@Tag("interop")
class RelayedCallTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration LIFE = Duration.ofMinutes(10);
    private static final int CHANNEL = 0x4001;
    private static final int ALICES_TONE = 440;
    private static final int BOBS_TONE = 1_000;
    /** What the browser's analysis takes for the same tone. */
    private static final double HERTZ = 20;

    private static Deployment deployment;

    private final SecureRandom random = new SecureRandom();

    @BeforeAll
    static void start() {
        deployment = Deployment.start("relayed-call");
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    private static JsonNode credentials(Account person) {
        return deployment
                .administrator()
                .ask(AdminClient.request("relay-credentials")
                        .put("name", person.username())
                        .put("device", "phone"))
                .path("turn");
    }

    private RelayClient client(Account person) throws IOException {
        JsonNode turn = credentials(person);
        return RelayClient.udp(
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), person.sipTlsPort()),
                new RelayClient.Login(
                        turn.path("username").asText(), turn.path("credential").asText()),
                PATIENCE,
                random);
    }

    /** On another address of loopback than the relay's own. */
    private static DatagramSocket peer() throws IOException {
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0));
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private static String received(DatagramSocket peer) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[1_500], 1_500);
        peer.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }

    /** Allocates; then packets go both ways. */
    private static TransportAddress begin(RelayClient client, DatagramSocket peer) throws IOException {
        RelayClient.Answer answer = client.allocate();
        assertThat(answer.isOk()).as("%s", answer).isTrue();
        TransportAddress relayed = Objects.requireNonNull(answer.relayed());
        assertThat(client.bind(CHANNEL, TransportAddress.of((InetSocketAddress) peer.getLocalSocketAddress()))
                        .isOk())
                .isTrue();
        client.send(CHANNEL, "there");
        assertThat(received(peer)).isEqualTo("there");
        byte[] back = "back".getBytes(StandardCharsets.UTF_8);
        peer.send(new DatagramPacket(back, back.length, relayed.toSocketAddress()));
        assertThat(client.receive(PATIENCE)).isEqualTo(new RelayClient.Data(CHANNEL, null, "back"));
        return relayed;
    }

    private static void edgeHasSaid(String... parts) {
        Polling.until(
                "the node has said " + String.join(" ", parts),
                PATIENCE,
                () -> deployment
                        .log("edge")
                        .lines()
                        .anyMatch(line -> java.util.stream.Stream.of(parts).allMatch(line::contains)));
    }

    /** RFC 8656 section 8.2: 437 tells the client that its allocation is gone. */
    @Test
    void aClientAllocatesAnewWithTheSameCredentialsAfterTheNodeWasKilled() throws Exception {
        try (RelayClient alice = client(deployment.addPeople("killed", 1).getFirst());
                DatagramSocket peer = peer()) {
            begin(alice, peer);
            deployment.killEdge();
            deployment.startEdge();

            alice.send(CHANNEL, "of the call of before");
            RelayClient.Answer answer = alice.refresh(LIFE);
            assertThat(answer.status()).isEqualTo(437);
            assertThat(answer.reason()).isEqualTo("Allocation Mismatch");
            edgeHasSaid("event=av-edge-refused", "code=turn-no-allocation", "status=437");
            assertThat(deployment.edgeCounter("av_edge_refusals_total", "turn-no-allocation"))
                    .isEqualTo(1);
            Polling.until(
                    "what was sent into the call of before is counted",
                    PATIENCE,
                    () -> deployment.edgeCounter("av_edge_drops_total", "turn-data-without-allocation") == 1);
            begin(alice, peer);
        }
    }

    /**
     * Nobody does more than to call again: the pages connect, sign in and go to the relay by themselves, with the credentials of
     * before. The call of before is over with the node.
     */
    @Test
    void pagesCallAgainAndHearEachOtherAfterTheNodeWasKilledDuringTheirCall() {
        List<Account> both = deployment.addPeople("paged", 2);
        RelayAccess ofAlice = RelayAccess.of(credentials(both.getFirst()));
        RelayAccess ofBob = RelayAccess.of(credentials(both.getLast()));
        try (ChromiumJsSip alice = ChromiumJsSip.startPatient("killed-call-alice", both.getFirst());
                ChromiumJsSip bob = ChromiumJsSip.startPatient("killed-call-bob", both.getLast())) {
            alice.awaitSignedIn();
            bob.awaitSignedIn();
            relayCalls(alice, ofAlice, bob, ofBob);
            hearEachOther(alice, bob, both.getLast().uri());

            relayCalls(alice, ofAlice, bob, ofBob); // what is awaited comes after this
            deployment.killEdge();
            deployment.startEdge();
            alice.awaitSignedIn();
            bob.awaitSignedIn();
            assertThat(deployment.edgeCounter("av_edge_allocations_made_total", ""))
                    .as("the node knows nothing of the call of before")
                    .isZero();
            hearEachOther(alice, bob, both.getLast().uri());
        }
    }

    private static void relayCalls(ChromiumJsSip alice, RelayAccess ofAlice, ChromiumJsSip bob, RelayAccess ofBob) {
        alice.relayCalls(ofAlice, ofAlice.urls(), ALICES_TONE);
        bob.relayCalls(ofBob, ofBob.urls(), BOBS_TONE);
    }

    /** Alice calls; both hear the other one's tone by way of the relay. */
    private static void hearEachOther(ChromiumJsSip alice, ChromiumJsSip bob, String bobsUri) {
        alice.call(bobsUri);
        alice.awaitCallEstablished();
        bob.awaitCallEstablished();
        heard(alice.measure(), BOBS_TONE);
        heard(bob.measure(), ALICES_TONE);
        Polling.until(
                "the node has relayed it",
                PATIENCE,
                () -> deployment.edgeCounter("av_edge_packets_total", "direction=\"between-clients\"") > 0);
    }

    private static void heard(ChromiumJsSip.Heard heard, int hertz) {
        assertThat(heard.candidateType()).as("%s", heard).isEqualTo("relay");
        assertThat(heard.hertz()).as("%s", heard).isCloseTo(hertz, within(HERTZ));
    }

    @Test
    void whoIsDisabledOrLosesRemoteAccessDuringACallIsCutOffAndNobodyElse() throws Exception {
        var people = deployment.addPeople("cut", 3);
        try (RelayClient disabled = client(people.get(0));
                RelayClient without = client(people.get(1));
                RelayClient other = client(people.get(2));
                DatagramSocket peer = peer()) {
            begin(disabled, peer);
            begin(without, peer);
            begin(other, peer);
            isCutOff(disabled, people.get(0), 1, "--disabled");
            isCutOff(without, people.get(1), 2, "--remote-access=false");
            other.send(CHANNEL, "of the other");
            assertThat(received(peer)).isEqualTo("of the other");
            assertThat(other.refresh(LIFE).isOk()).isTrue();
        }
    }

    private void isCutOff(RelayClient client, Account person, int withdrawn, String option) throws IOException {
        double dropped = deployment.edgeCounter("av_edge_drops_total", "turn-data-without-allocation");
        long began = System.nanoTime();
        deployment.administer("user", "set", person.username(), option);
        Polling.until(
                "the allocation has ended",
                PATIENCE,
                () -> deployment.edgeCounter("av_edge_allocations_ended_total", "\"withdrawn\"") == withdrawn);
        System.out.printf("%s: cut off after %d ms%n", option, (System.nanoTime() - began) / 1_000_000);
        edgeHasSaid("event=av-edge-ended", "reason=withdrawn");
        client.send(CHANNEL, "after the end");
        Polling.until(
                "it is dropped",
                PATIENCE,
                () -> deployment.edgeCounter("av_edge_drops_total", "turn-data-without-allocation") == dropped + 1);
        assertThat(client.refresh(LIFE).status()).isEqualTo(401);
        assertThat(client.allocate().status()).isEqualTo(401);
        edgeHasSaid("event=av-edge-credentials-refused", "code=relay-credentials-withdrawn", "why=");
        assertThat(deployment.log("pool"))
                .contains("event=relay-credentials-withdrawn code=ok person=" + person.uri() + " of=person");
    }
}
