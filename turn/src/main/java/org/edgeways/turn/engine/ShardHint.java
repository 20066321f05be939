package org.edgeways.turn.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;

/**
 * Which shard has what a request names: the reserved port of a token, the allocation of a mobility ticket, the connection of an id.
 * Each of these says it by its remainder. Whoever comes with one may come to any shard; the one it names is to be given the
 * request, and all that the client sends from there if that shard has its allocation then. Nothing is verified here, and nothing
 * is allocated.
 */
public final class ShardHint {

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int ALLOCATE = StunClass.REQUEST.type(StunMethod.ALLOCATE);
    private static final int REFRESH = StunClass.REQUEST.type(StunMethod.REFRESH);
    private static final int CONNECTION_BIND = StunClass.REQUEST.type(StunMethod.CONNECTION_BIND);

    private ShardHint() {}

    /**
     * The shard that a packet of a client names; {@link RelaySettings#shard} if it names none.
     *
     * @param relay of the shard that the packet came to
     */
    public static int of(RelaySettings relay, MemorySegment buffer, long offset, int length) {
        if (relay.shards() == 1 || length < StunMessage.HEADER_BYTES) {
            return relay.shard();
        }
        int type = buffer.get(SHORT, offset);
        int naming = type == ALLOCATE
                ? StunAttribute.RESERVATION_TOKEN
                : type == REFRESH
                        ? StunAttribute.MOBILITY_TICKET
                        : type == CONNECTION_BIND ? StunAttribute.CONNECTION_ID : 0;
        long end = naming == 0 ? 0 : offset + length;
        for (long at = offset + StunMessage.HEADER_BYTES; at + 4 <= end; ) {
            int bytes = buffer.get(SHORT, at + 2) & 0xffff;
            long next = at + 4 + (bytes + 3 & ~3);
            if ((buffer.get(SHORT, at) & 0xffff) == naming && next <= end) {
                return bytes == Integer.BYTES
                        ? Math.floorMod(buffer.get(INT, at + 4), relay.shards())
                        : bytes >= Long.BYTES ? Math.floorMod(buffer.get(LONG, at + 4), relay.shards()) : relay.shard();
            }
            at = next;
        }
        return relay.shard();
    }

    /** A number of 62 random bits that names a shard. */
    static long token(RelaySettings relay, long random) {
        long number = random >>> 2;
        return number - number % relay.shards() + relay.shard();
    }

    /** A number of 30 random bits that names a shard. */
    static int connection(RelaySettings relay, int random) {
        int number = random >>> 2;
        return number - number % relay.shards() + relay.shard();
    }
}
