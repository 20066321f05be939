package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.edgeways.avedge.client.UdpWire;
import org.edgeways.tokens.RelayCredentials;
import org.edgeways.tokens.RelayKey;
import org.edgeways.tokens.RelayUser;
import org.edgeways.tokens.RelayVerifier;
import org.edgeways.turn.engine.Alternate;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/**
 * Each with the error code that RFC 8656 names, and a line that says why. Longer than other files, so that all that goes wrong stands
 * in one list.
 */
class WhenThingsGoWrongTest extends OnBothPaths {

    private static final Duration DAY = Duration.ofHours(8);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final RelayUser ALICE = new RelayUser(1001, 1);
    private static final RelayUser BOB = new RelayUser(1002, 2);

    private final SecureRandom random = new SecureRandom();
    private final RelayKey key = new RelayKey(RelayKey.newKeys(random));
    private final RelayKey next = new RelayKey(RelayKey.newKeys(random));
    private final Logger logger = (Logger) LoggerFactory.getLogger(AvEdge.class);
    private final Lines lines = new Lines();

    /** Lines of all threads. */
    private static final class Lines extends AppenderBase<ILoggingEvent> {
        final List<String> all = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            all.add(event.getFormattedMessage());
        }
    }

    @BeforeEach
    void listen() {
        lines.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
        logger.setLevel(null);
    }

    private RelayCredentials credentials(RelayKey from, RelayUser user, Duration life) {
        return credentials(from, user, Instant.now().plus(life));
    }

    private RelayCredentials credentials(RelayKey from, RelayUser user, Instant end) {
        return from.mint(user, end.getEpochSecond(), random);
    }

    private static RelayVerifier verifier(Set<Long> withdrawn, RelayKey... keys) {
        return new RelayVerifier(Stream.of(keys).map(RelayKey::check).toList(), withdrawn);
    }

    private Rig rig() throws Exception {
        return new Rig(sockets, Rig.settings(2), verifier(Set.of(), key));
    }

    /** There is such a line, or comes: it is written after the client has its answer. */
    private void said(String... parts) {
        Rig.eventually(
                String.join(" ", parts) + " in " + lines.all,
                () -> lines.all.stream().anyMatch(line -> Stream.of(parts).allMatch(line::contains)));
    }

    private static void counted(Rig rig, String name, String label, String value, int times) {
        Rig.eventually(name + " " + label + "=" + value, () -> rig.count(name, label, value) == times);
    }

    private void isRefused(Rig rig, RelayCredentials credentials, int status, String code, String... why)
            throws Exception {
        long before = rig.count("av_edge_refusals", "code", code);
        try (TurnClient client = rig.client(credentials)) {
            assertThat(TurnClient.error(client.allocate())).isEqualTo(status);
            assertThat(rig.edge.allocations()).isZero();
            said("event=av-edge-refused", "code=" + code, "status=" + status);
            Rig.eventually(code + " is counted", () -> rig.count("av_edge_refusals", "code", code) == before + 1);
            if (why.length > 0) {
                said(why);
            }
        }
    }

    @Test
    void credentialsWhoseTimeIsOverAreRefused() throws Exception {
        try (Rig rig = rig()) {
            isRefused(
                    rig,
                    credentials(key, ALICE, Duration.ofMinutes(-1)),
                    401,
                    "turn-credentials-expired",
                    "code=relay-credentials-expired",
                    "they were good until");
        }
    }

    /** What is told shows the node's time, which is the only thing that is wrong. */
    @Test
    void aNodeWhoseClockIsAnHourAheadRefusesCredentialsForLessAndTellsItsTime() throws Exception {
        Instant inside = Instant.parse("2026-11-26T12:00:00Z");
        TestTime time = new TestTime(inside.plus(HOUR));
        try (Rig rig = new Rig(sockets, Rig.settings(2), verifier(Set.of(), key), time)) {
            isRefused(
                    rig,
                    credentials(key, ALICE, inside.plus(Duration.ofMinutes(30))),
                    401,
                    "turn-credentials-expired",
                    "code=relay-credentials-expired",
                    "they were good until 2026-11-26T12:30:00Z, and it is 2026-11-26T13:00:00Z here");
            counted(rig, "av_edge_credentials_refused", "code", "relay-credentials-expired", 1);
            TurnClient alice = rig.client(credentials(key, ALICE, inside.plus(DAY)));
            assertThat(TurnClient.error(alice.allocate()))
                    .as("those of the usual life are good")
                    .isZero();
        }
    }

    @Test
    void aNodeWhoseClockIsAnHourBehindTakesCredentialsThatAreOverUntilItIsSetRight() throws Exception {
        Instant inside = Instant.parse("2026-11-26T12:00:00Z");
        TestTime time = new TestTime(inside.minus(HOUR));
        try (Rig rig = new Rig(sockets, Rig.settings(2), verifier(Set.of(), key), time)) {
            DatagramSocket peer = rig.peer();
            RelayCredentials over = credentials(key, ALICE, inside.minus(Duration.ofMinutes(30)));
            TurnClient alice = rig.client(over);
            TurnClient bob = rig.client(credentials(key, BOB, inside.plus(DAY)));
            alice.relayed();
            bob.relayed();
            bob.bind(0x4001, Rig.address(peer));

            time.set(inside);
            assertThat(TurnClient.error(rig.client(over).allocate())).isEqualTo(401);
            said(
                    "code=relay-credentials-expired",
                    "they were good until 2026-11-26T11:30:00Z, and it is 2026-11-26T12:00:00Z here");
            counted(rig, "av_edge_refusals", "code", "turn-credentials-expired", 1);
            assertThat(TurnClient.error(alice.refresh(600)))
                    .as("what there is goes on")
                    .isZero();
            assertThat(rig.edge.allocations()).as("no time has passed").isEqualTo(2);
            bob.channel(0x4001, "as if nothing had happened");
            assertThat(Rig.text(Rig.received(peer))).isEqualTo("as if nothing had happened");
            assertThat(TurnClient.error(bob.refresh(600))).isZero();

            rig.pass(time, Duration.ofMinutes(10).minusSeconds(1));
            assertThat(TurnClient.error(bob.refresh(600))).isZero();
            rig.pass(time, Duration.ofSeconds(1));
            assertThat(rig.edge.allocations()).as("without a refresh").isEqualTo(1);
            said("event=av-edge-ended", "reason=lifetime-over");
        }
    }

    /** Nothing tells a client in a call to fetch others, and with others the allocation would not be its own (441). */
    @Test
    void aCallGoesOnAfterTheEndOfItsCredentialsUntilADayLater() throws Exception {
        TestTime time = new TestTime(Instant.parse("2026-11-26T12:00:00Z"));
        try (Rig rig = new Rig(sockets, Rig.settings(2), verifier(Set.of(), key), time)) {
            DatagramSocket peer = rig.peer();
            Instant end = time.host().plus(Duration.ofMinutes(1));
            RelayCredentials brief = credentials(key, ALICE, end);
            TurnClient alice = rig.client(brief);
            alice.relayed();
            alice.bind(0x4001, Rig.address(peer));
            while (time.host().isBefore(end.plus(Duration.ofHours(23)))) {
                assertThat(TurnClient.error(alice.refresh(3_600))).isZero();
                rig.pass(time, Duration.ofMinutes(50));
            }
            assertThat(TurnClient.error(alice.refresh(3_600))).isZero();
            assertThat(TurnClient.error(alice.permit(Rig.address(peer)))).isZero();
            assertThat(TurnClient.error(alice.bind(0x4001, Rig.address(peer)))).isZero();
            alice.channel(0x4001, "goes on");
            assertThat(Rig.text(Rig.received(peer))).isEqualTo("goes on");
            isNotTakenAnew(rig, brief);

            rig.pass(time, Duration.between(time.host(), end.plus(RelayVerifier.ONGOING)));
            assertThat(TurnClient.error(alice.refresh(3_600))).isEqualTo(401);
            said("code=relay-credentials-expired", "for what was made with them a day longer");
            rig.pass(time, Duration.ofHours(1));
            assertThat(rig.edge.allocations()).isZero();
            said("event=av-edge-ended", "reason=lifetime-over");
        }
    }

    private void isNotTakenAnew(Rig rig, RelayCredentials over) throws Exception {
        assertThat(TurnClient.error(rig.client(over).allocate())).isEqualTo(401);
        assertThat(TurnClient.error(rig.client(over).refresh(600)))
                .as("from where there is no allocation")
                .isEqualTo(401);
    }

    @Test
    void whoIsDisabledAfterTheEndOfTheCredentialsIsCutOffToo() throws Exception {
        TestTime time = new TestTime(Instant.parse("2026-11-26T12:00:00Z"));
        try (Rig rig = new Rig(sockets, Rig.settings(2), verifier(Set.of(), key), time)) {
            TurnClient alice = rig.client(credentials(key, ALICE, time.host().plus(Duration.ofMinutes(1))));
            alice.relayed();
            rig.pass(time, Duration.ofMinutes(2));
            assertThat(TurnClient.error(alice.refresh(600))).isZero();
            rig.check(verifier(Set.of(ALICE.device()), key));
            assertThat(rig.edge.allocations()).isZero();
            assertThat(TurnClient.error(alice.refresh(600))).isEqualTo(401);
        }
    }

    /** RFC 8656 sections 9 and 11.2: it is dropped in silence; so the line is all there is. */
    @Test
    void whatIsSentAfterThePermissionIsOverIsDroppedAndTold() throws Exception {
        TestTime time = new TestTime(Instant.parse("2026-11-26T12:00:00Z"));
        try (Rig rig = new Rig(sockets, Rig.settings(2), verifier(Set.of(), key), time)) {
            DatagramSocket peer = rig.peer();
            TurnClient alice = rig.client(credentials(key, ALICE, time.host().plus(DAY)));
            TransportAddress relayed = alice.relayed();
            alice.permit(Rig.address(peer));
            rig.pass(time, Duration.ofMinutes(5).minusSeconds(1));
            alice.send(Rig.address(peer), "in time");
            assertThat(Rig.text(Rig.received(peer))).isEqualTo("in time");

            rig.pass(time, Duration.ofSeconds(1));
            alice.send(Rig.address(peer), "too late");
            Rig.send(peer, relayed, "too late");
            counted(rig, "av_edge_drops", "code", "turn-permission-over", 2);
            said("event=av-edge-dropping", "code=turn-permission-over", "the client has not renewed it");
            alice.permit(Rig.address(peer));
            alice.send(Rig.address(peer), "again");
            assertThat(Rig.text(Rig.received(peer)))
                    .as("the next after the first")
                    .isEqualTo("again");
            Rig.send(peer, relayed, "and back");
            assertThat(alice.data().text()).isEqualTo("and back");
        }
    }

    @Test
    void whoDoesNotRefreshInTimeIsToldThatThereIsNoAllocation() throws Exception {
        TestTime time = new TestTime(Instant.parse("2026-11-26T12:00:00Z"));
        try (Rig rig = new Rig(sockets, Rig.settings(2), verifier(Set.of(), key), time)) {
            TurnClient alice = rig.client(credentials(key, ALICE, time.host().plus(DAY)));
            alice.relayed();
            rig.pass(time, Duration.ofMinutes(10));
            said("event=av-edge-ended", "reason=lifetime-over");
            counted(rig, "av_edge_allocations_ended", "reason", "lifetime-over", 1);
            assertThat(TurnClient.error(alice.refresh(600))).isEqualTo(437);
            said("event=av-edge-refused", "code=turn-no-allocation", "status=437");
            assertThat(TurnClient.error(alice.allocate())).isZero();
        }
    }

    @Test
    void credentialsOfAForeignKeyAreRefused() throws Exception {
        try (Rig rig = rig()) {
            isRefused(rig, credentials(next, ALICE, DAY), 401, "turn-user-unknown", "code=relay-key-unknown");
        }
    }

    @Test
    void forgedCredentialsAreRefused() throws Exception {
        try (Rig rig = rig()) {
            RelayCredentials good = credentials(key, ALICE, DAY);
            String longer = "4" + good.username().substring(1);
            isRefused(
                    rig,
                    new RelayCredentials(longer, good.password(), good.expirySeconds()),
                    401,
                    "turn-user-unknown",
                    "code=relay-user-forged",
                    "its time was changed");
            isRefused(
                    rig,
                    new RelayCredentials(good.username(), "guessed", good.expirySeconds()),
                    401,
                    "turn-credentials-wrong");
        }
    }

    /** A signature is verified only for those who know the password, so that nobody else can ask for that work. */
    @Test
    void aUserNameSeenOnTheWayWithAnotherSignatureIsJudgedByItsPasswordFirst() throws Exception {
        try (Rig rig = rig()) {
            RelayCredentials good = credentials(key, ALICE, DAY);
            String name = good.username();
            String forged = name.substring(0, name.length() - 86) + "A".repeat(86);
            isRefused(
                    rig,
                    new RelayCredentials(forged, good.password(), good.expirySeconds()),
                    401,
                    "turn-credentials-wrong");
            assertThat(rig.count("av_edge_credentials_refused", "code", "relay-user-forged"))
                    .isZero();
            // as somebody who has taken a node over can make them
            String password = verifier(Set.of(), key)
                    .claim(forged, false, Instant.now().getEpochSecond() * 1_000_000_000L)
                    .orThrow()
                    .password();
            isRefused(
                    rig,
                    new RelayCredentials(forged, password, good.expirySeconds()),
                    401,
                    "turn-user-unknown",
                    "code=relay-user-forged",
                    "its signature does not fit");
        }
    }

    @Test
    void aPersonWhoIsDisabledDuringACallIsCutOffAndNobodyElse() throws Exception {
        try (Rig rig = rig()) {
            DatagramSocket peer = rig.peer();
            TurnClient alice = rig.client(credentials(key, ALICE, DAY));
            TurnClient bob = rig.client(credentials(key, BOB, DAY));
            alice.relayed();
            bob.relayed();
            alice.bind(0x4001, Rig.address(peer));
            bob.bind(0x4001, Rig.address(peer));
            rig.check(verifier(Set.of(ALICE.person()), key));
            assertThat(rig.edge.allocations()).isEqualTo(1);
            alice.channel(0x4001, "from Alice");
            bob.channel(0x4001, "from Bob");
            assertThat(Rig.text(Rig.received(peer))).isEqualTo("from Bob");
            assertThat(TurnClient.error(alice.refresh(600))).isEqualTo(401);
            said("event=av-edge-ended", "reason=withdrawn");
            counted(rig, "av_edge_allocations_ended", "reason", "withdrawn", 1);
            said("event=av-edge-credentials-refused", "code=relay-credentials-withdrawn");
            counted(rig, "av_edge_credentials_refused", "code", "relay-credentials-withdrawn", 1);
        }
    }

    @Test
    void aKeyThatIsRolledDuringACallDisturbsItNotUntilTheOldOneIsTakenAway() throws Exception {
        try (Rig rig = rig()) {
            DatagramSocket peer = rig.peer();
            TurnClient alice = rig.client(credentials(key, ALICE, DAY));
            alice.relayed();
            alice.bind(0x4001, Rig.address(peer));
            rig.check(verifier(Set.of(), next, key));
            alice.channel(0x4001, "goes on");
            assertThat(Rig.text(Rig.received(peer))).isEqualTo("goes on");
            assertThat(TurnClient.error(alice.refresh(600))).isZero();
            assertThat(TurnClient.error(rig.client(credentials(next, BOB, DAY)).allocate()))
                    .isZero();
            rig.check(verifier(Set.of(), next));
            assertThat(TurnClient.error(alice.refresh(600))).isEqualTo(401);
            assertThat(rig.edge.allocations()).isEqualTo(1);
            said("event=av-edge-credentials-refused", "code=relay-key-unknown");
            said("event=av-edge-ended", "reason=withdrawn");
        }
    }

    @Test
    void whoHasReachedTheQuotaIsTold() throws Exception {
        AvEdgeSettings.Share one =
                new AvEdgeSettings.Share(1, AvEdgeSettings.Share.UNLIMITED, AvEdgeSettings.Share.UNLIMITED);
        AvEdgeSettings settings = Rig.settings(2)
                .withQuotas(new AvEdgeSettings.Quota(
                        one, AvEdgeSettings.Share.allocations(100), AvEdgeSettings.Quota.DEFAULTS.all()));
        try (Rig rig = new Rig(sockets, settings, verifier(Set.of(), key))) {
            rig.client(credentials(key, ALICE, DAY)).relayed();
            TurnClient again = rig.client(credentials(key, ALICE, DAY.plusMinutes(1)));
            assertThat(TurnClient.error(again.allocate()))
                    .as("the same person, another user name")
                    .isEqualTo(486);
            said("event=av-edge-refused", "code=turn-quota-reached", "status=486", "The person has as many");
            counted(rig, "av_edge_refusals", "code", "turn-quota-reached", 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 100, turn-source-quota-reached, source network", "100, 1, turn-total-quota-reached, all may have"})
    void theQuotasOfASourceAndOfAllAreToldApart(int ofSource, int ofAll, String code, String why) throws Exception {
        AvEdgeSettings.Quota usual = AvEdgeSettings.Quota.DEFAULTS;
        AvEdgeSettings.Share all =
                new AvEdgeSettings.Share(ofAll, AvEdgeSettings.Share.UNLIMITED, AvEdgeSettings.Share.UNLIMITED);
        AvEdgeSettings settings = Rig.settings(2)
                .withQuotas(new AvEdgeSettings.Quota(usual.person(), AvEdgeSettings.Share.allocations(ofSource), all));
        try (Rig rig = new Rig(sockets, settings, verifier(Set.of(), key))) {
            rig.client(credentials(key, ALICE, DAY)).relayed();
            TurnClient bob = rig.client(credentials(key, BOB, DAY));
            assertThat(TurnClient.error(bob.allocate())).isEqualTo(486);
            said("event=av-edge-refused", "code=" + code, "status=486", why);
            counted(rig, "av_edge_refusals", "code", code, 1);
        }
    }

    @Test
    void aNodeThatIsDrainedSaysSo() throws Exception {
        try (Rig rig = rig()) {
            rig.edge.drain();
            isRefused(rig, credentials(key, ALICE, DAY), 508, "turn-draining", "This node is being drained");
        }
        Alternate other = new Alternate(TransportAddress.of(Rig.SERVER, 3478), null, "");
        AvEdgeSettings.Elsewhere.Leg leg = new AvEdgeSettings.Elsewhere.Leg(other, other, false);
        AvEdgeSettings settings = Rig.settings(2).withElsewhere(new AvEdgeSettings.Elsewhere(leg, leg));
        try (Rig rig = new Rig(sockets, settings, verifier(Set.of(), key))) {
            rig.edge.drain();
            isRefused(rig, credentials(key, ALICE, DAY), 300, "turn-try-alternate", "names another server");
        }
    }

    /** There is no error code for it: RFC 8656 has none for data. */
    @Test
    void whatIsPastTheBandwidthOfThePersonIsDroppedAndToldOnce() throws Exception {
        AvEdgeSettings.Share slow = new AvEdgeSettings.Share(8, 1_000, AvEdgeSettings.Share.UNLIMITED);
        AvEdgeSettings settings = Rig.settings(2)
                .withQuotas(new AvEdgeSettings.Quota(
                        slow, AvEdgeSettings.Share.allocations(100), AvEdgeSettings.Quota.DEFAULTS.all()));
        TestTime time = new TestTime(Instant.parse("2026-11-26T12:00:00Z"));
        try (Rig rig = new Rig(sockets, settings, verifier(Set.of(), key), time)) {
            DatagramSocket peer = rig.peer();
            TurnClient alice = rig.client(credentials(key, ALICE, time.host().plus(DAY)));
            alice.relayed();
            alice.bind(0x4001, Rig.address(peer));
            alice.channel(0x4001, "x".repeat(900));
            assertThat(Rig.received(peer).getLength()).isEqualTo(900);
            alice.channel(0x4001, "y".repeat(900));
            alice.channel(0x4001, "z".repeat(900));
            counted(rig, "av_edge_drops", "code", "turn-rate-exceeded", 2);
            said("event=av-edge-dropping", "code=turn-rate-exceeded", "More data than the person");
            assertThat(lines.all.stream().filter(line -> line.contains("event=av-edge-dropping")))
                    .hasSize(1);
            rig.pass(time, Duration.ofSeconds(1));
            alice.channel(0x4001, "a second later");
            assertThat(Rig.text(Rig.received(peer))).isEqualTo("a second later");
        }
    }

    @Test
    void whenTheLastPortIsTakenThereIs508() throws Exception {
        int first;
        try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(Rig.RELAY, 0))) {
            first = probe.getLocalPort() & ~1;
        }
        AvEdgeSettings settings = Rig.settings(1);
        try (Rig rig = new Rig(
                sockets, settings.withRelay(settings.relay().withPorts(first, first + 1)), verifier(Set.of(), key))) {
            TurnClient alice = rig.client(credentials(key, ALICE, DAY));
            TransportAddress one = alice.relayed();
            TransportAddress other = rig.client(credentials(key, ALICE, DAY)).relayed();
            assertThat(Set.of(one.port(), other.port())).containsExactlyInAnyOrder(first, first + 1);
            assertThat(TurnClient.error(rig.client(credentials(key, BOB, DAY)).allocate()))
                    .isEqualTo(508);
            said("event=av-edge-refused", "code=turn-no-port", "status=508", "No relayed port is free");
            counted(rig, "av_edge_refusals", "code", "turn-no-port", 1);
            alice.refresh(0);
            assertThat(TurnClient.error(rig.client(credentials(key, BOB, DAY)).allocate()))
                    .as("the port is free again")
                    .isZero();
        }
    }

    /** The same client, from the same port, notices by its next Refresh: RFC 8656 section 7.2 has 437. */
    @Test
    void aNodeThatWasKilledKnowsNothingOfTheCallAndTakesItAnew() throws Exception {
        RelayCredentials credentials = credentials(key, ALICE, DAY);
        InetSocketAddress address;
        TurnClient alice;
        try (Rig rig = rig()) {
            address = rig.edge.outside().getFirst();
            alice = new TurnClient(new UdpWire(address), credentials.username(), credentials.password());
            call(alice, rig, "before");
        }
        AvEdgeSettings settings = Rig.settings(2);
        AvEdgeSettings same = new AvEdgeSettings(
                settings.realm(),
                2,
                List.of(address),
                List.of(),
                settings.relay(),
                settings.peers(),
                settings.quotas(),
                settings.limits(),
                settings.elsewhere(),
                settings.streamIdle());
        try (alice;
                Rig rig = new Rig(sockets, same, verifier(Set.of(), key))) {
            alice.channel(0x4001, "to nobody that it knows");
            counted(rig, "av_edge_drops", "code", "turn-data-without-allocation", 1);
            assertThat(TurnClient.error(alice.refresh(600))).isEqualTo(437);
            said(
                    "event=av-edge-refused",
                    "code=turn-no-allocation",
                    "status=437",
                    "There is no allocation for this client address");
            call(alice, rig, "after");
        }
    }

    private static void call(TurnClient client, Rig rig, String text) throws Exception {
        DatagramSocket peer = rig.peer();
        client.relayed();
        client.bind(0x4001, Rig.address(peer));
        client.channel(0x4001, text);
        assertThat(Rig.text(Rig.received(peer))).isEqualTo(text);
    }
}
