package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.edgeways.tokens.RelayCredentials;
import org.edgeways.tokens.RelayKey;
import org.edgeways.tokens.RelayUser;
import org.edgeways.tokens.RelayVerifier;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Each with the error code that RFC 8656 names, and a line that says why. */
class WhenThingsGoWrongTest {

    private static final Duration DAY = Duration.ofHours(8);
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
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
    }

    private RelayCredentials credentials(RelayKey from, RelayUser user, Duration life) {
        return from.mint(user, Instant.now().plus(life).getEpochSecond(), random);
    }

    private static RelayVerifier verifier(Set<Long> withdrawn, RelayKey... keys) {
        return new RelayVerifier(Stream.of(keys).map(RelayKey::check).toList(), withdrawn);
    }

    private Rig rig() throws Exception {
        return new Rig(Rig.settings(2), verifier(Set.of(), key));
    }

    /** There is such a line, or comes: it is written after the client has its answer. */
    private void said(String... parts) {
        Rig.eventually(
                String.join(" ", parts) + " in " + lines.all,
                () -> lines.all.stream().anyMatch(line -> Stream.of(parts).allMatch(line::contains)));
    }

    private void isRefused(Rig rig, RelayCredentials credentials, int status, String code, String... why)
            throws Exception {
        try (TurnClient client = rig.client(credentials)) {
            assertThat(TurnClient.error(client.allocate())).isEqualTo(status);
            assertThat(rig.edge.allocations()).isZero();
            said("event=av-edge-refused", "code=" + code, "status=" + status);
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

    /** As seen from a node whose clock is an hour before the inside's: the times that are told show it. */
    @Test
    void aClockThatIsAnHourAheadRefusesShortCredentialsAndSaysWhatTimeItIsThere() throws Exception {
        Duration wrong = Duration.ofHours(1);
        try (Rig rig = rig()) {
            isRefused(
                    rig,
                    credentials(key, ALICE, Duration.ofMinutes(30).minus(wrong)),
                    401,
                    "turn-credentials-expired",
                    "and it is 2");
            assertThat(TurnClient.error(rig.client(credentials(key, ALICE, DAY.minus(wrong)))
                            .allocate()))
                    .as("those of the usual life are good")
                    .isZero();
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
                    .claim(forged, Instant.now().getEpochSecond() * 1_000_000_000L)
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
            RelayVerifier now = verifier(Set.of(ALICE.person()), key);
            rig.authority.use(now);
            rig.edge.end(now::isRevoked);
            assertThat(rig.edge.allocations()).isEqualTo(1);
            alice.channel(0x4001, "from Alice");
            bob.channel(0x4001, "from Bob");
            assertThat(Rig.text(Rig.received(peer))).isEqualTo("from Bob");
            assertThat(TurnClient.error(alice.refresh(600))).isEqualTo(401);
            said("event=av-edge-ended", "reason=by-server");
            said("code=relay-credentials-withdrawn");
        }
    }

    @Test
    void aKeyThatIsRolledDuringACallDisturbsItNotUntilTheOldOneIsTakenAway() throws Exception {
        try (Rig rig = rig()) {
            TurnClient alice = rig.client(credentials(key, ALICE, DAY));
            alice.relayed();
            RelayVerifier both = verifier(Set.of(), next, key);
            rig.authority.use(both);
            rig.edge.end(both::isRevoked);
            assertThat(TurnClient.error(alice.refresh(600))).isZero();
            assertThat(TurnClient.error(rig.client(credentials(next, BOB, DAY)).allocate()))
                    .isZero();
            RelayVerifier newest = verifier(Set.of(), next);
            rig.authority.use(newest);
            rig.edge.end(newest::isRevoked);
            assertThat(TurnClient.error(alice.refresh(600))).isEqualTo(401);
            assertThat(rig.edge.allocations()).isEqualTo(1);
        }
    }

    @Test
    void whoHasReachedTheQuotaIsTold() throws Exception {
        AvEdgeSettings.Share one =
                new AvEdgeSettings.Share(1, AvEdgeSettings.Share.UNLIMITED, AvEdgeSettings.Share.UNLIMITED);
        AvEdgeSettings settings =
                Rig.settings(2).withQuotas(new AvEdgeSettings.Quota(one, 100, AvEdgeSettings.Quota.DEFAULTS.all()));
        try (Rig rig = new Rig(settings, verifier(Set.of(), key))) {
            rig.client(credentials(key, ALICE, DAY)).relayed();
            TurnClient again = rig.client(credentials(key, ALICE, DAY.plusMinutes(1)));
            assertThat(TurnClient.error(again.allocate()))
                    .as("the same person, another user name")
                    .isEqualTo(486);
            said("event=av-edge-refused", "code=turn-quota-reached", "status=486");
        }
    }

    @Test
    void whenTheLastPortIsTakenThereIs508() throws Exception {
        int first;
        try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(Rig.RELAY, 0))) {
            first = probe.getLocalPort() & ~1;
        }
        AvEdgeSettings settings = Rig.settings(1);
        try (Rig rig =
                new Rig(settings.withRelay(settings.relay().withPorts(first, first + 1)), verifier(Set.of(), key))) {
            TurnClient alice = rig.client(credentials(key, ALICE, DAY));
            TransportAddress one = alice.relayed();
            TransportAddress other = rig.client(credentials(key, ALICE, DAY)).relayed();
            assertThat(Set.of(one.port(), other.port())).containsExactlyInAnyOrder(first, first + 1);
            assertThat(TurnClient.error(rig.client(credentials(key, BOB, DAY)).allocate()))
                    .isEqualTo(508);
            said("event=av-edge-refused", "code=turn-no-capacity", "status=508");
            alice.refresh(0);
            assertThat(TurnClient.error(rig.client(credentials(key, BOB, DAY)).allocate()))
                    .as("the port is free again")
                    .isZero();
        }
    }

    /** The client notices by its next Refresh: RFC 8656 section 7.2 has 437. */
    @Test
    void aNodeThatWasKilledKnowsNothingOfTheCallAndTakesItAnew() throws Exception {
        RelayCredentials credentials = credentials(key, ALICE, DAY);
        InetSocketAddress address;
        try (Rig rig = rig()) {
            address = rig.edge.outside().getFirst();
            rig.client(credentials).relayed();
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
                settings.streamIdle());
        try (Rig rig = new Rig(same, verifier(Set.of(), key))) {
            TurnClient alice = rig.client(credentials);
            assertThat(TurnClient.error(alice.refresh(600))).isEqualTo(437);
            said("event=av-edge-refused", "code=turn-no-allocation", "status=437");
            assertThat(TurnClient.error(alice.allocate())).isZero();
        }
    }
}
