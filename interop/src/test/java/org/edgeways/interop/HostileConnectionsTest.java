package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.Pem;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.TransportErrorCode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Connections that are not what they should be, while people who are signed in exchange messages and notice nothing. */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileConnectionsTest {

    /** Past the limit of handshakes at once, which is 500. */
    private static final int SILENT = 700;

    private static final byte[] GARBAGE = "This is no SIP at all\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private final Phones phones = new Phones();
    private KamailioSite site;

    @BeforeAll
    void start() throws IOException {
        site = KamailioSite.dialled("hostile");
    }

    @AfterAll
    void stop() {
        phones.close();
        if (site != null) {
            site.close();
        }
    }

    @Test
    void signedInPeopleNoticeNothingOfConnectionsThatNeverShakeHands() throws IOException {
        List<Socket> silent = new ArrayList<>();
        try (SipUserAgent alice = phones.signIn(site.outside("alice"));
                SipUserAgent bob = phones.signIn(site.outside("bob"))) {
            int port = site.outside("alice").sipTlsPort();
            for (int i = 0; i < SILENT; i++) {
                silent.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            Polling.until(
                    "handshakes past the limit are refused",
                    Account.STEP,
                    () -> site.edge().counter("net_connections_refused_total", "handshakes") >= SILENT - 500);
            for (int i = 0; i < 20; i++) {
                exchange(alice, bob, "message " + i);
            }
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    /** It did not say in the handshake what it speaks, and its first bytes do not tell: the port refuses it. */
    @Test
    void aConnectionThatSendsGarbageAfterTheHandshakeIsClosed() throws Exception {
        try (SipUserAgent alice = phones.signIn(site.outside("alice"));
                SipUserAgent bob = phones.signIn(site.outside("bob"))) {
            String unknown = NetErrorCode.PROTOCOL_UNKNOWN.code();
            double before = site.edge().counter("net_handshakes_failed_total", unknown);
            for (byte[] garbage : List.of(GARBAGE, new byte[] {(byte) 0xff, 0, 1, 2, 3, (byte) 0xfe, '\r', '\n'})) {
                try (SSLSocket socket = shakenHands(site.outside("alice"))) {
                    socket.getOutputStream().write(garbage);
                    assertThat(isClosed(socket)).as("closed by the edge").isTrue();
                }
            }
            assertThat(site.edge().counter("net_handshakes_failed_total", unknown) - before)
                    .isEqualTo(2);
            exchange(alice, bob, "still here");
        }
    }

    /** A client that names no protocol in its handshake. */
    private static SSLSocket shakenHands(Account account) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "ca", Pem.readCertificates(account.caFile()).orThrow().getFirst());
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(account.host(), account.sipTlsPort());
        socket.setSoTimeout((int) Account.STEP.toMillis());
        socket.startHandshake();
        return socket;
    }

    private static boolean isClosed(SSLSocket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException | SSLException e) {
            return true; // without a farewell
        }
    }

    /** It said in the handshake that it speaks SIP. */
    @Test
    void aConnectionThatPromisesSipAndSendsGarbageIsClosed() throws IOException {
        try (SipUserAgent alice = phones.signIn(site.outside("alice"));
                SipUserAgent bob = phones.signIn(site.outside("bob"));
                SipUserAgent garbage = phones.connect(site.outside("alice"))) {
            double before = closedAsUnreadable();
            garbage.send(GARBAGE);
            assertThat(garbage.awaitClosed(Account.STEP)).isNotNull();
            assertThat(closedAsUnreadable() - before).isEqualTo(1);
            exchange(alice, bob, "still here");
        }
    }

    @Test
    void aConnectionThatSendsGarbageAfterAValidMessageIsClosed() throws IOException {
        try (SipUserAgent alice = phones.signIn(site.outside("alice"));
                SipUserAgent bob = phones.signIn(site.outside("bob"));
                SipUserAgent garbage = phones.connect(site.outside("alice"))) {
            assertThat(garbage.register(600).status()).isEqualTo(200);
            double before = closedAsUnreadable();
            garbage.send(GARBAGE);
            assertThat(garbage.awaitClosed(Account.STEP)).isNotNull();
            assertThat(closedAsUnreadable() - before).isEqualTo(1);
            exchange(alice, bob, "still here");
        }
    }

    /** Connections on which SIP was spoken, and then something else. */
    private double closedAsUnreadable() {
        return site.edge().counter("sip_connections_closed_total", TransportErrorCode.FRAMING_LOST.code())
                + site.edge().counter("sip_connections_closed_total", TransportErrorCode.MESSAGE_UNANSWERABLE.code());
    }

    private static void exchange(SipUserAgent from, SipUserAgent to, String text) throws IOException {
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> {
            try {
                return from.message("sip:bob@acorn.example", text).status();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(new String(to.awaitMessage().body(), StandardCharsets.UTF_8)).isEqualTo(text);
        assertThat(status.join()).isEqualTo(200);
    }
}
