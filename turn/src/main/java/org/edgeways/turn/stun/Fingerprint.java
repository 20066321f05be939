package org.edgeways.turn.stun;

import java.util.zip.CRC32;

/** The checksum that tells STUN from other protocols (RFC 8489 section 14.7). */
final class Fingerprint {

    private static final int XOR = 0x5354554e;

    private Fingerprint() {}

    /** That of a message whose length already counts the attribute, which begins at {@code end}. */
    static int of(byte[] message, int end) {
        CRC32 crc = new CRC32();
        crc.update(message, 0, end);
        return (int) crc.getValue() ^ XOR;
    }
}
