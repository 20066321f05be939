package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * sipvicious from an address outside, against an edge on which two people at another address are signed in. The steps
 * follow each other: the attacker learns nothing while he may still ask, and is banned in the end.
 */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SipviciousTest {
    private static final int TONE = 440;
    private static final String DOMAIN = "acorn.example";
    private static final String ATTACKER = "198.51.100.66";
    private static final String GUESSER = Networks.ATTACKERS_OTHERS.getFirst();
    private static final String NAME_SEEKER = Networks.ATTACKERS_OTHERS.getLast();
    private static final List<String> PEOPLE = List.of("alice", "bob", "dave");
    private static final int MORE_THAN_THE_BUDGET = 60;
    private static final int WARS_AT_ONCE = 10;

    private SeparateSite site;
    private Baresip alice;
    private Baresip bob;
    private Sipvicious attacker;

    @BeforeAll
    void start() {
        site = SeparateSite.start("sipvicious", true, "alice", "bob");
        InnerFirewall.isClosed(site.networks());
        List<String> contacts =
                List.of(site.outside("alice").uri(), site.outside("bob").uri());
        alice = Baresip.start("sipvicious-alice", site.outside("alice"), TONE, contacts);
        bob = Baresip.start("sipvicious-bob", site.outside("bob"), TONE, contacts);
        alice.awaitSignedIn();
        bob.awaitSignedIn();
        attacker = new Sipvicious(site.networks().attacker(), site.outside("alice"));
    }

    @AfterAll
    void stop() {
        Stream.of(bob, alice, site).filter(started -> started != null).forEach(SipviciousTest::close);
    }

    private static void close(AutoCloseable started) {
        try {
            started.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The edge answers, and says nothing of what it is. */
    @Test
    @Order(1)
    void svmapReachesTheEdgeAndLearnsNoProduct() {
        String said = attacker.map("svmap", "127.0.0.1");
        assertThat(refusals("OPTIONS", ATTACKER)).isPositive();
        assertThat(said)
                .containsPattern("\\| 127\\.0\\.0\\.1:\\d+ +\\| unknown +\\|")
                .doesNotContainIgnoringCase("edgeways");
    }

    @Test
    @Order(2)
    void svwarLearnsNoName() {
        StringBuilder said = new StringBuilder(attacker.war("svwar", "REGISTER", PEOPLE));
        for (String person : PEOPLE) {
            double before = fromOutside();
            said.append(attacker.war("svwar-" + person, "REGISTER", List.of(person), "--force"));
            assertThat(fromOutside() - before)
                    .as("requests that reached the edge: for an invented name, and for " + person)
                    .isGreaterThanOrEqualTo(2);
        }
        assertThat(said).doesNotContainPattern("\\| *(" + String.join("|", PEOPLE) + ") *\\|");
        assertThat(said).contains("found nothing");
    }

    /** What an attacker who reads more than svwar does would see. */
    @Test
    @Order(3)
    void theAnswersForKnownAndUnknownNamesAreTheSame() {
        for (String method : List.of("REGISTER", "OPTIONS", "INVITE", "MESSAGE", "SUBSCRIBE")) {
            String unknown = answer(method, "mallory");
            assertThat(unknown).startsWith("SIP/2.0 4");
            for (String person : PEOPLE) {
                assertThat(answer(method, person)).as(method + " of " + person).isEqualTo(unknown);
            }
        }
    }

    @Test
    @Order(4)
    void svmapIsBannedForScanning() {
        assertThat(bansFor("scan")).isZero();
        attacker.map("svmap-many", "127.0.0.1-" + MORE_THAN_THE_BUDGET);
        assertBanned(ATTACKER, "scan", 1);
        assertThat(attacker.map("svmap-banned", "127.0.0.1")).contains("found nothing");
        assertTheOthersNoticeNothing("after the first ban");
    }

    /** The right password stands in the list, behind more wrong ones than are allowed. */
    @Test
    @Order(5)
    void svcrackIsBannedForGuessing() {
        site.networks().attackFrom(GUESSER);
        List<String> passwords = Stream.concat(
                        IntStream.range(0, MORE_THAN_THE_BUDGET).mapToObj(i -> "guess-number-" + i),
                        Stream.of(site.outside("alice").password()))
                .toList();
        String said = attacker.crack("svcrack", "alice", passwords);
        assertThat(said).doesNotContain(site.outside("alice").password());
        assertThat(site.edgeCounter("access_edge_credentials_failed_total", "")).isGreaterThan(50);
        assertBanned(GUESSER, "credentials", 1);
        assertTheOthersNoticeNothing("after the second ban");
    }

    /** It gives up at the first answers; so several run at once, and come again if that was not enough. */
    @Test
    @Order(6)
    void svwarIsBannedForTryingNames() {
        site.networks().attackFrom(NAME_SEEKER);
        List<String> names = Stream.concat(IntStream.range(0, 200).mapToObj(i -> "name-" + i), PEOPLE.stream())
                .toList();
        StringBuilder said = new StringBuilder();
        for (int round = 0; round * WARS_AT_ONCE < MORE_THAN_THE_BUDGET && bansFor("scan") < 2; round++) {
            said.append(warsAtOnce(round, names));
        }
        assertThat(said).contains("found nothing");
        assertThat(said).doesNotContainPattern("\\| *(" + String.join("|", PEOPLE) + ") *\\|");
        assertBanned(NAME_SEEKER, "scan", 2);
        assertThat(attacker.war("svwar-banned", "OPTIONS", PEOPLE, "--force"))
                .contains("timed out")
                .doesNotContain("SIP/2.0");
        assertTheOthersNoticeNothing("after the third ban");
    }

    @Test
    @Order(7)
    void nothingOfItHasTheEdgeTryTheInside() {
        InnerFirewall.hasBlockedNothing(site.networks());
    }

    private String warsAtOnce(int round, List<String> names) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<String>> wars = IntStream.range(0, WARS_AT_ONCE)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> attacker.war("svwar-" + round + "-" + i, "OPTIONS", names, "--force", "-t", "0.0001"),
                            threads))
                    .toList();
            return wars.stream().map(CompletableFuture::join).collect(Collectors.joining());
        }
    }

    /** Messages from outside; those on the inside leg are counted apart. */
    private double fromOutside() {
        return site.edgeCounter("sip_messages_received_total", "endpoint=\"outside-tls\"");
    }

    private void assertBanned(String source, String cause, int bansForIt) {
        assertThat(site.edgeLog())
                .contains(
                        "event=access-edge-banned code=access-edge-source-banned source=" + source + " cause=" + cause);
        assertThat(bansFor(cause)).isEqualTo(bansForIt);
    }

    private double bansFor(String cause) {
        return site.edgeCounter("access_edge_bans_total", "cause=\"" + cause + "\"");
    }

    /** Those who are signed in go on, the one whose password was guessed at too, and she can sign in once more. */
    private void assertTheOthersNoticeNothing(String text) {
        bob.sendMessage(site.outside("alice").uri(), text);
        alice.awaitMessage(site.outside("bob").uri(), text);
        try (Linphonec again = Linphonec.start("sipvicious-again", site.outside("alice"))) {
            again.awaitSignedIn();
        }
        assertThat(site.edgeLog())
                .doesNotContain(
                        "event=access-edge-banned code=access-edge-source-banned source=" + Networks.NAT_OUTSIDE);
    }

    private long refusals(String method, String source) {
        return site.edgeLog()
                .lines()
                .filter(line -> line.contains("event=access-edge-refused") && line.contains("method=" + method + " "))
                .filter(line -> line.contains("source=" + source + " "))
                .count();
    }

    /** What the edge answers to a request of that person to that person, without what differs from answer to answer. */
    private String answer(String method, String person) {
        String request = String.join(
                "\r\n",
                method + " sip:" + (method.equals("REGISTER") ? "" : person + "@") + DOMAIN + " SIP/2.0",
                "Via: SIP/2.0/TLS 198.51.100.66:5061;branch=z9hG4bK1;rport",
                "Max-Forwards: 70",
                "From: <sip:" + person + "@" + DOMAIN + ">;tag=1",
                "To: <sip:" + person + "@" + DOMAIN + ">",
                "Call-ID: same",
                "CSeq: 1 " + method,
                "Contact: <sip:x@198.51.100.66;transport=tls>",
                "Event: presence",
                "Content-Length: 0",
                "\r");
        List<String> command = List.of(
                Program.SOCAT.path().toString(),
                "STDIO",
                "OPENSSL:" + Networks.EDGE_NAME + ":" + Networks.SIP_TLS_PORT + ",cafile=" + site.caFile()
                        + ",commonname=" + Networks.EDGE_NAME);
        try (RunningProgram program = RunningProgram.start(
                site.networks().attacker(), "probe-" + method + "-" + person, Path.of("."), Map.of(), command)) {
            program.say(request);
            String whole = program.transcript()
                    .await("an answer", Pattern.compile("SIP/2\\.0 [^1](?s:.*?)\\n\\n"), Account.STEP)
                    .group();
            return whole.replace(person, "PERSON")
                    .replaceAll("rport=\\d+", "rport=PORT")
                    .replaceAll(";tag=(?!1[;\\n])[^;\\n]+", ";tag=TAG")
                    .replaceAll("nonce=\"[^\"]*\"", "nonce=NONCE");
        }
    }
}
