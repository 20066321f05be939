package org.edgeways.accessedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.edgeways.accessedge.engine.NextHop;
import org.edgeways.accessedge.engine.NextHops;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.ClientTls;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that are neither a node nor a service of ours, on the inside leg. */
@Timeout(60)
class InsidePeersTest {

    private static ClientTls tls(EdgeRig rig, CertificateRequest says) throws Exception {
        return rig.tls.mutualClient(rig.authority.issue(says, Instant.now()), rig.authority.certificate());
    }

    private static CertificateRequest named(List<String> names, List<String> addresses) {
        return new CertificateRequest("server", names, addresses, List.of(), Duration.ofDays(1));
    }

    static Stream<CertificateRequest> certificates() {
        return Stream.of(
                named(List.of(), List.of("10.0.0.5")),
                named(List.of(), List.of("2001:db8::5", "10.0.0.5")),
                named(List.of("sip.inside.acorn.example"), List.of()),
                named(List.of("sip.inside.acorn.example", "a.inside.acorn.example"), List.of("10.0.0.5")),
                named(List.of(), List.of()));
    }

    @ParameterizedTest
    @MethodSource("certificates")
    void aServerIsAnsweredWhateverItsCertificateNames(CertificateRequest says) throws Exception {
        try (EdgeRig rig = new EdgeRig();
                SipUserAgent server = rig.onInsideLeg(tls(rig, says))) {
            assertThat(server.request(server.newRequest("MESSAGE", "sip:nobody@acorn.example"))
                            .status())
                    .isEqualTo(404);
            assertThat(rig.counters.values().keySet()).noneMatch(key -> key.startsWith("sip_responses_not_sent"));
        }
    }

    private static EdgeRig rig(String... hops) throws Exception {
        return new EdgeRig(said -> said.withNextHops(hops(hops)), AccessEdge::takeNextHopsOnly);
    }

    /** The pool for acorn.example, and these for other domains. */
    private static NextHops hops(String... hosts) {
        Map<String, NextHop> hops = new HashMap<>();
        for (String host : hosts) {
            hops.put(
                    "d" + hops.size() + ".example",
                    NextHop.parse("sip:" + host + ":5061;transport=tls").orThrow());
        }
        return new NextHops(new NextHop.Service("pool"), hops);
    }

    private static void isTaken(EdgeRig rig, CertificateRequest says) throws Exception {
        try (SipUserAgent server = rig.onInsideLeg(tls(rig, says))) {
            isAnswered(server);
        }
    }

    private static void isAnswered(SipUserAgent server) throws Exception {
        assertThat(server.request(server.newRequest("MESSAGE", "sip:nobody@acorn.example"))
                        .status())
                .isEqualTo(404);
    }

    private static long refused(EdgeRig rig) {
        return rig.counters.value("access_edge_refusals", "code", "access-edge-server-not-next-hop");
    }

    private static void isRefused(EdgeRig rig, CertificateRequest says) throws Exception {
        long before = refused(rig);
        try (SipUserAgent server = rig.onInsideLeg(tls(rig, says))) {
            assertThat(server.awaitClosed(EdgeRig.PATIENCE)).isNotNull();
            assertThat(refused(rig)).isEqualTo(before + 1);
        }
    }

    @Test
    void onANodeThatHasJoinedAServerIsTheInsideOnlyIfTheNodeDialsIt() throws Exception {
        try (EdgeRig rig = rig("SIP.inside.acorn.example", "10.0.0.5", "[2001:DB8::5]")) {
            isTaken(rig, named(List.of("sip.inside.acorn.example"), List.of()));
            isTaken(rig, named(List.of("other.inside.acorn.example", "sip.inside.acorn.example"), List.of()));
            isTaken(rig, named(List.of(), List.of("10.0.0.5")));
            isTaken(rig, named(List.of(), List.of("2001:db8:0::5")));
            isRefused(rig, named(List.of("other.inside.acorn.example"), List.of("10.0.0.6")));
            isRefused(rig, named(List.of("10.0.0.50"), List.of("2001:db8::6")));
            isRefused(rig, named(List.of(), List.of()));
            isTaken(rig, CertificateRequest.service("kamailio", "kamailio.service.edgeways.internal"));
        }
    }

    @Test
    void aServerIsLetGoWhenTheNodeDialsItNoMore() throws Exception {
        try (EdgeRig rig = rig("first.acorn.example", "second.acorn.example");
                SipUserAgent first = rig.onInsideLeg(tls(rig, named(List.of("first.acorn.example"), List.of())));
                SipUserAgent second = rig.onInsideLeg(tls(rig, named(List.of("second.acorn.example"), List.of())))) {
            isAnswered(first);
            rig.edge.use(rig.settings.withNextHops(hops("second.acorn.example")));
            isAnswered(first);
            isRefused(rig, named(List.of("first.acorn.example"), List.of()));

            rig.edge.use(rig.settings.withNextHops(hops("second.acorn.example")), Duration.ZERO);
            assertThat(first.awaitClosed(EdgeRig.PATIENCE)).isNotNull();
            isAnswered(second);
            isAnswered(rig.inside());
        }
    }
}
