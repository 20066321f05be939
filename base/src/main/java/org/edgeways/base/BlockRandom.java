package org.edgeways.base;

import java.util.random.RandomGenerator;

/**
 * Random numbers of another generator, fetched in blocks: a cryptographic generator costs far more per call than per
 * byte. What was handed out is wiped from the block. As strong as its source; safe for use by several threads.
 */
public final class BlockRandom implements RandomGenerator {

    private static final int BLOCK_BYTES = 4096;

    private final RandomGenerator source;
    private final byte[] block = new byte[BLOCK_BYTES];
    private int used = BLOCK_BYTES;

    /** Takes from {@code source} when the first number is asked for. */
    public BlockRandom(RandomGenerator source) {
        this.source = source;
    }

    @Override
    public synchronized long nextLong() {
        long bits = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            bits = bits << Byte.SIZE | next() & 0xff;
        }
        return bits;
    }

    @Override
    public synchronized void nextBytes(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = next();
        }
    }

    private byte next() {
        if (used == BLOCK_BYTES) {
            source.nextBytes(block);
            used = 0;
        }
        byte taken = block[used];
        block[used++] = 0;
        return taken;
    }
}
