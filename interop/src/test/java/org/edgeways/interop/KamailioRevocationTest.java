package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Kamailio asks for certificates of the pool's authority, and reads the authority's revocation list, as the how-to says. */
@Tag("interop")
class KamailioRevocationTest {

    private static final char[] PASSWORD = "unused".toCharArray();
    private static final Duration VALIDITY = Duration.ofDays(30);

    private final CertificateAuthority authority =
            CertificateAuthority.create("Acorn authority", Instant.now(), new SecureRandom());
    private final TlsIdentity first = issue(CertificateRequest.node("edge1", "edge1.node.edgeways.internal"));
    private final TlsIdentity second = issue(CertificateRequest.node("edge2", "edge2.node.edgeways.internal"));
    private final int port = LoopbackPorts.consecutive(1);

    private TlsIdentity issue(CertificateRequest request) {
        return authority.issue(request, Instant.now());
    }

    @Test
    void kamailioTurnsANodeAwayThatIsOnTheListOnceItHasReadItAndNoOther() throws Exception {
        try (WorkDirectory directory = WorkDirectory.create()) {
            Path path = directory.path();
            Pem.writeIdentity(
                    path.resolve("server.crt"),
                    path.resolve("server.key"),
                    issue(CertificateRequest.of("sip.inside.acorn.example").withAddresses("127.0.0.1")));
            Pem.writeCertificates(path.resolve("authority.crt"), List.of(authority.certificate()));
            refuse(path, Map.of());
            configure(directory);
            try (RunningProgram kamailio =
                    RunningProgram.start("revocation-kamailio", path, Map.of(), Kamailio.command(path))) {
                Polling.until(
                        "Kamailio listens",
                        Account.STEP,
                        () -> Files.exists(path.resolve("ctl")) || !kamailio.isAlive());
                assertThat(kamailio.isAlive())
                        .as("%s", kamailio.transcript().text())
                        .isTrue();
                assertThat(isAnswered(first)).isTrue();
                assertThat(isAnswered(second)).isTrue();

                refuse(path, Map.of(first.leaf().getSerialNumber(), Instant.now()));
                reload(directory);
                Polling.until("the removed node is turned away", Account.STEP, () -> !isAnswered(first));
                assertThat(isAnswered(second)).isTrue();
            }
        }
    }

    private void refuse(Path path, Map<BigInteger, Instant> serials) throws IOException {
        Instant now = Instant.now();
        Pem.writeRevocations(
                path.resolve("authority.crl"),
                Pem.revocationsText(authority.revocations(
                        serials, now, now.plus(VALIDITY), BigInteger.valueOf(now.toEpochMilli()))));
    }

    private void configure(WorkDirectory directory) {
        Path path = directory.path();
        directory.write("tls.cfg", """
                [server:default]
                method = TLSv1.2+
                verify_certificate = yes
                require_certificate = yes
                certificate = %1$s/server.crt
                private_key = %1$s/server.key
                ca_list = %1$s/authority.crt
                crl = %1$s/authority.crl
                [client:default]
                method = TLSv1.2+
                """.formatted(path));
        directory.write("main.cfg", """
                #!KAMAILIO
                listen=tls:127.0.0.1:%2$d
                children=1
                tcp_children=1
                enable_tls=yes
                loadmodule "kex.so"
                loadmodule "sl.so"
                loadmodule "ctl.so"
                loadmodule "tls.so"
                modparam("ctl", "binrpc", "unix:%1$s/ctl")
                modparam("tls", "config", "%1$s/tls.cfg")
                request_route {
                    sl_send_reply("200", "OK");
                }
                """.formatted(path, port));
    }

    private static void reload(WorkDirectory directory) {
        try (RunningProgram asked = RunningProgram.start(
                "revocation-kamcmd",
                directory.path(),
                Map.of(),
                List.of(
                        Program.KAMCMD.path().toString(),
                        "-s",
                        "unix:" + directory.path().resolve("ctl"),
                        "tls.reload"))) {
            assertThat(asked.awaitExit(Account.STEP))
                    .as("%s", asked.transcript().text())
                    .isZero();
        }
    }

    /** Whether who shows that certificate gets an answer. */
    private boolean isAnswered(TlsIdentity shown) {
        try (SSLSocket socket = (SSLSocket) tls(shown).getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout((int) Account.STEP.toMillis());
            socket.getOutputStream().write(options());
            InputStream in = socket.getInputStream();
            byte[] begin = in.readNBytes("SIP/2.0 200".length());
            return new String(begin, StandardCharsets.US_ASCII).equals("SIP/2.0 200");
        } catch (IOException refused) {
            return false;
        }
    }

    private byte[] options() {
        return """
                OPTIONS sip:127.0.0.1 SIP/2.0\r
                Via: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bKrevocation\r
                From: <sip:edge@acorn.example>;tag=1\r
                To: <sip:127.0.0.1>\r
                Call-ID: revocation\r
                CSeq: 1 OPTIONS\r
                Max-Forwards: 70\r
                Content-Length: 0\r
                \r
                """.getBytes(StandardCharsets.US_ASCII);
    }

    private SSLContext tls(TlsIdentity shown) {
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setKeyEntry("own", shown.key(), PASSWORD, shown.chain().toArray(Certificate[]::new));
            keys.setCertificateEntry("authority", authority.certificate());
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, PASSWORD);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(keys);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
