package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.edgeways.avedge.AvEdgeSettings.Elsewhere;
import org.edgeways.turn.engine.Alternate;
import org.edgeways.turn.engine.Transport;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;

/** A node that takes nobody new sends clients to another one. */
class AlternateServerTest extends OnBothPaths {

    private static Alternate at(int port, String name) {
        return new Alternate(TransportAddress.of(Rig.SERVER, port), null, name);
    }

    private static Elsewhere both(Elsewhere.Leg leg) {
        return new Elsewhere(leg, leg);
    }

    /** Where the client is to ask, as RFC 8489 section 14.1 writes it. */
    private static TransportAddress named(StunMessage answer) {
        assertThat(TurnClient.error(answer)).isEqualTo(300);
        assertThat(TurnClient.reason(answer)).isEqualTo("Try Alternate");
        ByteBuffer value = ByteBuffer.wrap(answer.valueOf(StunAttribute.ALTERNATE_SERVER));
        assertThat(value.getShort()).as("IPv4").isEqualTo((short) 1);
        int port = Short.toUnsignedInt(value.getShort());
        return TransportAddress.ipv4(value.getInt(), port);
    }

    private static void counted(Rig rig, String code, long times) {
        Rig.eventually(code, () -> rig.count("av_edge_refusals", "code", code) == times);
    }

    @Test
    void whoComesToANodeThatDrainsIsServedByTheOneThatItNames() throws Exception {
        try (Rig other = new Rig(sockets, Rig.settings(2))) {
            TransportAddress there = TransportAddress.of(other.edge.outside().getFirst());
            Alternate alternate = new Alternate(there, null, "");
            AvEdgeSettings settings =
                    Rig.settings(2).withElsewhere(both(new Elsewhere.Leg(alternate, Alternate.NONE, false)));
            try (Rig rig = new Rig(sockets, settings)) {
                rig.client("1:alice").relayed();
                rig.edge.drain();
                assertThat(named(rig.client("1:bob").allocate())).isEqualTo(there);
                counted(rig, "turn-try-alternate", 1);
                other.client("1:bob").relayed();
                assertThat(rig.edge.allocations()).isEqualTo(1);

                rig.edge.use(settings.withElsewhere(Elsewhere.NOWHERE));
                assertThat(TurnClient.error(rig.client("2:bob").allocate())).isEqualTo(508);
                rig.edge.use(settings);
                assertThat(named(rig.client("3:bob").allocate())).isEqualTo(there);
            }
        }
    }

    @Test
    void whoComesToAFullNodeIsSentElsewhereButNotWhoHasReachedAQuotaOfTheirOwn() throws Exception {
        AvEdgeSettings settings = Rig.settings(2)
                .withElsewhere(both(new Elsewhere.Leg(at(3478, ""), Alternate.NONE, false)))
                .withQuotas(quota(1, 100, 2));
        try (Rig rig = new Rig(sockets, settings)) {
            rig.client("1:alice").relayed();
            assertThat(TurnClient.error(rig.client("2:alice").allocate())).isEqualTo(486);
            counted(rig, "turn-quota-reached", 1);
            rig.client("1:bob").relayed();
            assertThat(named(rig.client("1:carol").allocate())).isEqualTo(TransportAddress.of(Rig.SERVER, 3478));
            counted(rig, "turn-try-alternate-full", 1);
            assertThat(TurnClient.error(rig.client("3:alice").allocate()))
                    .as("her own quota counts before that of all")
                    .isEqualTo(486);
            rig.edge.use(settings.withQuotas(quota(1, 2, 100)));
            assertThat(TurnClient.error(rig.client("2:carol").allocate())).isEqualTo(486);
            counted(rig, "turn-source-quota-reached", 1);
            rig.edge.use(settings.withQuotas(quota(1, 100, 2)).withElsewhere(Elsewhere.NOWHERE));
            assertThat(TurnClient.error(rig.client("3:carol").allocate())).isEqualTo(486);
            counted(rig, "turn-total-quota-reached", 1);
        }
    }

    private static AvEdgeSettings.Quota quota(int person, int source, int all) {
        return new AvEdgeSettings.Quota(
                AvEdgeSettings.Share.allocations(person),
                AvEdgeSettings.Share.allocations(source),
                AvEdgeSettings.Share.allocations(all));
    }

    /** The streams' listener is at 127.0.0.1. */
    @Test
    void eachIsSentToTheLegAndThePortOfTheirOwnTransport() throws Exception {
        Elsewhere elsewhere = new Elsewhere(
                new Elsewhere.Leg(at(1001, "out.example"), at(1002, "out.example"), false),
                new Elsewhere.Leg(at(1003, "in.example"), at(1004, "in.example"), false));
        AvEdgeSettings outside = Rig.settings(2).withElsewhere(elsewhere);
        areSent(outside, 1002, "out.example");
        areSent(
                outside.withInside(List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))),
                1004,
                "in.example");
    }

    private void areSent(AvEdgeSettings settings, int streams, String name) throws Exception {
        try (StreamRig rig = new StreamRig(sockets, settings)) {
            rig.rig.edge.drain();
            StunMessage overUdp = rig.rig.client("1:alice").allocate();
            assertThat(named(overUdp).port()).as("the client is outside").isEqualTo(1001);
            assertThat(overUdp.has(StunAttribute.ALTERNATE_DOMAIN)).isFalse();
            for (InetSocketAddress inside : rig.rig.edge.inside()) {
                assertThat(named(rig.rig.client("2:alice", inside).allocate()).port())
                        .isEqualTo(1003);
            }
            try (TurnClient overTcp = rig.client(StreamRig.Way.CLEAR, "3:alice");
                    TurnClient overTls = rig.client(StreamRig.Way.TLS, "4:alice")) {
                assertThat(named(overTcp.allocate()).port()).isEqualTo(streams);
                StunMessage answer = overTls.allocate();
                assertThat(named(answer).port()).isEqualTo(streams);
                assertThat(answer.text(StunAttribute.ALTERNATE_DOMAIN)).isEqualTo(name);
            }
        }
    }

    @Test
    void whoVerifiesACertificateIsSentOnlyWhereItsNameIsKnown() {
        Elsewhere.Leg unnamed = new Elsewhere.Leg(at(1001, ""), at(1002, ""), true);
        assertThat(unnamed.of(Transport.UDP)).isEqualTo(at(1001, ""));
        assertThat(unnamed.of(Transport.TCP)).isEqualTo(at(1002, ""));
        assertThat(unnamed.of(Transport.TLS)).isEqualTo(Alternate.NONE);
        assertThat(unnamed.of(Transport.DTLS)).isEqualTo(Alternate.NONE);
        assertThat(new Elsewhere.Leg(at(1001, ""), at(1002, "out.example"), true).of(Transport.TLS))
                .isEqualTo(at(1002, "out.example"));
    }

    @Test
    void overDtlsOnlyWhereTheOtherNodeTakesItToo() {
        Alternate datagrams = at(1001, "out.example");
        assertThat(new Elsewhere.Leg(datagrams, at(1002, ""), true).of(Transport.DTLS))
                .isEqualTo(datagrams);
        assertThat(new Elsewhere.Leg(datagrams, at(1002, ""), false).of(Transport.DTLS))
                .isEqualTo(Alternate.NONE);
    }
}
