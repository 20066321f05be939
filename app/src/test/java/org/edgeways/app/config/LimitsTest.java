package org.edgeways.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.edgeways.accessedge.engine.EdgeLimits;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.pool.PoolSettings;
import org.edgeways.pool.engine.MessageSettings;
import org.edgeways.pool.presence.engine.PresenceDefault;
import org.edgeways.pool.presence.engine.PresenceLimits;
import org.edgeways.pool.presence.engine.PresenceSettings;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.siptransport.LinkLimits;
import org.edgeways.siptransport.SipConnectionSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The {@code limits} of the configurations: defaults, and every key at both ends of its range and past them. */
class LimitsTest {

    private final Problems problems = new Problems("edge.json");

    private JsonSection section(String text) {
        return JsonSection.parse(text.replace('\'', '"'), problems);
    }

    private JsonSection section(String key, String value) {
        return section("{'" + key + "':"
                + (Character.isDigit(value.charAt(value.length() - 1)) ? value : "'" + value + "'") + "}");
    }

    private void read(String where, JsonSection limits) {
        switch (where) {
            case "connections" -> {
                Limits.admission(limits);
                Limits.connection(limits);
                limits.end();
            }
            case "presence" -> Limits.presence(limits);
            case "linkOfEdge" -> {
                Limits.linkSilence(limits);
                limits.end();
            }
            case "linkOfPool" -> Limits.link(limits);
            case "edge" -> {
                Limits.transactions(limits);
                Limits.edge(limits);
            }
            case "inside" -> {
                Limits.pool(section("{}"), limits, PresenceDefault.ALLOW);
                limits.end();
            }
            case "pool" -> Limits.pool(limits, section("{}"), PresenceDefault.ALLOW);
            default -> throw new AssertionError(where);
        }
    }

    @Test
    void withoutKeysTheDefaultsOfTheRecordsHold() {
        assertThat(Limits.admission(section("{}"))).isEqualTo(AdmissionLimits.defaults());
        assertThat(Limits.connection(section("{}"))).isEqualTo(SipConnectionSettings.DEFAULT);
        assertThat(Limits.linkSilence(section("{}"))).isEqualTo(SipConnectionSettings.DEFAULT.linkSilence());
        assertThat(Limits.link(section("{}"))).isEqualTo(LinkLimits.DEFAULT);
        assertThat(Limits.edge(section("{}"))).isEqualTo(EdgeLimits.DEFAULT);
        assertThat(Limits.pool(section("{}"), section("{}"), PresenceDefault.ALLOW))
                .isEqualTo(PoolSettings.Limits.DEFAULT);
        assertThat(problems.lines()).isEmpty();
    }

    @Test
    void everyKeySetsItsOwnLimit() {
        assertThat(Limits.admission(section("{'connections':1,'connectionsPerSource':2,'handshakes':3,"
                        + "'handshakesPerSource':4,'handshakeTimeout':'5s','connectionsPerSecondPerSource':6,"
                        + "'connectionBurstPerSource':7}")))
                .isEqualTo(new AdmissionLimits(1, 2, 3, 4, Duration.ofSeconds(5), 6, 7));
        SipConnectionSettings each = Limits.connection(section(
                "{'incompleteMessage':'1s','idle':'2s'," + "'queueBytes':70000,'stalled':'4s','webSocketPing':'5s'}"));
        assertThat(each)
                .isEqualTo(new SipConnectionSettings(
                        SipLimits.DEFAULT,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        70_000,
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(5),
                        SipConnectionSettings.DEFAULT.linkSilence(),
                        SipConnectionSettings.DEFAULT.linkUnanswered()));
        assertThat(Limits.linkSilence(section("{'linkSilence':'6s'}"))).isEqualTo(Duration.ofSeconds(6));
        assertThat(Limits.link(section("{'keepAlive':'1s','pongTimeout':'2s','longestBackOff':'3s'}")))
                .isEqualTo(new LinkLimits(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3)));
        assertThat(
                        Limits.edge(
                                section(
                                        "{'requestsPerSecond':1,'requestBurst':2,'failedCredentials':3,'scanRequests':4,"
                                                + "'window':'5s','firstBan':'6s','longestBan':'7s','forgiveness':'8s','sources':9,'bans':10,"
                                                + "'peoplePerConnection':11,'contactsPerPerson':12,'contactsPerRegister':13,'addressLength':14}")))
                .isEqualTo(new EdgeLimits(
                        1,
                        2,
                        3,
                        4,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(6),
                        Duration.ofSeconds(7),
                        Duration.ofSeconds(8),
                        9,
                        10,
                        11,
                        12,
                        13,
                        14));
        PoolSettings.Limits pool = Limits.pool(
                section("{'bindingsPerPerson':1,'contactsPerRequest':2,'contactBytes':100,'credentialsPerRequest':3,"
                        + "'minimumExpiry':'4s','defaultExpiry':'5s','maximumExpiry':'6s','flowTimer':'20s',"
                        + "'messagesPerRecipient':7,'bytesPerRecipient':80000,'bytesInAll':90000,'age':'10d',"
                        + "'serverTransactions':13,'serverTransactionsPerFlow':14,'clientTransactions':15,"
                        + "'acceptedInvites':19,'acceptedInvitesPerFlow':20,"
                        + "'branchesPerFork':16,'retryAfterSeconds':17,"
                        + "'answerTime':'18s','firstRetry':'39s','longestRetry':'40s',"
                        + "'presence':{'subscriptions':1,'subscriptionsPerWatcher':2,'listSubscriptionsPerWatcher':16,"
                        + "'subscriptionsPerPair':18,'subscriptionsPerPerson':3,"
                        + "'minimumExpiry':'4s','defaultExpiry':'5s','maximumExpiry':'6s','notifyInterval':'7s',"
                        + "'notifiesPerWatcher':17,'retry':'8s',"
                        + "'restartQuiet':'9s','publicationsPerPerson':10,'publicationBytes':1100,'contactsPerPerson':12,"
                        + "'listBytes':17000,'decisionsPerPerson':14,'waitingPerPerson':15}}"),
                section("{'connections':11,'bodyBytes':12}"),
                PresenceDefault.ASK);
        assertThat(pool.registrar())
                .isEqualTo(new org.edgeways.pool.engine.RegistrarLimits(
                        1,
                        2,
                        100,
                        3,
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(6),
                        Duration.ofSeconds(20)));
        assertThat(pool.presence())
                .isEqualTo(new PresenceSettings(
                        PresenceDefault.ASK,
                        new PresenceLimits(
                                1,
                                2,
                                16,
                                18,
                                3,
                                Duration.ofSeconds(4),
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(6),
                                Duration.ofSeconds(7),
                                17,
                                Duration.ofSeconds(8),
                                Duration.ofSeconds(9),
                                10,
                                1_100,
                                12,
                                17_000,
                                14,
                                15)));
        assertThat(pool.waiting())
                .isEqualTo(new org.edgeways.pool.messages.MessageLimits(7, 80_000, 90_000, Duration.ofDays(10)));
        assertThat(pool.admission().connections()).isEqualTo(11);
        assertThat(pool.size().bodyBytes()).isEqualTo(12);
        assertThat(pool.transactions()).isEqualTo(new SipEngineLimits(13, 14, 15, 19, 20, 16, 17));
        assertThat(pool.messages())
                .isEqualTo(new MessageSettings(
                        Duration.ofSeconds(18),
                        Duration.ofSeconds(39),
                        Duration.ofSeconds(40),
                        MessageSettings.DEFAULT.batch()));
        assertThat(Limits.size(section("{'startLineBytes':1001,'headerLines':102,'headerSectionBytes':5003,"
                        + "'bodyBytes':4,'uriBytes':505,'viaEntries':6}")))
                .isEqualTo(new SipLimits(1_001, 102, 5_003, 4, 505, 6));
        assertThat(Limits.connection(section("{'bodyBytes':4}")).message().bodyBytes())
                .isEqualTo(4);
        assertThat(problems.lines()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "connections, connections, 0, 1, 1000000, 1000001",
        "connections, connectionsPerSource, 0, 1, 1000000, 1000001",
        "connections, handshakes, 0, 1, 1000000, 1000001",
        "connections, handshakesPerSource, 0, 1, 1000000, 1000001",
        "connections, connectionsPerSecondPerSource, 0, 1, 1000000, 1000001",
        "connections, connectionBurstPerSource, 0, 1, 1000000, 1000001",
        "connections, handshakeTimeout, 99ms, 100ms, 10m, 601s",
        "connections, incompleteMessage, 999ms, 1s, 1h, 3601s",
        "connections, idle, 999ms, 1s, 1d, 86401s",
        "connections, queueBytes, 65535, 65536, 1073741824, 1073741825",
        "connections, stalled, 999ms, 1s, 1h, 3601s",
        "connections, webSocketPing, 999ms, 1s, 1h, 3601s",
        "connections, startLineBytes, 255, 256, 8192, 8193",
        "connections, headerLines, 31, 32, 256, 257",
        "connections, headerSectionBytes, 4095, 4096, 65536, 65537",
        "connections, bodyBytes, -1, 0, 1048576, 1048577",
        "connections, uriBytes, 255, 256, 4096, 4097",
        "connections, viaEntries, 0, 1, 70, 71",
        "inside, bodyBytes, -1, 0, 1048576, 1048577",
        "inside, viaEntries, 0, 1, 70, 71",
        "edge, serverTransactions, 0, 1, 1000000, 1000001",
        "edge, serverTransactionsPerFlow, 0, 1, 1000000, 1000001",
        "edge, clientTransactions, 0, 1, 1000000, 1000001",
        "edge, acceptedInvites, 0, 1, 1000000, 1000001",
        "edge, acceptedInvitesPerFlow, 0, 1, 1000000, 1000001",
        "edge, retryAfterSeconds, 0, 1, 3600, 3601",
        "pool, serverTransactions, 0, 1, 1000000, 1000001",
        "pool, serverTransactionsPerFlow, 0, 1, 1000000, 1000001",
        "pool, clientTransactions, 0, 1, 1000000, 1000001",
        "pool, acceptedInvites, 0, 1, 1000000, 1000001",
        "pool, acceptedInvitesPerFlow, 0, 1, 1000000, 1000001",
        "pool, branchesPerFork, 0, 1, 1000, 1001",
        "pool, retryAfterSeconds, 0, 1, 3600, 3601",
        "pool, answerTime, 999ms, 1s, 30s, 31s",
        "pool, firstRetry, 32s, 33s, 10m, 3601s",
        "pool, longestRetry, 32s, 35s, 1d, 86401s",
        "linkOfEdge, linkSilence, 999ms, 1s, 1d, 86401s",
        "linkOfPool, keepAlive, 999ms, 1s, 49s, 50s",
        "linkOfPool, pongTimeout, 999ms, 1s, 29s, 30s",
        "linkOfPool, linkSilence, 40s, 41s, 1d, 86401s",
        "linkOfPool, longestBackOff, 999ms, 1s, 1h, 3601s",
        "edge, requestsPerSecond, 0, 1, 1000000, 1000001",
        "edge, requestBurst, 0, 1, 1000000, 1000001",
        "edge, failedCredentials, 0, 1, 1000000, 1000001",
        "edge, scanRequests, 0, 1, 1000000, 1000001",
        "edge, window, 999ms, 1s, 1d, 86401s",
        "edge, firstBan, 999ms, 1s, 1h, 86401s",
        "edge, longestBan, 59s, 1m, 365d, 366d",
        "edge, forgiveness, 999ms, 1s, 365d, 366d",
        "edge, sources, 0, 1, 1000000, 1000001",
        "edge, bans, 0, 1, 1000000, 1000001",
        "edge, peoplePerConnection, 0, 1, 1000000, 1000001",
        "edge, contactsPerPerson, 0, 1, 1000000, 1000001",
        "edge, contactsPerRegister, 0, 1, 1000000, 1000001",
        "edge, addressLength, 0, 1, 1000000, 1000001",
        "pool, bindingsPerPerson, 0, 1, 1000, 1001",
        "pool, contactsPerRequest, 0, 1, 1000, 1001",
        "pool, credentialsPerRequest, 0, 1, 1000, 1001",
        "pool, contactBytes, 63, 64, 65536, 65537",
        "pool, minimumExpiry, 999ms, 1s, 1h, 3601s",
        "pool, defaultExpiry, 59s, 1m, 2h, 7201s",
        "pool, maximumExpiry, 3599s, 1h, 30d, 31d",
        "pool, flowTimer, 9s, 10s, 1h, 3601s",
        "pool, messagesPerRecipient, 0, 1, 1000000, 1000001",
        "pool, bytesPerRecipient, 65535, 65536, 1099511627776, 1099511627777",
        "pool, bytesInAll, 65535, 65536, 1099511627776, 1099511627777",
        "pool, age, 59s, 1m, 3650d, 3651d",
        "presence, subscriptions, 0, 1, 1000000, 1000001",
        "presence, subscriptionsPerWatcher, 0, 1, 1000000, 1000001",
        "presence, listSubscriptionsPerWatcher, 0, 1, 1000000, 1000001",
        "presence, subscriptionsPerPair, 0, 1, 1000000, 1000001",
        "presence, subscriptionsPerPerson, 0, 1, 1000000, 1000001",
        "presence, notifiesPerWatcher, 0, 1, 1000000, 1000001",
        "presence, minimumExpiry, 999ms, 1s, 1h, 3601s",
        "presence, retry, 999ms, 1s, 1h, 3601s",
        "presence, publicationsPerPerson, 0, 1, 1000, 1001",
        "presence, publicationBytes, 1023, 1024, 1000000, 1000001",
        "presence, contactsPerPerson, 0, 1, 1000, 1001",
        "presence, listBytes, 16383, 16384, 1000000, 1000001",
        "presence, decisionsPerPerson, 0, 1, 1000000, 1000001",
        "presence, waitingPerPerson, 0, 1, 1000000, 1000001"
    })
    void aValueAtEitherEndIsTakenAndOnePastItIsRefusedByName(
            String where, String key, String under, String least, String most, String over) {
        read(where, section(key, least));
        read(where, section(key, most));
        assertThat(problems.lines()).isEmpty();
        for (String past : List.of(under, over)) {
            int before = problems.lines().size();
            read(where, section(key, past));
            assertThat(problems.lines()).hasSize(before + 1);
            assertThat(problems.lines().getLast()).startsWith("edge.json:1: " + key + ": ");
        }
    }

    @Test
    void limitsThatContradictEachOtherAreNamedTogether() {
        Limits.edge(section("{'firstBan':'2h','longestBan':'1h'}"));
        Limits.edge(section("{'firstBan':'2h'}"));
        Limits.pool(section("{'minimumExpiry':'2h'}"), section("{}"), PresenceDefault.ALLOW);
        Limits.pool(section("{'maximumExpiry':'1m'}"), section("{}"), PresenceDefault.ALLOW);
        Limits.pool(section("{'longestRetry':'34s'}"), section("{}"), PresenceDefault.ALLOW);
        Limits.pool(section("{'firstRetry':'1h'}"), section("{}"), PresenceDefault.ALLOW);
        assertThat(problems.lines())
                .containsExactly(
                        "edge.json:1: longestBan: firstBan (2h) must not be longer than longestBan (1h)",
                        "edge.json:1: firstBan: firstBan (2h) must not be longer than longestBan (1h)",
                        "edge.json:1: minimumExpiry: defaultExpiry (1h) must be from minimumExpiry (2h) to maximumExpiry"
                                + " (2h)",
                        "edge.json:1: maximumExpiry: defaultExpiry (1h) must be from minimumExpiry (1m) to maximumExpiry"
                                + " (1m)",
                        "edge.json:1: longestRetry: firstRetry (35s) must not be longer than longestRetry (34s)",
                        "edge.json:1: firstRetry: firstRetry (1h) must not be longer than longestRetry (10m)");
    }

    @Test
    void aPoolThatPingsLessOftenThanItsEdgeNodesBearIsRefused() {
        Limits.link(section("{'keepAlive':'50s'}"));
        assertThat(problems.lines())
                .containsExactly(
                        "edge.json:1: keepAlive: keepAlive (50s) and pongTimeout (10s) together must be less than"
                                + " linkSilence (1m), after which the edge nodes close a silent link; if it is longer in their"
                                + " link.limits, say the same here");
        assertThat(Limits.link(section("{'keepAlive':'1h','pongTimeout':'1h','linkSilence':'7201s'}")))
                .isEqualTo(new LinkLimits(Duration.ofHours(1), Duration.ofHours(1), Duration.ofSeconds(30)));
        assertThat(problems.lines()).hasSize(1);
        Limits.link(section("{'keepAlive':'3601s','linkSilence':'1d'}"));
        Limits.link(section("{'pongTimeout':'3601s','linkSilence':'1d'}"));
        assertThat(problems.lines()).hasSize(3);
    }

    @Test
    void aKeyThatIsNoLimitIsNamedWithThoseThatThereAre() {
        read("connections", section("{'conections':5}"));
        read("edge", section("{'connections':5}"));
        assertThat(problems.lines().getFirst())
                .startsWith(
                        "edge.json:1: conections: is no known setting; known here: bodyBytes, connectionBurstPerSource,");
        assertThat(problems.lines().getLast()).startsWith("edge.json:1: connections: is no known setting;");
    }
}
