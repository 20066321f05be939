package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;

/** What ICMP says of datagrams that were sent to peers (RFC 8656 section 11.5). */
class RouterErrorsTest {

    private static final TransportAddress PEER = TurnWorld.address("203.0.113.1:7000");
    private static final TransportAddress OTHER = TurnWorld.address("203.0.113.2:7000");
    private static final TransportAddress PEER6 = TurnWorld.address("[2001:db8:7::1]:7000");

    private final TurnWorld world = new TurnWorld();
    private final TestClient alice = world.client("203.0.113.50:4000", "alice");

    /** What the client is told when a router says that of a datagram. */
    private String told(TransportAddress relayed, TransportAddress to, int type, int code) {
        world.engine.fromRouter(
                world.now, !relayed.isIpv4(), relayed.port(), to.high(), to.low(), to.port(), type, code, 1280);
        world.drive();
        List<byte[]> told = world.responses(alice.address);
        if (told.isEmpty()) {
            return "nothing";
        }
        StunMessage message = StunMessage.parse(told.getFirst()).orThrow();
        assertThat(message.messageClass()).isEqualTo(StunClass.INDICATION);
        assertThat(message.method()).isEqualTo(StunMethod.DATA);
        assertThat(message.has(StunAttribute.DATA)).isFalse();
        return message.xorAddress(message.find(StunAttribute.XOR_PEER_ADDRESS)) + " "
                + HexFormat.of().formatHex(message.valueOf(StunAttribute.ICMP));
    }

    @Test
    void theClientThatMaySendThereIsTold() {
        TransportAddress relayed = alice.relayed();
        alice.permit(PEER);
        assertThat(told(relayed, PEER, 3, 3)).isEqualTo(PEER + " 0000060300000000");
        assertThat(told(relayed, PEER, 11, 0)).isEqualTo(PEER + " 0000160000000000");
        assertThat(told(relayed, PEER, 3, 4)).as("too long").isEqualTo(PEER + " 0000060400000500");
        assertThat(told(relayed, PEER, 5, 0)).as("redirect").isEqualTo("nothing");
        assertThat(told(relayed, OTHER, 3, 3)).as("not permitted").isEqualTo("nothing");
        assertThat(told(relayed.withPort(relayed.port() ^ 1), PEER, 3, 3))
                .as("nobody's port")
                .isEqualTo("nothing");
        world.pass(Duration.ofMinutes(5));
        assertThat(told(relayed, PEER, 3, 3)).as("permitted no more").isEqualTo("nothing");
    }

    @Test
    void ofIpv6OtherTypesAreTold() {
        TransportAddress relayed = TestClient.relayedIn(
                alice.allocate(writer -> writer.add(StunAttribute.REQUESTED_ADDRESS_FAMILY, 2 << 24)));
        alice.permit(PEER6);
        assertThat(told(relayed, PEER6, 1, 4)).isEqualTo(PEER6 + " 0000020400000000");
        assertThat(told(relayed, PEER6, 2, 0)).as("too long").isEqualTo(PEER6 + " 0000040000000500");
        assertThat(told(relayed, PEER6, 4, 1)).as("parameter problem").isEqualTo("nothing");
    }
}
