package org.edgeways.accessedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.edgeways.accessedge.engine.NextHop;
import org.edgeways.accessedge.engine.NextHops;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.net.Admission;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.net.BanCheck;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsProvider;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipConnection;
import org.edgeways.siptransport.SipConnectionEvents;
import org.edgeways.siptransport.SipExchange;
import org.edgeways.siptransport.SipListener;
import org.edgeways.siptransport.SipListenerSettings;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.SipUserAgentSettings;
import org.edgeways.siptransport.TransportErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A next hop that the edge opens connections to, over real sockets. */
@Timeout(60)
class DialledNextHopTest {

    private final CertificateAuthority authority =
            CertificateAuthority.create("Acorn test authority", Instant.now(), new java.security.SecureRandom());

    /** Answers everything with 200 and its name in the reason phrase. */
    private record AnsweringServer(String name) implements SipConnectionEvents {
        @Override
        public void opened(SipConnection connection, long now) {}

        @Override
        public void received(SipConnection connection, SipMessage message, long now) {
            if (message.isRequest() && !message.method().equals("ACK")) {
                SipMessage ok = SipMessage.responseTo(message, 200, name, "server");
                message.values(HeaderName.CONTACT).forEach(contact -> ok.add(HeaderName.CONTACT, contact));
                connection.send(ok);
            }
        }

        @Override
        public void refused(SipConnection connection, ErrorCode code, long now) {}

        @Override
        public void closed(SipConnection connection, TransportErrorCode reason, long now) {}
    }

    private SipListener server(EdgeRig beside, String name) throws IOException {
        return SipListener.open(
                beside.others,
                SipListenerSettings.tls(
                        name,
                        new InetSocketAddress(EdgeRig.V4, 0),
                        new TlsContexts(TlsProvider.best())
                                .server(authority.issue(
                                        CertificateRequest.of("localhost").withAddresses("127.0.0.1"), Instant.now())),
                        new Admission(name, AdmissionLimits.defaults(), BanCheck.NONE, new InMemoryCounters())),
                new AnsweringServer(name));
    }

    private static NextHop hop(SipListener server) {
        return NextHop.parse("sip:127.0.0.1:" + server.localAddress().getPort() + ";transport=tls")
                .orThrow();
    }

    private static List<SipConnection> dialled(EdgeRig rig) {
        return rig.context.connections().all().stream()
                .filter(connection -> connection.endpoint().equals("next-hop-tls"))
                .toList();
    }

    private static long closed(EdgeRig rig, TransportErrorCode why) {
        return rig.counters.value("sip_connections_closed", "endpoint", "next-hop-tls", "reason", why.code());
    }

    /** Until each event loop has done what it was given before. */
    private static void awaitShards(EdgeRig rig) throws Exception {
        for (int i = 0; i < rig.loops.size(); i++) {
            rig.loops.loop(i).submit(() -> {}).get();
        }
    }

    private static String whoAnswers(SipUserAgent alice) throws IOException {
        SipMessage answer = alice.message("sip:bob@acorn.example", "hello");
        return answer.status() == 200 ? answer.reason() : Integer.toString(answer.status());
    }

    @Test
    void itIsDialledOverTlsAndUsedAgain() throws Exception {
        try (EdgeRig plain = new EdgeRig();
                SipListener server = server(plain, "first");
                EdgeRig rig = new EdgeRig(said -> said.withNextHop(hop(server)), authority);
                SipUserAgent alice = rig.client("alice")) {
            assertThat(alice.register(300).status()).isEqualTo(200);
            for (int i = 0; i < 10; i++) {
                assertThat(whoAnswers(alice)).isEqualTo("first");
            }
            assertThat(dialled(rig)).hasSize(1);
            end(server);
            EdgeRig.awaitTrue(() -> dialled(rig).isEmpty());
            assertThat(whoAnswers(alice)).isEqualTo("480");
            assertThat(alice.connection().isOpen()).isTrue();
        }
    }

    private static void end(SipListener server) {
        server.close();
    }

    @Test
    void whatIsOpenToItStaysForWhatIsUnderWayWhenTheSettingsNameAnother() throws Exception {
        try (EdgeRig plain = new EdgeRig();
                SipListener first = server(plain, "first");
                SipListener second = server(plain, "second");
                EdgeRig rig = new EdgeRig(said -> said.withNextHop(hop(first)), authority);
                SipUserAgent alice = rig.client("alice")) {
            assertThat(alice.register(300).status()).isEqualTo(200);
            SipConnection before = dialled(rig).getFirst();

            rig.edge.use(rig.settings.withNextHops(new NextHops(hop(second), Map.of("acorn.example", hop(first)))));
            assertThat(whoAnswers(alice)).isEqualTo("first");
            assertThat(before.isOpen()).as("still named").isTrue();

            rig.edge.use(rig.settings.withNextHop(hop(second)));
            awaitShards(rig);
            assertThat(whoAnswers(alice)).isEqualTo("second");
            assertThat(before.isOpen())
                    .as("what was asked there may be answered")
                    .isTrue();
            assertThat(closed(rig, TransportErrorCode.NEXT_HOP_WITHDRAWN)).isZero();
            assertThat(alice.connection().isOpen()).isTrue();
        }
    }

    @Test
    void whatIsOpenToItIsClosedWhenItsCertificateIsRefused() throws Exception {
        try (EdgeRig plain = new EdgeRig();
                SipListener server = server(plain, "first");
                EdgeRig rig = new EdgeRig(said -> said.withNextHop(hop(server)), authority);
                SipUserAgent alice = rig.client("alice")) {
            assertThat(alice.register(300).status()).isEqualTo(200);
            SipConnection open = dialled(rig).getFirst();
            BigInteger serial =
                    Objects.requireNonNull(Objects.requireNonNull(open.peer()).serial());

            rig.dialling.refuse(Set.of(serial.add(BigInteger.ONE)));
            rig.edge.endRefused();
            assertThat(whoAnswers(alice)).isEqualTo("first");
            assertThat(open.isOpen()).as("another's is refused").isTrue();

            rig.dialling.refuse(Set.of(serial));
            rig.edge.endRefused();
            assertThat(open.isOpen()).isFalse();
            EdgeRig.awaitTrue(() -> closed(rig, TransportErrorCode.PEER_REFUSED) == 1);
            assertThat(whoAnswers(alice)).isEqualTo("480");
            assertThat(dialled(rig)).isEmpty();
        }
    }

    @Test
    void oneDomainMayHaveAServerThatIsDialledAndAnotherThePool() throws Exception {
        try (EdgeRig plain = new EdgeRig();
                SipListener server = server(plain, "first");
                EdgeRig rig = new EdgeRig(
                        said -> said.withNextHops(
                                new NextHops(new NextHop.Service("pool"), Map.of("oak.example", hop(server)))),
                        authority);
                SipUserAgent alice = rig.client("alice");
                SipUserAgent bob = SipUserAgent.connect(
                        rig.others,
                        SipUserAgentSettings.tls(
                                "127.0.0.1",
                                rig.edge.tlsAddress().getPort(),
                                rig.clientTls(),
                                "sip:bob@oak.example",
                                "bob",
                                null))) {
            rig.signIn(alice);
            assertThat(bob.register(300).status()).isEqualTo(200);
            assertThat(rig.paths.get("sip:alice@acorn.example"))
                    .as("the server finds the node by its port; the pool looks at the name alone")
                    .contains(EdgeRig.NODE_HOST + ":"
                            + rig.edge.insideLegAddress().getPort());
            assertThat(whoAnswers(bob)).isEqualTo("first");

            SipExchange toAlice = rig.inside().start(rig.fromInside("MESSAGE", "alice"));
            alice.respond(alice.await("MESSAGE"), 200, "OK");
            assertThat(toAlice.awaitFinal().status()).isEqualTo(200);
            SipExchange ofAlice = alice.start(alice.newRequest("MESSAGE", "sip:carol@acorn.example"));
            SipMessage atPool = rig.inside().await("MESSAGE");
            rig.inside().respond(atPool, 202, "Accepted");
            assertThat(ofAlice.awaitFinal().status()).isEqualTo(202);
        }
    }
}
