package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.Integrity;
import org.edgeways.turn.stun.PasswordAlgorithm;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;

/** Binding, Allocate and Refresh, and who may. */
class AllocateTest {

    private static final String PLACE = "203.0.113.50:4000";

    private final TurnWorld world = new TurnWorld();
    private final TestClient alice = world.client(PLACE, "alice");

    @Test
    void aBindingRequestIsAnsweredWithTheAddressItCameFrom() {
        StunMessage answer =
                alice.ask(alice.request(StunMethod.BINDING).addFingerprint().toBytes());
        assertThat(answer.xorAddress(answer.find(StunAttribute.XOR_MAPPED_ADDRESS)))
                .isEqualTo(alice.address);
        assertThat(answer.has(StunAttribute.FINGERPRINT)).isTrue();
        TestClient far = world.client("[2001:db8:7::5]:99", "alice");
        answer = far.ask(far.request(StunMethod.BINDING).toBytes());
        assertThat(answer.xorAddress(answer.find(StunAttribute.XOR_MAPPED_ADDRESS)))
                .isEqualTo(far.address);
        assertThat(answer.has(StunAttribute.FINGERPRINT)).isFalse();
    }

    @Test
    void aBindingRequestWithAnAttributeThatMustBeUnderstoodIsRefused() {
        StunMessage answer = alice.ask(
                alice.request(StunMethod.BINDING).add(0x0003, 0).add(0x7777, 0).toBytes());
        alice.refused(answer, TurnErrorCode.UNKNOWN_ATTRIBUTE);
        assertThat(answer.valueOf(StunAttribute.UNKNOWN_ATTRIBUTES)).containsExactly(0, 3, 0x77, 0x77);
    }

    @Test
    void theFirstRequestIsChallengedAndTheSecondGetsAnAddress() {
        StunMessage challenge = alice.challenged(StunMethod.ALLOCATE);
        alice.refused(challenge, TurnErrorCode.CHALLENGED);
        assertThat(challenge.has(StunAttribute.MESSAGE_INTEGRITY)).isFalse();
        assertThat(world.engine.allocationCount()).isZero();

        StunMessage answer = alice.allocate();
        TransportAddress relayed = TestClient.relayedIn(answer);
        assertThat(relayed.withPort(0)).isEqualTo(TurnWorld.RELAY4);
        assertThat(relayed.port()).isBetween(50_000, 50_999);
        assertThat(answer.xorAddress(answer.find(StunAttribute.XOR_MAPPED_ADDRESS)))
                .isEqualTo(alice.address);
        assertThat(answer.numberOf(StunAttribute.LIFETIME)).hasValue(600);
        assertThat(answer.isIntact(Integrity.SHA1, alice.key())).isTrue();
        assertThat(world.engine.allocationCount()).isEqualTo(1);
        assertThat(world.seen(Output.Allocated.class)).singleElement().satisfies(allocated -> {
            assertThat(allocated.username()).isEqualTo("alice");
            assertThat(allocated.relayed()).containsExactly(relayed);
        });
    }

    @Test
    void aChallengeIsAtMostFourTimesAsLongAsTheRequestOfAClient() {
        byte[] request = alice.request(StunMethod.ALLOCATE)
                .add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24)
                .toBytes();
        int plain = new TurnWorld(new TurnSettings(
                        "example.org",
                        TurnWorld.SETTINGS.listeners(),
                        TurnWorld.RELAYING,
                        TurnLimits.DEFAULTS,
                        Duration.ofHours(1),
                        false,
                        false))
                .client(PLACE, "alice")
                .send(request)
                .getFirst()
                .length;
        int offering = alice.send(request).getFirst().length;
        System.out.printf("challenge: %d bytes for %d, %d with algorithms%n", plain, request.length, offering);
        assertThat(plain).isLessThanOrEqualTo(request.length * 5 / 2);
        assertThat(offering).isLessThanOrEqualTo(request.length * 4);
    }

    @Test
    void aSourceThatShowsNoCredentialsGetsOnlySoManyBytes() {
        int bytes = 0;
        int silent = 0;
        for (int i = 0; i < 3000; i++) {
            TestClient spoofed = world.client("203.0.113.77:" + (1024 + i), "alice");
            List<byte[]> answers =
                    spoofed.send(spoofed.request(StunMethod.ALLOCATE).toBytes());
            bytes += answers.stream().mapToInt(answer -> answer.length).sum();
            silent += answers.isEmpty() ? 1 : 0;
        }
        assertThat(bytes).isBetween(60_000, TurnLimits.DEFAULTS.answerBurstBytes());
        assertThat(world.engine.count(TurnErrorCode.BUDGET_SPENT))
                .isEqualTo(silent)
                .isPositive();
        alice.relayed(); // others are not affected
        TestClient bystander = world.client("203.0.113.77:1000", "bob");
        assertThat(bystander.send(bystander.request(StunMethod.ALLOCATE).toBytes()))
                .as("the same address, another port")
                .isEmpty();
        world.pass(Duration.ofSeconds(1));
        bystander.relayed();
    }

    @Test
    void aStreamHasNoBudgetBecauseItsSourceIsTrue() {
        TestClient streamed = world.client(TurnWorld.TLS, PLACE, "alice");
        for (int i = 0; i < 2000; i++) {
            assertThat(streamed.send(streamed.request(StunMethod.BINDING).toBytes()))
                    .hasSize(1);
        }
    }

    @Test
    void theSameRequestAgainIsAnsweredAgainAndAnotherIsRefused() {
        alice.challenged(StunMethod.ALLOCATE);
        byte[] request =
                alice.signed(alice.request(StunMethod.ALLOCATE).add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24));
        TransportAddress first = TestClient.relayedIn(alice.ask(request));
        assertThat(TestClient.relayedIn(alice.ask(request))).isEqualTo(first);
        alice.refused(alice.allocate(), TurnErrorCode.ALLOCATION_EXISTS);
        assertThat(world.engine.allocationCount()).isEqualTo(1);
    }

    @Test
    void whileThePortIsBeingOpenedTheSameRequestIsNotAnsweredTwice() {
        world.opensAtOnce = false;
        alice.challenged(StunMethod.ALLOCATE);
        byte[] request =
                alice.signed(alice.request(StunMethod.ALLOCATE).add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24));
        assertThat(alice.send(request)).isEmpty();
        assertThat(alice.send(request)).isEmpty();
        Output.OpenRelay open = world.seen(Output.OpenRelay.class).getFirst();
        world.open(open.ipv6(), open.port());
        world.drive();
        assertThat(world.responses(alice.address)).hasSize(1);
        assertThat(world.seen(Output.OpenRelay.class)).hasSize(1);
    }

    @Test
    void betterAlgorithmsAreOfferedAndTaken() {
        alice.integrity = Integrity.SHA256;
        alice.challenged(StunMethod.ALLOCATE);
        assertThat(alice.algorithms).isEqualTo(PasswordAlgorithm.offer());
        assertThat(alice.nonce).startsWith("obMatJos2");
        StunMessage answer = alice.allocate();
        TestClient.succeeded(answer);
        assertThat(answer.isIntact(Integrity.SHA256, alice.key())).isTrue();
        assertThat(answer.has(StunAttribute.MESSAGE_INTEGRITY)).isFalse();
    }

    @Test
    void anOfferThatSomebodyHasChangedIsNoticed() {
        alice.integrity = Integrity.SHA256;
        alice.challenged(StunMethod.ALLOCATE);
        alice.algorithms = new byte[] {0, 1, 0, 0};
        alice.refused(alice.allocate(), TurnErrorCode.BAD_REQUEST);
        alice.algorithms = PasswordAlgorithm.offer();
        TestClient.succeeded(alice.allocate());
    }

    @Test
    void userHashesAreUnderstoodAndNeverGood() {
        alice.challenged(StunMethod.ALLOCATE);
        StunMessage answer = alice.ask(alice.request(StunMethod.ALLOCATE)
                .add(StunAttribute.USERHASH, PasswordAlgorithm.userHash("alice", alice.realm))
                .add(StunAttribute.REALM, alice.realm)
                .add(StunAttribute.NONCE, alice.nonce)
                .addIntegrity(Integrity.SHA1, alice.key())
                .toBytes());
        alice.refused(answer, TurnErrorCode.USER_UNKNOWN);
    }

    @Test
    void credentialsThatDoNotHoldAreRefused() {
        world.passwords.put("carol", "secret-c");
        TestClient stranger = world.client(PLACE, "mallory");
        stranger.refused(stranger.allocate(), TurnErrorCode.USER_UNKNOWN);
        TestClient carol = world.client(PLACE, "carol");
        carol.challenged(StunMethod.ALLOCATE);
        byte[] request =
                carol.signed(carol.request(StunMethod.ALLOCATE).add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24));
        world.passwords.put("carol", "another");
        carol.refused(carol.ask(request), TurnErrorCode.CREDENTIALS_WRONG);
        world.expired.add("alice");
        alice.refused(alice.allocate(), TurnErrorCode.CREDENTIALS_EXPIRED);
        alice.realm = "elsewhere.example";
        alice.refused(alice.allocate(), TurnErrorCode.USER_UNKNOWN);
        assertThat(world.engine.allocationCount()).isZero();
        assertThat(world.seen(Output.Refused.class))
                .extracting(Output.Refused::code)
                .contains(TurnErrorCode.CREDENTIALS_WRONG, TurnErrorCode.CREDENTIALS_EXPIRED);
    }

    @Test
    void aNonceIsGoodForAnHourAndForOneAddress() {
        alice.challenged(StunMethod.ALLOCATE);
        world.pass(Duration.ofMinutes(59));
        alice.relayed();
        world.pass(Duration.ofMinutes(2));
        alice.refused(alice.refresh(0), TurnErrorCode.NONCE_STALE);
        alice.challenged(StunMethod.ALLOCATE);
        TestClient other = world.client("203.0.113.50:4001", "alice");
        other.nonce = alice.nonce;
        other.realm = alice.realm;
        StunMessage answer = other.allocate();
        other.refused(answer, TurnErrorCode.NONCE_STALE);
        other.nonce = answer.text(StunAttribute.NONCE);
        TestClient.succeeded(other.allocate());
        TestClient elsewhere = world.client("203.0.113.51:4000", "alice");
        elsewhere.nonce = alice.nonce;
        elsewhere.realm = alice.realm;
        elsewhere.refused(elsewhere.allocate(), TurnErrorCode.NONCE_STALE);
    }

    @Test
    void noncesThatWeDidNotMakeAreStale() {
        alice.challenged(StunMethod.ALLOCATE);
        String good = alice.nonce;
        for (String made :
                new String[] {"", "x", "obMatJos2", "obMatJos2gAAA", good + "A", good.substring(13), "é\0"}) {
            alice.nonce = made;
            assertThat(TestClient.error(alice.ask(alice.signed(alice.request(StunMethod.ALLOCATE)))))
                    .as(made)
                    .isEqualTo(438);
        }
    }

    @Test
    void integrityWithoutNameRealmOrNonceIsABadRequest() {
        byte[] request = alice.request(StunMethod.ALLOCATE)
                .add(StunAttribute.USERNAME, "alice")
                .addIntegrity(Integrity.SHA1, new byte[16])
                .toBytes();
        alice.refused(alice.ask(request), TurnErrorCode.BAD_REQUEST);
    }

    @Test
    void anotherUserCannotTouchAnAllocation() {
        alice.relayed();
        TestClient bob = world.client(PLACE, "bob");
        bob.refused(bob.refresh(0), TurnErrorCode.OTHER_USER);
        bob.refused(bob.permit(TurnWorld.address("203.0.113.1:1")), TurnErrorCode.OTHER_USER);
        bob.refused(bob.allocate(), TurnErrorCode.ALLOCATION_EXISTS);
        assertThat(world.engine.allocationCount()).isEqualTo(1);
    }

    @Test
    void transportsOtherThanUdpAreRefused() {
        alice.refused(alice.ask(StunMethod.ALLOCATE, writer -> writer), TurnErrorCode.BAD_REQUEST);
        alice.refused(
                alice.ask(StunMethod.ALLOCATE, writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, 99 << 24)),
                TurnErrorCode.TRANSPORT_UNSUPPORTED);
    }

    @Test
    void unknownAttributesAreNamedAfterTheCredentialsHold() {
        StunMessage answer = alice.allocate(writer -> writer.add(0x0033, 1).add(0x8099, 1));
        alice.refused(answer, TurnErrorCode.UNKNOWN_ATTRIBUTE);
        assertThat(answer.valueOf(StunAttribute.UNKNOWN_ATTRIBUTES)).containsExactly(0, 0x33);
        TestClient.succeeded(alice.allocate(writer -> writer.add(0x8099, 1)));
    }

    @Test
    void lifetimesStayBetweenTheDefaultAndTheLongest() {
        alice.relayed();
        int[][] askedAndGot = {{1, 600}, {600, 600}, {1000, 1000}, {3600, 3600}, {3601, 3600}, {-1, 3600}};
        for (int[] pair : askedAndGot) {
            assertThat(alice.refresh(pair[0]).numberOf(StunAttribute.LIFETIME)).hasValue(pair[1]);
        }
    }

    @Test
    void anAllocationEndsWhenNobodyRefreshesIt() {
        TransportAddress relayed = alice.relayed();
        world.pass(Duration.ofSeconds(599));
        TestClient.succeeded(alice.refresh(600));
        world.pass(Duration.ofSeconds(599));
        assertThat(world.engine.allocationCount()).isEqualTo(1);
        world.pass(Duration.ofSeconds(1));
        assertThat(world.engine.allocationCount()).isZero();
        assertThat(world.seen(Output.CloseRelay.class))
                .containsExactly(new Output.CloseRelay(false, relayed.port(), false));
        assertThat(world.seen(Output.Ended.class))
                .extracting(Output.Ended::reason)
                .containsExactly(Output.EndReason.LIFETIME_OVER);
        alice.refused(alice.refresh(600), TurnErrorCode.NO_ALLOCATION);
    }

    @Test
    void aRefreshWithoutLifetimeLeftEndsTheAllocation() {
        alice.relayed();
        StunMessage answer = alice.refresh(0);
        assertThat(answer.numberOf(StunAttribute.LIFETIME)).hasValue(0);
        assertThat(world.engine.allocationCount()).isZero();
        alice.refused(alice.refresh(0), TurnErrorCode.NO_ALLOCATION);
        alice.relayed();
    }

    @Test
    void anAllocationEndsWithItsConnection() {
        TestClient streamed = world.client(TurnWorld.TCP, PLACE, "alice");
        streamed.relayed();
        alice.relayed();
        world.engine.clientClosed(
                world.now, TurnWorld.TCP, alice.address.high(), alice.address.low(), alice.address.port());
        assertThat(world.engine.allocationCount()).as("the one over UDP stays").isEqualTo(1);
    }

    @Test
    void theAllocationsOfAWithdrawnUserEnd() {
        alice.relayed();
        world.client("203.0.113.51:1", "bob").relayed();
        world.engine.endOf(world.now, holder -> holder.username().equals("alice"));
        world.drive();
        assertThat(world.engine.allocationCount()).isEqualTo(1);
        assertThat(world.seen(Output.Ended.class)).singleElement().satisfies(ended -> {
            assertThat(ended.username()).isEqualTo("alice");
            assertThat(ended.reason()).isEqualTo(Output.EndReason.WITHDRAWN);
        });
    }

    @Test
    void theSameSeedGivesTheSamePorts() {
        assertThat(ports(5)).isEqualTo(ports(5)).isNotEqualTo(ports(6));
    }

    private static List<Integer> ports(long seed) {
        TurnWorld seeded = new TurnWorld(TurnWorld.SETTINGS, seed);
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ports.add(seeded.client("203.0.113.60:" + (2000 + i), "alice")
                    .relayed()
                    .port());
        }
        return ports;
    }

    @Test
    void everyPortIsGivenOnceAndOneMoreIsRefused() {
        TurnWorld small = new TurnWorld(
                TurnWorld.with(new RelaySettings(TurnWorld.RELAY4, null, 50_000, 50_015, true, false, true, 0, 1)));
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 16; i++) {
            ports.add(small.client("203.0.113.60:" + (2000 + i), "alice")
                    .relayed()
                    .port());
        }
        assertThat(ports).hasSize(16);
        TestClient late = small.client("203.0.113.60:3000", "bob");
        late.refused(late.allocate(), TurnErrorCode.NO_PORT);
        small.engine.endOf(small.now, holder -> holder.username().equals("alice"));
        late.relayed();
    }

    @Test
    void shardsGiveDifferentPorts() {
        Set<Integer> ports = new HashSet<>();
        for (int shard = 0; shard < 3; shard++) {
            RelaySettings relaying =
                    new RelaySettings(TurnWorld.RELAY4, null, 50_000, 50_015, true, false, true, shard, 3);
            TurnWorld small = new TurnWorld(TurnWorld.with(relaying));
            for (int i = 0; ; i++) {
                StunMessage answer =
                        small.client("203.0.113.60:" + (2000 + i), "alice").allocate();
                if (answer.messageClass() == StunClass.ERROR) {
                    break;
                }
                int port = TestClient.relayedIn(answer).port();
                assertThat(relaying.shardOf(port)).isEqualTo(shard);
                assertThat(ports.add(port)).isTrue();
            }
        }
        assertThat(ports).hasSize(16);
    }

    @Test
    void thePortIsChosenAgainIfItCannotBeOpenedButNotForever() {
        world.portsThatFail = AllocateRequests.TRIES - 1;
        alice.relayed();
        TestClient bob = world.client("203.0.113.51:1", "bob");
        world.portsThatFail = AllocateRequests.TRIES;
        bob.refused(bob.allocate(), TurnErrorCode.NO_PORT);
        assertThat(world.engine.allocationCount()).isEqualTo(1);
        bob.relayed();
    }

    @Test
    void theMostAllocationsAreMadeAndOneMoreIsRefused() {
        TurnLimits limits = new TurnLimits(2, 1, 1, 1, Duration.ofMinutes(10), Duration.ofHours(1), 1000, 100_000);
        TurnWorld small = new TurnWorld(TurnWorld.with(limits));
        small.client("203.0.113.60:1", "alice").relayed();
        small.client("203.0.113.60:2", "alice").relayed();
        TestClient late = small.client("203.0.113.60:3", "bob");
        late.refused(late.allocate(), TurnErrorCode.NO_CAPACITY);
        small.pass(Duration.ofMinutes(10));
        late.relayed();
    }

    @Test
    void aQuotaIsAskedAndGivenBack() {
        int[] open = {0};
        world.quotas = (username, client, now) -> {
            if (open[0] == 1) {
                return new Quotas.Full(TurnErrorCode.QUOTA_REACHED);
            }
            open[0]++;
            return new Quotas.Meter() {
                @Override
                public boolean mayRelay(int bytes, long at) {
                    return true;
                }

                @Override
                public void end(long at) {
                    open[0]--;
                }
            };
        };
        alice.relayed();
        TestClient bob = world.client("203.0.113.51:1", "bob");
        bob.refused(bob.allocate(), TurnErrorCode.QUOTA_REACHED);
        alice.refresh(0);
        assertThat(open[0]).isZero();
        bob.relayed();
        world.portsThatFail = 9;
        TestClient late = world.client("203.0.113.51:2", "alice");
        bob.refresh(0);
        late.refused(late.allocate(), TurnErrorCode.NO_PORT);
        assertThat(open[0]).as("given back").isZero();
    }
}
