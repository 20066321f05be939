package org.edgeways.turn.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.AddressFamily;
import org.edgeways.turn.stun.Frames;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where the payload of one packet goes. Made once and used again for each packet, so that nothing is allocated; what it says
 * is good until then. The payload stays where it is in the caller's buffer. What has to stand before it is written by
 * {@link #writeHeader} to wherever the caller wants it (a vector of its own), or by {@link #wrap} around it in place.
 */
public final class Forward {

    /** Writable bytes that {@link #wrap} may need before the payload. */
    public static final int HEADROOM = 48;

    /** Writable bytes that {@link #wrap} may need behind the payload. */
    public static final int TAILROOM = 3;

    /** What is to be done. */
    public enum Kind {
        /** Nothing: it was dropped, or was a control message that is answered by an {@link Output}. */
        NOTHING,
        /** Send the payload from a relayed port to a peer. */
        TO_PEER,
        /** Send header, payload and padding to a client. */
        TO_CLIENT,
        /** Give the payload to another shard's {@link TurnEngine#fromPeer}: the peer is relayed there. */
        TO_SHARD
    }

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int DATA_INDICATION = StunClass.INDICATION.type(StunMethod.DATA);
    private static final int IPV4_HEADER = StunMessage.HEADER_BYTES + 12 + 4;
    private static final int IPV6_HEADER = StunMessage.HEADER_BYTES + 24 + 4;

    private Kind kind = Kind.NOTHING;
    private @Nullable TurnErrorCode dropped;
    private long offset;
    private int length;
    private boolean ipv6;
    private int relayPort;
    private int handle;
    private int listener;
    private long high;
    private long low;
    private int port;
    private boolean dontFragment;
    private int shard;

    // what stands before the payload
    private int headerLength;
    private int padding;
    private int channel;
    private long peerHigh;
    private long peerLow;
    private int peerPort;
    private int transaction;
    private long transactionRest;

    void drop(@Nullable TurnErrorCode code) {
        kind = Kind.NOTHING;
        dropped = code;
    }

    void toPeer(Relay relay, long peerHighBits, long peerLowBits, int port, long at, int bytes, boolean whole) {
        kind = Kind.TO_PEER;
        dropped = null;
        offset = at;
        length = bytes;
        headerLength = 0;
        padding = 0;
        ipv6 = relay.ipv6;
        relayPort = relay.port;
        handle = relay.handle;
        high = peerHighBits;
        low = peerLowBits;
        this.port = port;
        dontFragment = whole;
    }

    /** From a relay of this shard to {@code port} of the same address, on another shard. */
    void toShard(int other, Relay relay, TransportAddress address, int port, long at, int bytes) {
        toPeer(relay, address.high(), address.low(), port, at, bytes, false);
        kind = Kind.TO_SHARD;
        shard = other;
    }

    void toClient(Client client, long at, int bytes) {
        kind = Kind.TO_CLIENT;
        dropped = null;
        offset = at;
        length = bytes;
        listener = client.listener();
        handle = client.handle();
        high = client.address().high();
        low = client.address().low();
        port = client.address().port();
        dontFragment = false;
    }

    void inChannel(int number, boolean padded) {
        channel = number;
        headerLength = Frames.CHANNEL_HEADER_BYTES;
        padding = padded ? -length & 3 : 0;
    }

    void inIndication(long fromHigh, long fromLow, int fromPort, long random, long moreRandom) {
        channel = 0;
        peerHigh = fromHigh;
        peerLow = fromLow;
        peerPort = fromPort;
        headerLength = TransportAddress.isIpv4(fromHigh, fromLow) ? IPV4_HEADER : IPV6_HEADER;
        padding = -length & 3;
        transaction = (int) random;
        transactionRest = moreRandom;
    }

    /** What is to be done. */
    public Kind kind() {
        return kind;
    }

    /** Why it was dropped; null if it was not, or was a control message. */
    public @Nullable TurnErrorCode dropped() {
        return dropped;
    }

    /** Where the payload begins in the caller's buffer. */
    public long offset() {
        return offset;
    }

    /** Bytes of payload. */
    public int length() {
        return length;
    }

    /** Bytes that stand before the payload: none, 4, 36 or 48. */
    public int headerLength() {
        return headerLength;
    }

    /** Zeros that stand behind the payload, 0 to 3. */
    public int padding() {
        return padding;
    }

    /** To a peer or a shard: the family of the relayed address that it comes from. */
    public boolean ipv6() {
        return ipv6;
    }

    /** To a peer or a shard: the relayed port that it comes from. */
    public int relayPort() {
        return relayPort;
    }

    /** To a peer: what the driver gave when it opened the port. To a client: what it gave with the client's request. */
    public int handle() {
        return handle;
    }

    /** To a client: its listener. */
    public int listener() {
        return listener;
    }

    /** The destination's address, the first 64 bits. */
    public long high() {
        return high;
    }

    /** The destination's address, the last 64 bits; IPv4 in its mapped form. */
    public long low() {
        return low;
    }

    /** The destination's port. */
    public int port() {
        return port;
    }

    /** To a peer: whether the packet must not be fragmented. */
    public boolean dontFragment() {
        return dontFragment;
    }

    /** To a shard: its number. */
    public int shard() {
        return shard;
    }

    /** Writes what stands before the payload, {@link #headerLength} bytes. */
    public void writeHeader(MemorySegment to, long at) {
        if (headerLength == 0) {
            return;
        }
        if (channel != 0) {
            to.set(SHORT, at, (short) channel);
            to.set(SHORT, at + 2, (short) length);
            return;
        }
        to.set(SHORT, at, (short) DATA_INDICATION);
        to.set(SHORT, at + 2, (short) (headerLength - StunMessage.HEADER_BYTES + length + padding));
        to.set(INT, at + 4, StunMessage.MAGIC_COOKIE);
        to.set(INT, at + 8, transaction);
        to.set(LONG, at + 12, transactionRest);
        to.set(SHORT, at + 20, (short) StunAttribute.XOR_PEER_ADDRESS);
        to.set(SHORT, at + 26, (short) (peerPort ^ StunMessage.MAGIC_COOKIE >>> 16));
        if (headerLength == IPV4_HEADER) {
            to.set(SHORT, at + 22, (short) 8);
            to.set(SHORT, at + 24, (short) AddressFamily.IPV4);
            to.set(INT, at + 28, (int) peerLow ^ StunMessage.MAGIC_COOKIE);
        } else {
            to.set(SHORT, at + 22, (short) 20);
            to.set(SHORT, at + 24, (short) AddressFamily.IPV6);
            to.set(LONG, at + 28, peerHigh ^ ((long) StunMessage.MAGIC_COOKIE << 32 | transaction & 0xffff_ffffL));
            to.set(LONG, at + 36, peerLow ^ transactionRest);
        }
        to.set(SHORT, at + headerLength - 4, (short) StunAttribute.DATA);
        to.set(SHORT, at + headerLength - 2, (short) length);
    }

    /**
     * Writes header and padding around the payload where it lies.
     *
     * @return where the packet begins; it has {@link #packetLength} bytes
     */
    public long wrap(MemorySegment buffer) {
        long at = offset - headerLength;
        writeHeader(buffer, at);
        for (int i = 0; i < padding; i++) {
            buffer.set(ValueLayout.JAVA_BYTE, offset + length + i, (byte) 0);
        }
        return at;
    }

    /** Bytes of header, payload and padding. */
    public int packetLength() {
        return headerLength + length + padding;
    }
}
