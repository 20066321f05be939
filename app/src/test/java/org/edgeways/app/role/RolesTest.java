package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import org.edgeways.accounts.NewPerson;
import org.edgeways.accounts.Secret;
import org.edgeways.app.Edgeways;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.net.TlsIdentity;
import org.edgeways.policy.PersonRights;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What configurations say comes to pass in a running pool and edge. */
@Timeout(120)
class RolesTest {

    private static final String PASSWORD = "a password that is good";

    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    private Path directory = Path.of(".");

    private RunningRoles roles;
    private int probes;

    @BeforeEach
    void prepare() throws IOException {
        roles = new RunningRoles(directory);
    }

    @AfterEach
    void stop() throws Exception {
        roles.close();
    }

    private X509Certificate shown(boolean inside) {
        try {
            return roles.shown(inside);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String counters(Path data) {
        return counters(data, "certificate_reloads");
    }

    private static String counters(Path data, String filter) {
        StringWriter out = new StringWriter();
        Edgeways.run(
                List.of("counters", filter, "--data", data.toString()),
                new PrintWriter(out, true),
                new PrintWriter(out, true));
        return out.toString();
    }

    @Test
    void thePoolShowsANewCertificateInsideAndKeepsTheConnectionsItHas() throws Exception {
        roles.startPool();
        SipUserAgent early = roles.inside("nobody", "no password at all");
        TlsIdentity renewed = roles.renew("inside");
        RunningRoles.awaitTrue("the new certificate is shown", () -> shown(true).equals(renewed.leaf()));
        assertThat(counters(roles.poolData())).contains("pool_certificate_reloads_total", "listener=inside");
        assertThat(early.register(600).status()).isEqualTo(401);
    }

    @Test
    void aPoolWithoutSettingsSaysWhatItsNodesWouldNeed() throws Exception {
        roles.startPool();
        StringWriter told = new StringWriter();
        int code = Edgeways.run(
                List.of("status", "--data", roles.poolData().toString()),
                new PrintWriter(told, true),
                new PrintWriter(told, true));
        assertThat(code).isEqualTo(1);
        assertThat(told.toString()).contains("without settings").contains("edgeways pool --settings DIR");
    }

    @Test
    void thePoolTakesANewCertificateForItsLinksAndIsLinkedWithIt() throws Exception {
        PoolProcess pool = roles.startPool();
        roles.renewService();
        RunningRoles.awaitTrue(
                "the new certificate is taken",
                () -> counters(roles.poolData())
                        .lines()
                        .anyMatch(line ->
                                line.contains("pool_certificate_reloads_total") && line.contains("listener=link")));
        assertThat(counters(roles.poolData())).doesNotContain("listener=inside", "reloads_failed");
        roles.startEdge(json.createObjectNode());
        RunningRoles.awaitTrue("the pool reaches the edge", pool::isLinked);
    }

    @Test
    void thePoolLinksWithANodeOfANewAuthorityWithoutARestart() throws Exception {
        PoolProcess pool = roles.startPool();
        roles.changeLinkAuthority();
        roles.startEdge(json.createObjectNode());
        RunningRoles.awaitTrue("the pool reaches the edge", pool::isLinked);
        RunningRoles.awaitTrue("a request from outside reaches the pool", this::poolAnswersOutside);
    }

    @Test
    void theEdgeTakesALinkOfANewAuthorityWithoutARestart() throws Exception {
        roles.startEdge(json.createObjectNode());
        roles.changeLinkAuthority();
        roles.startPool();
        // an end that shows its certificate thinks itself linked before the other end has looked at it
        RunningRoles.awaitTrue("a request from outside reaches the pool", this::poolAnswersOutside);
    }

    /** A sign-in without credentials, but for the empty line at its end. */
    private static String register(String name) {
        return """
                REGISTER sip:acorn.example SIP/2.0\r
                Via: SIP/2.0/TLS client.example;branch=z9hG4bK%1$s\r
                From: <sip:alice@acorn.example>;tag=1\r
                To: <sip:alice@acorn.example>\r
                Call-ID: %1$s\r
                CSeq: 1 REGISTER\r
                Max-Forwards: 70\r
                Contact: <sip:alice@client.example;transport=tls>\r
                Content-Length: 0\r
                """.formatted(name);
    }

    private boolean poolAnswersOutside() {
        try {
            return roles.answerOutside(register("probe" + probes++) + "\r\n").startsWith("SIP/2.0 401 ");
        } catch (IOException e) {
            return false;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theEdgeShowsANewCertificateOutside() throws Exception {
        roles.startEdge(json.createObjectNode());
        TlsIdentity renewed = roles.renew("outside");
        RunningRoles.awaitTrue(
                "the new certificate is shown", () -> shown(false).equals(renewed.leaf()));
        assertThat(counters(roles.edgeData())).contains("edge_certificate_reloads_total", "listener=outside");
    }

    @Test
    void anEdgeWithoutACertificateIsOpenAndSaysSoUntilTheFilesCome() throws Exception {
        Files.delete(directory.resolve("files").resolve("outside.key"));
        Files.delete(directory.resolve("files").resolve("outside.crt"));
        roles.startEdge(json.createObjectNode());
        assertThat(counters(roles.edgeData(), "certificate_self_signed"))
                .contains("listener=outside  1")
                .doesNotContain("listener=link");
        TlsIdentity later = roles.renew("outside");
        RunningRoles.awaitTrue("the certificate is shown", () -> later.leaf().equals(shownOrNull()));
        assertThat(counters(roles.edgeData(), "certificate_self_signed")).doesNotContain("listener=outside");
    }

    private X509Certificate shownOrNull() {
        try {
            return roles.shown(false);
        } catch (Exception notTrusted) {
            return null;
        }
    }

    @Test
    void aRequestAtTheLimitOfWhatTheEdgeTakesDoesNotCostTheLinkItGoesInsideOn() throws Exception {
        PoolProcess pool = roles.startPool();
        roles.startEdge(json.createObjectNode());
        RunningRoles.awaitTrue("the pool reaches the edge", pool::isLinked);
        SipLimits limits = SipLimits.DEFAULT;
        StringBuilder request = new StringBuilder(register("large"));
        int lines = (int) request.chars().filter(c -> c == '\n').count() - 1;
        int filler = limits.headerLines() - lines;
        int room = limits.headerSectionBytes() - request.length() - 2;
        for (int i = 0; i < filler; i++) {
            int length = i < filler - 1 ? room / filler : room - (filler - 1) * (room / filler);
            request.append("X: ").append("y".repeat(length - 5)).append("\r\n");
        }
        request.append("\r\n");
        assertThat(request).hasSize(limits.headerSectionBytes());
        assertThat(roles.answerOutside(request.toString())).startsWith("SIP/2.0 401 ");
        assertThat(counters(roles.poolData(), "closed")).doesNotContain("framing");
    }

    /** The device's answer repeats them, with those of edge and pool. */
    @Test
    void aRequestWithAsManyViaEntriesAsTheEdgeTakesDoesNotCostADeviceInsideItsConnection() throws Exception {
        PoolProcess pool = roles.startPool();
        roles.startEdge(json.createObjectNode());
        RunningRoles.awaitTrue("the pool reaches the edge", pool::isLinked);
        for (String person : List.of("alice", "dave")) {
            pool.accounts()
                    .add(new NewPerson(person, null, "", new PersonRights(true)))
                    .get();
            pool.accounts().addDevice(person, "phone", new Secret(PASSWORD)).get();
        }
        SipUserAgent alice = roles.outside("alice", PASSWORD);
        SipUserAgent dave = roles.inside("dave", PASSWORD);
        assertThat(alice.register(600).status()).isEqualTo(200);
        assertThat(dave.register(600).status()).isEqualTo(200);
        SipMessage options = alice.newRequest("OPTIONS", "sip:dave@acorn.example");
        for (int i = 1; i < SipLimits.DEFAULT.viaEntries(); i++) {
            options.add(HeaderName.VIA, "SIP/2.0/TLS 192.0.2.1;branch=z9hG4bK" + i);
        }
        assertThat(alice.request(options).status())
                .as("as dave's device answers")
                .isEqualTo(483);
        SipMessage again = alice.newRequest("OPTIONS", "sip:dave@acorn.example");
        alice.start(again);
        assertThat(dave.await("OPTIONS").callId()).as("on the same connection").isEqualTo(again.callId());
    }

    @Test
    void theLimitsOfTheConfigurationHoldAtTheListener() throws Exception {
        ObjectNode limits = json.createObjectNode().put("connectionsPerSource", 2);
        roles.startEdge(limits);
        try (SipUserAgent first = roles.outside("alice", "no password at all");
                SipUserAgent second = roles.outside("alice", "no password at all")) {
            assertThat(first.connection().isOpen()).isTrue();
            assertThat(second.connection().isOpen()).isTrue();
            assertThatThrownBy(() -> roles.outside("alice", "no password at all"))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aDataDirectoryThatNoSocketFitsIntoIsNamedWithoutAStackTrace() {
        roles.keepEdgeDataIn(directory.resolve("d".repeat(100)));
        assertThatThrownBy(() -> start())
                .isInstanceOfSatisfying(
                        AppFailure.class,
                        failure -> assertThat(failure.problem()).contains("counters.sock", "path too long"));
    }

    @Test
    void aPortThatIsTakenIsNamedWithItsAddressTheCauseAndWhatToDo() throws Exception {
        roles.startEdge(json.createObjectNode());
        roles.keepEdgeDataIn(directory.resolve("another"));
        assertThatThrownBy(this::start).isInstanceOfSatisfying(AppFailure.class, failure -> {
            assertThat(failure.code()).isEqualTo(AppErrorCode.PORT_TAKEN);
            assertThat(failure.problem())
                    .matches(
                            "the edge cannot start: \\S+ cannot listen on 127\\.0\\.0\\.1:[0-9]+: Address already in use.*");
            assertThat(failure.nextStep()).contains("ss -ltnp", "another port");
        });
    }

    @Test
    void aKeyFileThatIsMissingIsNamedInWords() throws Exception {
        Files.delete(directory.resolve("files").resolve("outside.key"));
        assertThatThrownBy(this::start)
                .isInstanceOfSatisfying(
                        AppFailure.class,
                        failure -> assertThat(failure.problem())
                                .contains("outside.key: there is no such file")
                                .doesNotContain("Exception"));
    }

    private void start() {
        try {
            roles.startEdge(json.createObjectNode());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
