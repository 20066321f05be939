package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.Integrity;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.junit.jupiter.api.Test;

/** Who is sent to another server (RFC 8489 sections 10, 14.15 and 14.16), and who is not. */
class AlternateServerTest {

    private static final Alternate OTHER = new Alternate(
            TurnWorld.address("203.0.113.200:3478"),
            TurnWorld.address("[2001:db8:7::200]:3479"),
            "media2.acorn.example");
    private static final byte[] OTHER4 = {0, 1, 3478 >> 8, (byte) 3478, (byte) 203, 0, 113, (byte) 200};
    private static final byte[] OTHER6 = {
        0, 2, 3479 >> 8, (byte) 3479, 0x20, 1, 0xd, (byte) 0xb8, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0
    };

    private final TurnWorld world = new TurnWorld();
    private final TestClient alice = world.client("203.0.113.50:4000", "alice");
    private final TestClient bob = world.client("203.0.113.51:1", "bob");

    private static List<byte[]> servers(StunMessage answer) {
        return IntStream.range(0, answer.count())
                .filter(i -> answer.type(i) == StunAttribute.ALTERNATE_SERVER)
                .mapToObj(answer::value)
                .toList();
    }

    private static void isSent(TestClient client, StunMessage answer, TurnErrorCode code, byte[]... servers) {
        client.refused(answer, code);
        assertThat(TestClient.error(answer)).isEqualTo(300);
        assertThat(servers(answer)).containsExactly(servers);
        assertThat(answer.isIntact(client.integrity, client.key())).isTrue();
        assertThat(client.world.seen(Output.Refused.class).getLast().code()).isEqualTo(code);
    }

    private void everybodyIsSentTo(Alternate other) {
        world.engine.alternates(List.of(other, other, other));
    }

    @Test
    void aDrainingServerNamesAnotherFirstInTheFamilyOfTheClient() {
        alice.relayed();
        everybodyIsSentTo(OTHER);
        world.engine.drain();
        isSent(bob, bob.allocate(), TurnErrorCode.TRY_ALTERNATE, OTHER4, OTHER6);
        TestClient far = world.client("[2001:db8:7::5]:99", "bob");
        far.integrity = Integrity.SHA256;
        isSent(far, far.allocate(), TurnErrorCode.TRY_ALTERNATE, OTHER6, OTHER4);
        TestClient.succeeded(alice.refresh(600));
        assertThat(world.engine.allocationCount()).isEqualTo(1);
        world.engine.resume();
        bob.relayed();
    }

    @Test
    void whoCannotReachTheOtherServerIsRefusedAsWithoutOne() {
        world.engine.drain();
        bob.refused(bob.allocate(), TurnErrorCode.DRAINING);
        everybodyIsSentTo(new Alternate(null, OTHER.ipv6(), ""));
        bob.refused(bob.allocate(), TurnErrorCode.DRAINING);
        everybodyIsSentTo(new Alternate(OTHER.ipv4(), null, ""));
        isSent(bob, bob.allocate(), TurnErrorCode.TRY_ALTERNATE, OTHER4);
        world.engine.alternates(List.of(Alternate.NONE, OTHER));
        bob.refused(bob.allocate(), TurnErrorCode.DRAINING);
        TestClient overTls = world.client(TurnWorld.TLS, "203.0.113.51:2", "bob");
        overTls.refused(overTls.allocate(), TurnErrorCode.DRAINING);
        TestClient overTcp = world.client(TurnWorld.TCP, "203.0.113.51:3", "bob");
        isSent(overTcp, overTcp.allocate(), TurnErrorCode.TRY_ALTERNATE, OTHER4, OTHER6);
    }

    @Test
    void onlyWhoVerifiesACertificateIsToldItsName() {
        everybodyIsSentTo(OTHER);
        world.engine.drain();
        TestClient overTls = world.client(TurnWorld.TLS, "203.0.113.51:2", "bob");
        StunMessage answer = overTls.allocate();
        isSent(overTls, answer, TurnErrorCode.TRY_ALTERNATE, OTHER4, OTHER6);
        assertThat(answer.text(StunAttribute.ALTERNATE_DOMAIN)).isEqualTo("media2.acorn.example");
        TestClient overTcp = world.client(TurnWorld.TCP, "203.0.113.51:3", "bob");
        assertThat(overTcp.allocate().has(StunAttribute.ALTERNATE_DOMAIN)).isFalse();
        everybodyIsSentTo(new Alternate(OTHER.ipv4(), null, ""));
        assertThat(overTls.allocate().has(StunAttribute.ALTERNATE_DOMAIN)).isFalse();
    }

    @Test
    void whereThereAreAsManyAllocationsAsThereMayBeTheNextClientIsSentElsewhere() {
        TurnLimits usual = TurnLimits.DEFAULTS;
        TurnWorld small = new TurnWorld(TurnWorld.with(new TurnLimits(
                1,
                usual.permissions(),
                usual.channels(),
                usual.connections(),
                usual.defaultLifetime(),
                usual.longestLifetime(),
                usual.answerBytesPerSecond(),
                usual.answerBurstBytes())));
        small.engine.alternates(List.of(OTHER));
        TestClient first = small.client("203.0.113.50:4000", "alice");
        TestClient next = small.client("203.0.113.51:1", "bob");
        first.relayed();
        isSent(next, next.allocate(), TurnErrorCode.TRY_ALTERNATE_FULL, OTHER4, OTHER6);
        small.engine.alternates(List.of());
        next.refused(next.allocate(), TurnErrorCode.NO_CAPACITY);
        first.refresh(0);
        next.relayed();
    }

    @Test
    void noOtherServerIsNamedForAQuotaOfOnePersonOrOneSource() {
        everybodyIsSentTo(OTHER);
        for (TurnErrorCode own : List.of(TurnErrorCode.QUOTA_REACHED, TurnErrorCode.SOURCE_QUOTA_REACHED)) {
            world.quotas = (username, client, now) -> new Quotas.Full(own);
            StunMessage answer = bob.allocate();
            bob.refused(answer, own);
            assertThat(servers(answer)).isEmpty();
        }
        world.quotas = (username, client, now) -> new Quotas.Full(TurnErrorCode.TOTAL_QUOTA_REACHED);
        isSent(bob, bob.allocate(), TurnErrorCode.TRY_ALTERNATE_FULL, OTHER4, OTHER6);
    }

    /** They would have another one there. */
    @Test
    void norIsOneWhileTheServerDrains() {
        everybodyIsSentTo(OTHER);
        world.engine.drain();
        for (TurnErrorCode own : List.of(TurnErrorCode.QUOTA_REACHED, TurnErrorCode.SOURCE_QUOTA_REACHED)) {
            world.quotas = (username, client, now) -> new Quotas.Full(own);
            StunMessage answer = bob.allocate();
            bob.refused(answer, own);
            assertThat(servers(answer)).isEmpty();
        }
        world.quotas = (username, client, now) -> new Quotas.Full(TurnErrorCode.TOTAL_QUOTA_REACHED);
        isSent(bob, bob.allocate(), TurnErrorCode.TRY_ALTERNATE, OTHER4, OTHER6);
        AtomicInteger places = new AtomicInteger();
        world.quotas = (username, client, now) -> {
            places.incrementAndGet();
            return new Quotas.Meter() {
                @Override
                public boolean mayRelay(int bytes, long at) {
                    return true;
                }

                @Override
                public void end(long at) {
                    places.decrementAndGet();
                }
            };
        };
        isSent(bob, bob.allocate(), TurnErrorCode.TRY_ALTERNATE, OTHER4, OTHER6);
        assertThat(places).as("who is sent elsewhere takes none").hasValue(0);
    }

    @Test
    void whereNoPortCanBeOpenedTheClientIsSentElsewhere() {
        everybodyIsSentTo(OTHER);
        world.portsThatFail = AllocateRequests.TRIES;
        isSent(bob, bob.allocate(), TurnErrorCode.TRY_ALTERNATE_FULL, OTHER4, OTHER6);
        bob.relayed();
    }

    /** It means nothing to another server. */
    @Test
    void whoShowsTheTokenOfAReservedPortIsNotSentElsewhere() {
        everybodyIsSentTo(OTHER);
        StunMessage answer = alice.allocate(writer -> writer.add(StunAttribute.EVEN_PORT, new byte[] {(byte) 0x80}));
        byte[] token = answer.valueOf(StunAttribute.RESERVATION_TOKEN);
        world.engine.drain();
        bob.refused(bob.allocate(writer -> writer.add(StunAttribute.RESERVATION_TOKEN, token)), TurnErrorCode.DRAINING);
        world.engine.resume();
        TestClient second = world.client("203.0.113.50:4001", "alice");
        world.portsThatFail = 1;
        second.refused(
                second.allocate(writer -> writer.add(StunAttribute.RESERVATION_TOKEN, token)), TurnErrorCode.NO_PORT);
    }

    @Test
    void nobodyIsSentElsewhereWithoutGoodCredentials() {
        everybodyIsSentTo(OTHER);
        world.engine.drain();
        assertThat(servers(bob.challenged(StunMethod.ALLOCATE))).isEmpty();
        world.expired.add("bob");
        StunMessage answer = bob.allocate();
        bob.refused(answer, TurnErrorCode.CREDENTIALS_EXPIRED);
        assertThat(servers(answer)).isEmpty();
        world.pass(Duration.ofMinutes(1));
        assertThat(world.engine.count(TurnErrorCode.TRY_ALTERNATE)).isZero();
    }

    @Test
    void anAddressOfTheOtherFamilyOrANameThatIsNoneIsABug() {
        assertThatThrownBy(() -> new Alternate(OTHER.ipv6(), null, "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Alternate(null, OTHER.ipv4(), "")).isInstanceOf(IllegalArgumentException.class);
        assertThat(new Alternate(null, null, "a".repeat(255)).domain().getBytes(StandardCharsets.US_ASCII))
                .hasSize(255);
        assertThatThrownBy(() -> new Alternate(null, null, "a".repeat(256)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Alternate(null, null, "\u00e4.example"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
