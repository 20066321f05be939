package org.edgeways.accessedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.ClientTls;
import org.edgeways.siptransport.SipUserAgent;
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
}
