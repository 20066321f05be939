package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A SIP server that a node which has joined dials itself, with the certificate that the command issues for it. */
@Timeout(120)
class DialledServerTest {

    private static final String HOST = "127.0.0.1";
    private static final int PATIENCE_MILLIS = 20_000;

    @TempDir
    Path directory;

    private JoinedPair pair;

    @BeforeEach
    void write() throws Exception {
        pair = new JoinedPair(directory);
    }

    @AfterEach
    void stop() throws Exception {
        pair.close();
    }

    private static SSLContext context(Path files) throws Exception {
        TlsIdentity identity = Pem.readIdentity(files.resolve(HOST + ".crt"), files.resolve(HOST + ".key"))
                .orThrow();
        KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
        own.load(null, null);
        own.setKeyEntry("own", identity.key(), new char[0], identity.chain().toArray(X509Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "authority",
                Pem.readCertificates(files.resolve("authority.crt")).orThrow().getFirst());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return tls;
    }

    @Test
    void aNodeThatHasJoinedDialsItAndEachKnowsTheOther() throws Exception {
        pair.showOutside();
        pair.startInside();
        assertThatThrownBy(() -> pair.said("certificate", "issue", HOST, "--out", directory.toString()))
                .hasMessageContaining("no Route of the settings has an address with that host");
        Path files = directory.resolve("server");
        int port = JoinedPair.freePort();
        pair.write(pair.text() + "---\nkind: Route\nname: all\nspec: {address: \"sip:" + HOST + ":" + port
                + ";transport=tls\"}\n");
        for (Path unwritable : List.of(Files.createFile(directory.resolve("file")), Path.of("/proc"))) {
            assertThatThrownBy(() -> pair.said("certificate", "issue", HOST, "--out", unwritable.toString()))
                    .hasMessageContaining("nothing can be written into " + unwritable);
        }
        assertThat(pair.said("certificate", "list"))
                .as("what nobody could write is not issued")
                .doesNotContain("server");
        assertThat(pair.said("certificate", "issue", HOST, "--out", files.toString()))
                .contains("good until");
        assertThat(pair.said("certificate", "list")).contains("server");
        assertThat(pair.said("status")).contains("The certificate of server " + HOST + " has 89 days");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.resolve(HOST + ".key"))))
                .isEqualTo("rw-------");
        pair.join();
        pair.startEdge();
        pair.await(JoinedPair::isUpToDate);

        try (SSLServerSocket server = (SSLServerSocket)
                context(files).getServerSocketFactory().createServerSocket(port, 1, InetAddress.ofLiteral(HOST))) {
            server.setNeedClientAuth(true);
            server.setSoTimeout(PATIENCE_MILLIS);
            SipUserAgent alice = pair.outside("alice", "does not matter");
            alice.start(alice.newRequest("REGISTER", "sip:alice@acorn.example"));
            try (SSLSocket node = (SSLSocket) server.accept()) {
                node.setSoTimeout(PATIENCE_MILLIS);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8));
                assertThat(lines.readLine()).startsWith("REGISTER sip:");
                assertThat(PeerIdentity.of((X509Certificate) node.getSession().getPeerCertificates()[0])
                                .node())
                        .isEqualTo("edge1");
            }
        }
        assertThat(List.of(files.toFile().list()))
                .containsExactlyInAnyOrder(HOST + ".crt", HOST + ".key", "authority.crt", "authority.crl");
    }

    /** Connects to the inside leg of the node and waits for the end of the connection. */
    private void isTurnedAway() throws Exception {
        try (SSLSocket server = (SSLSocket)
                context(directory).getSocketFactory().createSocket(InetAddress.ofLiteral(HOST), pair.legPort)) {
            server.setSoTimeout(PATIENCE_MILLIS);
            assertThat(server.getInputStream().read()).isEqualTo(-1);
        }
    }

    private String answerTo(SSLSocket server) throws Exception {
        String options = "OPTIONS sip:acorn.example SIP/2.0\r\nVia: SIP/2.0/TLS " + HOST
                + ":5061;branch=z9hG4bK1\r\nFrom: <sip:server@acorn.example>;tag=1\r\nTo: <sip:acorn.example>\r\n"
                + "Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
        server.getOutputStream().write(options.getBytes(StandardCharsets.US_ASCII));
        return new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }

    @Test
    void itMayDialTheNodeAsLongAsARouteNamesIt() throws Exception {
        pair.showOutside();
        pair.startInside();
        String without = pair.text();
        String route = "---\nkind: Route\nname: all\nspec: {address: \"sip:" + HOST + ":5061;transport=tls\"}\n";
        pair.write(without + route);
        pair.said("certificate", "issue", HOST, "--out", directory.toString());
        pair.write(without);
        assertThat(pair.reload()).isEmpty();
        pair.join();
        pair.startEdge();
        pair.await(JoinedPair::isUpToDate);
        isTurnedAway();
        pair.push(without + route);
        try (SSLSocket server = (SSLSocket)
                context(directory).getSocketFactory().createSocket(InetAddress.ofLiteral(HOST), pair.legPort)) {
            server.setSoTimeout(PATIENCE_MILLIS);
            assertThat(answerTo(server)).startsWith("SIP/2.0 ");
        }
        pair.push(without);
        isTurnedAway();
    }
}
