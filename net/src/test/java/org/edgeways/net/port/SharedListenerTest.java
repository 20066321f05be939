package org.edgeways.net.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.ServerTls;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsIdentity;
import org.edgeways.net.TlsProvider;
import org.edgeways.net.engine.Content;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several protocols on one port, over real sockets. */
@ExtendWith(LeakCheck.class)
final class SharedListenerTest {

    private PortRig rig = new PortRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private void openOutside() throws Exception {
        ServerCertificates tls = rig.server("localhost");
        rig.open(
                new Protocol("sip", List.of("sip/2"), Set.of(Content.SIP), tls, rig.saying("sip")),
                new Protocol("web", List.of("http/1.1"), Set.of(Content.HTTP_1), tls, rig.saying("web")));
    }

    /** Gives what the inside's services are let in by. */
    private ServerTls openInside() throws Exception {
        TlsIdentity node = rig.authority.issue(
                CertificateRequest.node("edge1", "localhost").withAddresses("127.0.0.1"), Instant.now());
        ServerTls insideLeg = rig.tls.mutualServer(node, rig.authority.certificate());
        ServerCertificates mutual = ServerCertificates.of(insideLeg);
        ServerCertificates join = ServerCertificates.of(new TlsContexts(TlsProvider.JDK).server(node));
        rig.open(
                new Protocol("sip", List.of("sip/2"), Set.of(Content.SIP), mutual, rig.saying("sip")),
                Protocol.named("edgeways-link/1", mutual, rig.saying("link")),
                Protocol.named("edgeways-join/1", join, rig.saying("join")));
        return insideLeg;
    }

    private SSLContext pool() throws Exception {
        return rig.client(rig.authority.issue(CertificateRequest.service("pool", "pool.acorn.example"), Instant.now()));
    }

    private static String exchange(SSLSocket socket, String text, int answer) throws IOException {
        socket.getOutputStream().write(PortRig.ascii(text));
        return PortRig.read(socket, answer);
    }

    // ---- outside

    @ParameterizedTest
    @CsvSource({
        "sip/2,anything,sip:anything",
        ",INVITE sip:x,sip:INVITE sip:x",
        ",OPTIONS sip:x,sip:OPTIONS sip:x",
        ",GET /,web:GET /",
        ",OPTIONS *,web:OPTIONS *",
        "http/1.1,INVITE sip:x,web:INVITE sip:x",
        "x y http/1.1,GET /,web:GET /"
    })
    void aClientComesToTheProtocolThatItNamesOrElseSpeaks(String names, String text, String answer) throws Exception {
        openOutside();
        try (SSLSocket client = rig.connect(names == null ? new String[0] : names.split(" "))) {
            assertThat(exchange(client, text, answer.length())).isEqualTo(answer);
            assertThat(rig.awaitTaken().serverName()).isEqualTo("localhost");
            PortRig.awaitTrue(() -> rig.counters.value("net_handshakes", "listener", "outside") == 0);
            assertThat(rig.counters.value("net_connections", "listener", "outside"))
                    .isEqualTo(1);
        }
        PortRig.awaitTrue(() -> rig.counters.value("net_connections", "listener", "outside") == 0);
        assertThat(rig.refused).isEmpty();
    }

    @Test
    void firstBytesMayComeOneByOne() throws Exception {
        openOutside();
        try (SSLSocket client = rig.connect()) {
            for (byte b : PortRig.ascii("OPTIONS sip")) {
                client.getOutputStream().write(b);
                client.getOutputStream().flush();
            }
            assertThat(rig.taken).isEmpty();
            String answer = exchange(client, ":x", 4);
            assertThat(answer).isEqualTo("sip:");
            assertThat(PortRig.read(client, 13)).isEqualTo("OPTIONS sip:x");
        }
    }

    @Test
    void whoOffersOnlyOtherNamesGetsTheAlertOfRfc7301() throws Exception {
        openOutside();
        try (SSLSocket client = rig.connect("ftp")) {
            assertThatThrownBy(client::startHandshake)
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("no_application_protocol");
        }
        assertThat(rig.awaitRefused()).isEqualTo(NetErrorCode.PROTOCOL_NOT_COMMON.code());
    }

    @Test
    void aConnectionThatIsJustOpeningWhenTheListenerClosesIsNotRefused() throws Exception {
        openOutside();
        try (Socket client = rig.raw()) {
            client.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0});
            PortRig.awaitTrue(() -> rig.counters.value("net_handshakes", "listener", "outside") == 1);
            rig.closeListener();
            assertThat(PortRig.readToEnd(client)).isEmpty();
            PortRig.awaitTrue(() -> rig.counters.value("net_handshakes", "listener", "outside") == 0);
        }
        for (int i = 0; i < 2 * rig.loops.size(); i++) {
            // what the handlers hear of the end comes after it
            rig.loops.loop(i % rig.loops.size()).submit(() -> {}).get();
        }
        assertThat(rig.refused).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        ",true,1",
        "edgeways-join/1,true,1",
        "edgeways-join/1,false,0",
        "sip/2,true,0",
        "edgeways-join/1 sip/2,true,0"
    })
    void whoComesInTheNormalCourseOfThingsIsTurnedAwayAndIsNoRefusal(String names, boolean stillUsual, int early)
            throws Exception {
        AtomicBoolean usual = new AtomicBoolean(true);
        rig.open(Protocol.named("edgeways-link/1", rig.server("localhost"), rig.saying("link")));
        rig.table().expect(ProtocolTable.UNNAMED, () -> true);
        rig.table().expect("edgeways-join/1", usual::get);
        usual.set(stillUsual);
        try (SSLSocket client = rig.connect(names == null ? new String[0] : names.split(" "))) {
            assertThatThrownBy(client::startHandshake)
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("no_application_protocol");
        }
        assertThat(rig.counters.value("net_handshakes_early", "endpoint", "outside"))
                .isEqualTo(early);
        assertThat(rig.refused).hasSize(1 - early);
        assertThat(rig.counters.value(
                        "net_handshakes_failed",
                        "endpoint",
                        "outside",
                        "reason",
                        NetErrorCode.PROTOCOL_NOT_COMMON.code()))
                .isEqualTo(1 - early);
    }

    @ParameterizedTest
    @CsvSource({
        "OPTIONS sip:x,CLEAR_TEXT",
        "'GET / HTTP/1.1\r\nHost: edge\r\n\r\n',CLEAR_PAGE",
        "'HEAD /sip HTTP/1.1\r\n\r\n',CLEAR_PAGE",
        "'GET http://elsewhere.example/ HTTP/1.1\r\n\r\n',CLEAR_TEXT",
        "'POST / HTTP/1.1\r\n\r\n',CLEAR_TEXT",
        "'GET',CLEAR_TEXT",
        "'\0\1\0\0',PROTOCOL_NOT_SERVED",
        "'\u0016\2\0\0\0',CLIENT_HELLO_MALFORMED",
    })
    void whatIsNoTlsIsClosed(String text, NetErrorCode code) throws Exception {
        openOutside();
        try (Socket client = rig.raw()) {
            client.getOutputStream().write(PortRig.ascii(text));
            PortRig.readToEnd(client);
        }
        assertThat(rig.awaitRefused()).isEqualTo(code.code());
        assertThat(rig.counters.value("net_handshakes_failed", "endpoint", "outside", "reason", code.code()))
                .isEqualTo(1);
    }

    @Test
    void whatNobodyKnowsIsClosedUnanswered() throws Exception {
        openOutside();
        try (SSLSocket client = rig.connect()) {
            client.getOutputStream().write(PortRig.ascii("This is nothing at all\r\n"));
            assertThat(PortRig.readToEnd(client)).isEmpty();
        }
        assertThat(rig.awaitRefused()).isEqualTo(NetErrorCode.PROTOCOL_UNKNOWN.code());
        assertThat(rig.taken).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoSaysNothingAfterTheHandshakeIsClosedThoughHeDripsBytes(boolean drips) throws Exception {
        rig.close();
        rig = new PortRig(Duration.ofSeconds(1));
        openOutside();
        try (SSLSocket client = rig.connect()) {
            client.startHandshake();
            if (drips) {
                client.getOutputStream().write('O');
            }
            assertThat(PortRig.readToEnd(client)).isEmpty();
        }
        assertThat(rig.awaitRefused()).isEqualTo(NetErrorCode.FIRST_BYTES_TIMEOUT.code());
    }

    @Test
    void aHandshakeThatDoesNotEndInTimeIsClosed() throws Exception {
        rig.close();
        rig = new PortRig(Duration.ofMillis(300));
        openOutside();
        try (Socket client = rig.raw()) {
            client.getOutputStream().write(0x16);
            PortRig.readToEnd(client);
        }
        assertThat(rig.awaitRefused()).isEqualTo(NetErrorCode.HANDSHAKE_TIMEOUT.code());
        PortRig.awaitTrue(() -> rig.counters.value("net_connections", "listener", "outside") == 0);
    }

    @Test
    void whoClosesBeforeTheHandshakeIsCountedOnce() throws Exception {
        openOutside();
        rig.raw().close();
        assertThat(rig.awaitRefused()).isEqualTo(NetErrorCode.HANDSHAKE_FAILED.code());
        PortRig.awaitTrue(() -> rig.counters.value("net_connections", "listener", "outside") == 0);
        assertThat(rig.counters.value("net_handshakes", "listener", "outside")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "one.acorn.example,one.acorn.example",
        "ONE.acorn.example,one.acorn.example",
        "two.acorn.example,two.acorn.example",
        "exact.wild.example,exact.wild.example",
        "any.wild.example,*.wild.example",
        "deep.any.wild.example,one.acorn.example",
        "elsewhere.example,one.acorn.example",
        ",one.acorn.example"
    })
    void theCertificateIsTheOneOfTheNameThatIsAskedFor(String asked, String shown) throws Exception {
        ServerTls one = rig.tls.server(rig.identity("one.acorn.example"));
        ServerCertificates certificates = ServerCertificates.of(
                one,
                rig.tls.server(rig.identity("two.acorn.example")),
                rig.tls.server(rig.identity("*.wild.example")),
                rig.tls.server(rig.identity("exact.wild.example")));
        rig.open(new Protocol("sip", List.of("sip/2"), Set.of(Content.SIP), certificates, rig.saying("sip")));
        try (SSLSocket client = rig.connect(rig.client(), asked, "sip/2")) {
            client.startHandshake();
            assertThat(((java.security.cert.X509Certificate) client.getSession().getPeerCertificates()[0])
                            .getSubjectX500Principal()
                            .getName())
                    .isEqualTo("CN=" + shown);
        }
    }

    // ---- inside leg

    @ParameterizedTest
    @CsvSource({"edgeways-link/1,link", "sip/2,sip", ",sip"})
    void theInsidesNameComesWithItsConnection(String name, String protocol) throws Exception {
        openInside();
        try (SSLSocket client = rig.connect(pool(), "localhost", name == null ? new String[0] : new String[] {name})) {
            assertThat(exchange(client, "x", protocol.length() + 2)).isEqualTo(protocol + ":x");
            Accepted accepted = rig.awaitTaken();
            assertThat(accepted.peer().service()).isEqualTo("pool");
            assertThat(accepted.applicationProtocol()).isEqualTo(name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"edgeways-link/1", "sip/2"})
    void withoutACertificateNothingIsTakenInside(String name) throws Exception {
        openInside();
        try (SSLSocket client = rig.connect(name)) {
            assertThatThrownBy(() -> exchange(client, "x", 1).charAt(0)).isInstanceOf(Exception.class);
        }
        assertThat(rig.awaitRefused())
                .isIn(NetErrorCode.HANDSHAKE_FAILED.code(), NetErrorCode.CERTIFICATE_REFUSED.code());
        assertThat(rig.taken).isEmpty();
    }

    @Test
    void aClientHelloThatOffersWebIsNeverAskedForACertificate() throws Exception {
        openInside();
        try (SSLSocket client = rig.connect(pool(), "localhost", "h2", "edgeways-link/1")) {
            assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
            assertThat(client.getSession().getLocalCertificates()).isNull();
        }
        assertThat(rig.awaitRefused()).isEqualTo(NetErrorCode.CERTIFICATE_NOT_ASKED.code());
    }

    @Test
    void aNodeThatJoinsNeedsNoCertificateAndCanBindItsSecretToTheChannel() throws Exception {
        openInside();
        try (SSLSocket client = rig.connect("edgeways-join/1")) {
            assertThat(exchange(client, "x", 6)).isEqualTo("join:x");
            Accepted accepted = rig.awaitTaken();
            assertThat(accepted.peer()).isNull();
            byte[] here = ((ExtendedSSLSession) client.getSession())
                    .exportKeyingMaterialData("EXPORTER-Channel-Binding", new byte[0], 32);
            byte[] there = ((ExtendedSSLSession) accepted.tls().engine().getSession())
                    .exportKeyingMaterialData("EXPORTER-Channel-Binding", new byte[0], 32);
            assertThat(there).isEqualTo(here);
        }
    }

    // ---- the table

    @Test
    void aProtocolMayComeAndGoWhileThePortIsOpen() throws Exception {
        ServerCertificates tls = rig.server("localhost");
        rig.open(new Protocol("sip", List.of("sip/2"), Set.of(Content.SIP), tls, rig.saying("sip")));
        rig.table().add(Protocol.named("late/1", tls, rig.saying("late")));
        try (SSLSocket client = rig.connect("late/1")) {
            assertThat(exchange(client, "x", 6)).isEqualTo("late:x");
            rig.table().remove("late/1");
            assertThat(exchange(client, "y", 6)).isEqualTo("late:y");
        }
        try (SSLSocket client = rig.connect("late/1")) {
            assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
        }
    }

    @Test
    void protocolsThatDoNotGoTogetherLeaveTheTableAsItWas() throws Exception {
        ServerCertificates tls = rig.server("localhost");
        ProtocolTable table =
                new ProtocolTable(new Protocol("sip", List.of("sip/2"), Set.of(Content.SIP), tls, rig.saying("sip")));
        Protocol otherCertificate =
                new Protocol("web", List.of("h2"), Set.of(Content.HTTP_1), rig.server("localhost"), rig.saying("web"));
        assertThatIllegalArgumentException().isThrownBy(() -> table.add(otherCertificate));
        assertThatIllegalArgumentException().isThrownBy(() -> table.add(Protocol.named("sip/2", tls, rig.saying("x"))));
        assertThat(table.names()).containsExactly("sip");
    }

    @Test
    void whoeverHasShownACertificateThatIsRefusedNowIsCutOffAndOthersAreNot() throws Exception {
        ServerTls insideLeg = openInside();
        TlsIdentity known =
                rig.authority.issue(CertificateRequest.service("pool", "pool.acorn.example"), Instant.now());
        try (SSLSocket refused = rig.connect(rig.client(known), "localhost", "edgeways-link/1");
                SSLSocket other = rig.connect(pool(), "localhost", "sip/2")) {
            assertThat(exchange(refused, "a", 6)).isEqualTo("link:a");
            assertThat(exchange(other, "b", 5)).isEqualTo("sip:b");
            assertThat(insideLeg.trust(insideLeg.trusted(), Set.of(known.leaf().getSerialNumber())))
                    .isEqualTo(1);
            assertThat(PortRig.readToEnd(refused)).isEmpty();
            assertThat(exchange(other, "c", 5)).isEqualTo("sip:c");
        }
        PortRig.awaitTrue(() -> rig.counters.value("net_connections", "listener", "outside") == 0);
        assertThat(insideLeg.trust(insideLeg.trusted(), Set.of(known.leaf().getSerialNumber())))
                .as("closed ones are forgotten")
                .isZero();
    }
}
