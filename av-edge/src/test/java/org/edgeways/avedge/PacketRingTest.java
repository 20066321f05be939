package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.edgeways.turn.engine.Forward;
import org.junit.jupiter.api.Test;

class PacketRingTest {

    private static final int BYTES = 1 << 16;

    private final PacketRing ring = new PacketRing(BYTES);
    private final MemorySegment packet = MemorySegment.ofArray(new byte[1_500]);
    private int frames;
    private int packets;

    private final PacketRing.Taker taker = new PacketRing.Taker() {
        @Override
        public void taken(int handle, MemorySegment buffer, long offset, int length) {
            frames++;
        }

        @Override
        public void taken(
                int origin,
                int listener,
                long high,
                long low,
                int port,
                MemorySegment buffer,
                long offset,
                int length) {
            assertThat(List.of(origin, listener, high, low, port, length)).isEqualTo(List.of(3, 1, 5L, 6L, 4000, 4));
            frames++;
        }

        @Override
        public void taken(
                boolean ipv6,
                int relayPort,
                long high,
                long low,
                int port,
                MemorySegment buffer,
                long offset,
                int length) {
            packets++;
        }
    };

    private int fillWithFrames() {
        int count = 0;
        while ((count % 2 == 0 ? ring.frame(7, packet, 0, 4) : ring.foreign(3, 1, 5, 6, 4000, packet, 0, 4))
                != PacketRing.FULL) {
            count++;
        }
        return count;
    }

    @Test
    void framesOfConnectionsLeaveHalfOfItToOtherShards() {
        int fit = fillWithFrames();
        int relayed = 0;
        while (ring.relayed(new Forward(), packet) != PacketRing.FULL) {
            relayed++;
        }
        System.out.printf("%d frames and %d packets without content in %d bytes%n", fit, relayed, BYTES);
        assertThat(relayed).isBetween(fit - 1, fit + 1);
        ring.take(taker);
        assertThat(frames).isEqualTo(fit);
        assertThat(packets).isEqualTo(relayed);
        assertThat(fillWithFrames()).as("there is room again").isEqualTo(fit);
    }
}
