package org.edgeways.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BlockRandomTest {

    /** Counts bytes up, so that each is told from its neighbours. */
    private static final class Counting implements RandomGenerator {
        private int calls;
        private int next;

        @Override
        public long nextLong() {
            throw new AssertionError("only whole blocks are fetched");
        }

        @Override
        public void nextBytes(byte[] bytes) {
            calls++;
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (next++ / 3);
            }
        }
    }

    @Test
    void handsOutEveryByteOfItsSourceOnceAndInOrder() {
        Counting source = new Counting();
        Counting expected = new Counting();
        BlockRandom random = new BlockRandom(source);
        byte[] wanted = new byte[20_000];
        expected.nextBytes(wanted);
        byte[] got = new byte[wanted.length];
        int at = 0;
        while (at < got.length) {
            if (at % 3 == 0 && at + Long.BYTES <= got.length) {
                byte[] eight = HexFormat.of().parseHex(HexFormat.of().toHexDigits(random.nextLong()));
                System.arraycopy(eight, 0, got, at, eight.length);
                at += eight.length;
            } else {
                byte[] some = new byte[Math.min(5, got.length - at)];
                random.nextBytes(some);
                System.arraycopy(some, 0, got, at, some.length);
                at += some.length;
            }
        }
        assertThat(got).isEqualTo(wanted);
        assertThat(source.calls).as("calls of the source").isEqualTo(5);
    }
}
