package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Connections that are not what they should be, while people who are signed in exchange messages and notice nothing. */
@Tag("interop")
class HostileConnectionsTest {

    /** Past the limit of handshakes at once, which is 500. */
    private static final int SILENT = 700;

    private final Phones phones = new Phones();
    private KamailioSite site;

    @BeforeEach
    void start() throws IOException {
        site = KamailioSite.dialled("hostile");
    }

    @AfterEach
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

    @Test
    void aConnectionThatSendsGarbageAfterTheHandshakeIsClosed() throws IOException {
        try (SipUserAgent alice = phones.signIn(site.outside("alice"));
                SipUserAgent bob = phones.signIn(site.outside("bob"));
                SipUserAgent garbage = phones.connect(site.outside("alice"))) {
            garbage.send("This is no SIP at all\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            assertThat(garbage.awaitClosed(Account.STEP)).isNotNull();
            exchange(alice, bob, "still here");
        }
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
