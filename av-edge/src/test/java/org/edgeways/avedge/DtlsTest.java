package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramSocket;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.avedge.client.UdpWire;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsProvider;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients over DTLS, by the Java runtime's own engine. */
@Timeout(60)
class DtlsTest extends OnBothPaths {

    /** RFC 6347 section 4.3.1: 2^14 bytes. */
    private static final int LONGEST_RECORD = 16_384;

    private final CertificateAuthority authority =
            CertificateAuthority.create("Acorn test authority", Instant.now(), new SecureRandom());

    private Rig rig(int shards) throws Exception {
        Rig rig = new Rig(sockets, Rig.settings(shards));
        rig.edge.dtls(ServerCertificates.of(new TlsContexts(TlsProvider.best())
                .server(authority.issue(CertificateRequest.of("localhost"), Instant.now()))));
        return rig;
    }

    static SSLContext trusting(CertificateAuthority whom) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        store.setCertificateEntry("authority", whom.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("DTLSv1.2");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private TurnClient client(Rig rig, String user) throws Exception {
        rig.passwords.put(user, "secret of " + user);
        DtlsWire wire = new DtlsWire(new UdpWire(rig.edge.outside().getFirst()), trusting(authority));
        return new TurnClient(wire, user, "secret of " + user);
    }

    @Test
    void dataGoesBothWaysAndTheAllocationEndsWithTheSession() throws Exception {
        try (Rig rig = rig(2)) {
            TurnClient alice = client(rig, "1:alice");
            DatagramSocket peer = rig.peer();
            TransportAddress relayed = alice.relayed();
            assertThat(TurnClient.error(alice.bind(0x4001, Rig.address(peer)))).isZero();
            for (String text : List.of("a", "abc", "", "x".repeat(1_200), "y".repeat(1_400))) {
                alice.channel(0x4001, text);
                assertThat(Rig.text(Rig.received(peer))).isEqualTo(text);
                Rig.send(peer, relayed, text);
                assertThat(alice.data()).isEqualTo(new TurnClient.Came(0x4001, null, text));
            }
            alice.channel(0x4001, "z".repeat(1_500));
            alice.channel(0x4001, "behind what is too long");
            assertThat(Rig.text(Rig.received(peer))).isEqualTo("behind what is too long");
            Rig.send(peer, relayed, "y".repeat(9_000));
            assertThat(alice.data().text()).hasSize(9_000);
            TurnClient bob = rig.client("1:bob");
            TransportAddress bobAt = bob.relayed();
            bob.permit(relayed);
            alice.permit(bobAt);
            alice.send(bobAt, "over UDP");
            assertThat(bob.data()).isEqualTo(new TurnClient.Came(0, relayed, "over UDP"));
            alice.close();
            Rig.eventually("Alice's ends", () -> rig.edge.allocations() == 1);
        }
    }

    @Test
    void whatDoesNotGoIntoOneRecordIsDroppedAndCountedAndNotAsRelayed() throws Exception {
        try (Rig rig = rig(1)) {
            TurnClient alice = client(rig, "1:alice");
            DatagramSocket peer = rig.peer();
            TransportAddress relayed = alice.relayed();
            assertThat(TurnClient.error(alice.bind(0x4001, Rig.address(peer)))).isZero();
            Rig.send(peer, relayed, "x".repeat(LONGEST_RECORD));
            Rig.eventually(
                    "with its head it is too long",
                    () -> rig.count("av_edge_drops", "code", "av-edge-dtls-record-too-long") == 1);
            Rig.send(peer, relayed, "y".repeat(LONGEST_RECORD - 4));
            assertThat(alice.data().text()).as("the next that comes").isEqualTo("y".repeat(LONGEST_RECORD - 4));
            Rig.eventually("one is counted", () -> rig.count("av_edge_packets", "direction", "to-client") == 1);
            assertThat(rig.count("av_edge_bytes", "direction", "to-client")).isEqualTo(LONGEST_RECORD - 4);
        }
    }

    @Test
    void noiseAndAClientThatDoesNotTrustTheCertificateAreOfNoConsequence() throws Exception {
        try (Rig rig = rig(1);
                UdpWire noise = new UdpWire(rig.edge.outside().getFirst())) {
            long seed = System.nanoTime();
            System.out.println("seed " + seed);
            Random random = new Random(seed);
            for (int i = 0; i < 200; i++) {
                byte[] packet = new byte[random.nextInt(100)];
                random.nextBytes(packet);
                if (packet.length > 13 && i % 2 == 0) { // a record's head
                    packet[0] = (byte) (20 + random.nextInt(4));
                    packet[1] = (byte) 0xfe;
                    packet[2] = (byte) 0xfd;
                    packet[11] = 0;
                    packet[12] = (byte) (packet.length - 13);
                }
                noise.send(packet);
            }
            CertificateAuthority other = CertificateAuthority.create("Another", Instant.now(), new SecureRandom());
            assertThatThrownBy(() -> new DtlsWire(new UdpWire(rig.edge.outside().getFirst()), trusting(other)))
                    .isInstanceOf(IOException.class);
            try (TurnClient alice = client(rig, "1:alice")) {
                alice.relayed();
            }
        }
    }

    @Test
    void unlessItIsSwitchedOnItIsNoise() throws Exception {
        try (Rig rig = new Rig(sockets, Rig.settings(1));
                UdpWire wire = new UdpWire(rig.edge.outside().getFirst())) {
            wire.send(new byte[] {22, (byte) 0xfe, (byte) 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1});
            Rig.eventually("it is dropped", () -> rig.count("av_edge_drops", "code", "turn-malformed") == 1);
        }
    }
}
