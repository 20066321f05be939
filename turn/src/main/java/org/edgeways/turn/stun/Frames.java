package org.edgeways.turn.stun;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** What the first bytes of a packet, or of what a stream brings next, say (RFC 8656 sections 12.4 and 12.5). */
public final class Frames {

    /** Bytes before the data of ChannelData. */
    public static final int CHANNEL_HEADER_BYTES = 4;

    /** The lowest channel number. */
    public static final int FIRST_CHANNEL = 0x4000;

    /** The highest channel number of RFC 5766; RFC 8656 stops at 0x4fff, but clients choose from the whole range. */
    public static final int LAST_CHANNEL = 0x7fff;

    /** What {@link #length} says when more bytes are needed to tell. */
    public static final int INCOMPLETE = 0;

    /** What {@link #length} says when this is no frame: the stream is to be closed. */
    public static final int BROKEN = -1;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Frames() {}

    /** True if a first byte is that of ChannelData. */
    public static boolean isChannelData(byte first) {
        return (first & 0xc0) == 0x40;
    }

    /**
     * How long the frame is that begins at {@code offset} of a stream, with its padding. Whether it is all there is for the
     * caller to compare.
     *
     * @param available bytes from {@code offset} on
     * @return bytes, 4 to 65,556; or {@link #INCOMPLETE} or {@link #BROKEN}
     */
    public static int length(MemorySegment stream, long offset, long available) {
        if (available < CHANNEL_HEADER_BYTES) {
            return INCOMPLETE;
        }
        byte first = stream.get(ValueLayout.JAVA_BYTE, offset);
        int length = stream.get(SHORT, offset + 2) & 0xffff;
        if (isChannelData(first)) {
            return CHANNEL_HEADER_BYTES + (length + 3 & ~3);
        }
        return (first & 0xc0) == 0 && length % 4 == 0 ? StunMessage.HEADER_BYTES + length : BROKEN;
    }
}
