package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody gets sent to others who says that others ask. */
class AmplificationTest {

    private static final String VICTIM = "203.0.113.77";
    private static final int LONGEST_REALM = 127;

    private static TurnSettings settings(String realm, TurnLimits limits, int shard, int shards) {
        RelaySettings relay = TurnWorld.RELAYING;
        return new TurnSettings(
                realm,
                TurnWorld.SETTINGS.listeners(),
                new RelaySettings(
                        relay.ipv4(),
                        relay.ipv6(),
                        relay.firstPort(),
                        relay.lastPort(),
                        true,
                        true,
                        true,
                        shard,
                        shards),
                limits,
                TurnWorld.SETTINGS.nonceLifetime(),
                true,
                true);
    }

    private static int answered(TurnWorld world, int port, byte[] request) {
        return world.client(VICTIM + ":" + port, "alice").send(request).stream()
                .mapToInt(answer -> answer.length)
                .sum();
    }

    private static byte[] bare(TurnWorld world) {
        return world.client(VICTIM + ":1", "alice").request(StunMethod.ALLOCATE).toBytes();
    }

    @Test
    void theShortestRequestIsAnsweredWithTenTimesItsBytesWhereTheRealmIsLongest() {
        TurnWorld usual = new TurnWorld();
        byte[] request = bare(usual);
        assertThat(request).hasSize(StunMessage.HEADER_BYTES);
        assertThat(answered(usual, 1, request)).isEqualTo(80 + "example.org".length() + 1);
        TurnWorld longest = new TurnWorld(settings("r".repeat(LONGEST_REALM), TurnLimits.DEFAULTS, 0, 1));
        assertThat(answered(longest, 1, request)).isEqualTo(80 + LONGEST_REALM + 1);
    }

    @Test
    void noAnswerToAStrangerIsLongerThanWhatEachEngineGivesAtOnce() {
        TurnWorld world = new TurnWorld(settings("\u00e4".repeat(LONGEST_REALM), TurnLimits.DEFAULTS, 0, 1));
        StunWriter unknown = world.client(VICTIM + ":1", "alice").request(StunMethod.BINDING);
        for (int type = 1; type <= StunMessage.MAX_ATTRIBUTES - 1; type++) {
            unknown.add(0x7000 + type, new byte[0]);
        }
        assertThat(answered(world, 1, unknown.addFingerprint().toBytes())).isBetween(100, TurnEngine.LONGEST_ANSWER);
        byte[] challenged = world.client(VICTIM + ":1", "alice")
                .request(StunMethod.ALLOCATE)
                .addFingerprint()
                .toBytes();
        assertThat(answered(world, 1, challenged)).isBetween(300, TurnEngine.LONGEST_ANSWER);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16})
    void aSourceGetsNoMoreFromAllEnginesOfANodeThanFromOne(int shards) {
        List<TurnWorld> engines = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            engines.add(new TurnWorld(settings("example.org", TurnLimits.DEFAULTS, shard, shards), shard));
        }
        byte[] request = bare(engines.getFirst());
        int atOnce = 0;
        for (int i = 0; i < 3_000; i++) {
            for (TurnWorld engine : engines) { // whoever lies may choose which: by ports, or by a token
                atOnce += answered(engine, 1_024 + i, request);
            }
        }
        int longest = answered(new TurnWorld(), 1, request);
        assertThat(atOnce)
                .isBetween(
                        TurnLimits.DEFAULTS.answerBurstBytes() - shards * longest,
                        TurnLimits.DEFAULTS.answerBurstBytes());
        int inTenSeconds = 0;
        for (int second = 0; second < 10; second++) {
            engines.forEach(engine -> engine.pass(Duration.ofSeconds(1)));
            for (int i = 0; i < 300; i++) {
                for (TurnWorld engine : engines) {
                    inTenSeconds += answered(engine, 1_024 + i, request);
                }
            }
        }
        int perSecond = TurnLimits.DEFAULTS.answerBytesPerSecond();
        assertThat(inTenSeconds).isBetween(10 * (perSecond - 2 * shards * longest), 10 * perSecond + shards * longest);
        assertThat(engines.getLast().engine.count(TurnErrorCode.BUDGET_SPENT)).isPositive();
    }

    @Test
    void whereThereAreManyEnginesEachStillAnswersSomebody() {
        TurnWorld one = new TurnWorld(settings("r".repeat(LONGEST_REALM), TurnLimits.DEFAULTS, 255, 256));
        assertThat(answered(one, 1, bare(one))).isPositive();
        TurnWorld other = new TurnWorld(settings("example.org", TurnLimits.DEFAULTS, 255, 256));
        other.client(VICTIM + ":1", "alice").relayed();
    }
}
