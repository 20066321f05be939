package org.edgeways.accessedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.siptransport.SipConnectionSettings;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.Test;

/** SIP over TLS, SIP over WebSocket and a page on one port, and on two. */
final class OnePortTest {

    private static final String OPTIONS =
            "OPTIONS sip:acorn.example SIP/2.0\r\nVia: SIP/2.0/TLS c.example;branch=z9hG4bK1\r\nFrom: <sip:a@acorn.example>;tag=1\r\n"
                    + "To: <sip:acorn.example>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

    @Test
    void sipWebSocketAndAPageShareOnePort() throws Exception {
        try (EdgeRig rig = new EdgeRig();
                SipUserAgent alice = rig.client("alice");
                SipUserAgent bob = rig.webSocketClient("bob", "localhost");
                SSLSocket browser = rig.raw()) {
            assertThat(rig.edge.webSocketAddress()).isEqualTo(rig.edge.tlsAddress());
            rig.signIn(alice);
            rig.signIn(bob);
            browser.getOutputStream().write(EdgeRig.ascii("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            assertThat(EdgeRig.readToEnd(browser.getInputStream()))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("This is a communications server");
            assertThat(rig.counters.value("access_edge_scan_requests")).isZero();
        }
    }

    @Test
    void separatePortsServeOnlyTheirOwn() throws Exception {
        int own = freePort();
        try (EdgeRig rig = new EdgeRig(s -> s.withWebSocket(new InetSocketAddress(EdgeRig.V4, own)));
                SipUserAgent alice = rig.client("alice");
                SipUserAgent bob = rig.webSocketClient("bob", "localhost");
                SSLSocket onSip = rig.raw();
                SSLSocket onWeb = rig.raw(rig.edge.webSocketAddress())) {
            assertThat(rig.edge.webSocketAddress().getPort())
                    .isEqualTo(own)
                    .isNotEqualTo(rig.edge.tlsAddress().getPort());
            rig.signIn(alice);
            rig.signIn(bob);
            onSip.getOutputStream().write(EdgeRig.ascii("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            assertThat(EdgeRig.readToEnd(onSip.getInputStream())).doesNotContain("communications");
            onWeb.getOutputStream().write(EdgeRig.ascii(OPTIONS));
            assertThat(EdgeRig.readToEnd(onWeb.getInputStream())).doesNotContain("SIP/2.0 403");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, EdgeRig.V4)) {
            return probe.getLocalPort();
        }
    }

    /** A browser that opens a connection in case it needs one, and asks for an icon that is not there. */
    @Test
    void aBrowsersHabitsAreNoScanning() throws Exception {
        AdmissionLimits impatient = new AdmissionLimits(100, 100, 100, Duration.ofSeconds(1));
        try (EdgeRig rig = new EdgeRig(s -> s.withConnections(impatient, SipConnectionSettings.DEFAULT))) {
            try (SSLSocket icon = rig.raw()) {
                offerHttp(icon);
                icon.getOutputStream().write(EdgeRig.ascii("GET /favicon.ico HTTP/1.1\r\nHost: localhost\r\n\r\n"));
                assertThat(EdgeRig.readToEnd(icon.getInputStream())).startsWith("HTTP/1.1 404 ");
            }
            try (SSLSocket spare = rig.raw()) {
                offerHttp(spare);
                spare.startHandshake();
                EdgeRig.readToEnd(spare.getInputStream());
            }
            EdgeRig.awaitTrue(() -> rig.counters.value(
                            "net_handshakes_failed", "endpoint", "outside", "reason", "net-connection-unused")
                    == 1);
            assertThat(rig.counters.value("access_edge_scan_requests")).isZero();
        }
    }

    private static void offerHttp(SSLSocket socket) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        socket.setSSLParameters(parameters);
    }
}
