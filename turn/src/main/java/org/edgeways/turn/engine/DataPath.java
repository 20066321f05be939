package org.edgeways.turn.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.AddressFamily;
import org.edgeways.turn.stun.Frames;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;

/**
 * Data between clients and peers: ChannelData and Send one way, ChannelData and Data the other. Reads the caller's buffer where
 * it lies, writes nothing to it and allocates nothing.
 */
final class DataPath {

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** Longest payload whose Data indication still has a length of 16 bits. */
    private static final int LONGEST_PAYLOAD = 65_535 - 24 - 4 - 3;

    // RFC 792, 4443
    private static final int ICMP_UNREACHABLE = 3;
    private static final int ICMP_FRAGMENTATION_NEEDED = 4;
    private static final int ICMP_TIME_EXCEEDED = 11;
    private static final int ICMP6_TOO_BIG = 2;

    private final Allocations allocations;
    private final RelaySettings relaying;
    private final TurnSettings settings;
    private long indications;

    DataPath(Allocations allocations) {
        this.allocations = allocations;
        this.settings = allocations.settings;
        this.relaying = settings.relay();
        this.indications = allocations.random.nextLong();
    }

    /** RFC 8656 section 12.6. */
    void channelData(long now, Allocation allocation, MemorySegment buffer, long offset, int length, Forward forward) {
        int number = buffer.get(SHORT, offset) & 0xffff;
        int bytes = buffer.get(SHORT, offset + 2) & 0xffff;
        if (bytes > length - Frames.CHANNEL_HEADER_BYTES) {
            forward.drop(TurnErrorCode.MALFORMED);
            return;
        }
        Channel channel = allocation.channelsByNumber.get(0, 0, number);
        if (channel == null || !channel.holds(now)) {
            drop(allocation, TurnErrorCode.CHANNEL_UNBOUND, forward);
            return;
        }
        TransportAddress peer = channel.peer;
        long at = offset + Frames.CHANNEL_HEADER_BYTES;
        toPeer(now, allocation, peer.high(), peer.low(), peer.port(), at, bytes, false, forward);
    }

    /** RFC 8656 section 11.2. Of attributes that come twice the first counts. */
    void send(long now, Allocation allocation, MemorySegment buffer, long offset, int length, Forward forward) {
        long end = offset + length;
        long peer = 0;
        long data = 0;
        boolean dontFragment = false;
        boolean readable = length >= StunMessage.HEADER_BYTES
                && buffer.get(INT, offset + 4) == StunMessage.MAGIC_COOKIE
                && (buffer.get(SHORT, offset + 2) & 0xffff) == length - StunMessage.HEADER_BYTES
                && length % 4 == 0;
        for (long at = offset + StunMessage.HEADER_BYTES; readable && at < end; ) {
            int type = buffer.get(SHORT, at) & 0xffff;
            int bytes = buffer.get(SHORT, at + 2) & 0xffff;
            long next = at + 4 + (bytes + 3 & ~3);
            if (next > end) {
                readable = false;
            } else if (type == StunAttribute.MESSAGE_INTEGRITY || type == StunAttribute.MESSAGE_INTEGRITY_SHA256) {
                break; // what is behind it does not count
            } else if (type == StunAttribute.XOR_PEER_ADDRESS) {
                peer = peer == 0 ? at : peer;
            } else if (type == StunAttribute.DATA) {
                data = data == 0 ? at : data;
            } else if (type == StunAttribute.DONT_FRAGMENT && relaying.dontFragment()) {
                dontFragment = true;
            } else if (StunAttribute.mustBeUnderstood(type)
                    && (type == StunAttribute.DONT_FRAGMENT || !StunAttribute.isKnown(type))) {
                readable = false;
            }
            at = next;
        }
        int addressLength = readable && peer != 0 && data != 0 ? buffer.get(SHORT, peer + 2) & 0xffff : 0;
        if (addressLength != 8 && addressLength != 20) {
            forward.drop(TurnErrorCode.UNEXPECTED);
            return;
        }
        int bytes = buffer.get(SHORT, data + 2) & 0xffff;
        int family = buffer.get(ValueLayout.JAVA_BYTE, peer + 5);
        int port = (buffer.get(SHORT, peer + 6) ^ StunMessage.MAGIC_COOKIE >>> 16) & 0xffff;
        if (port == 0) {
            forward.drop(TurnErrorCode.UNEXPECTED);
            return;
        }
        if (family == AddressFamily.IPV4 && addressLength == 8) {
            long low = TransportAddress.low(buffer.get(INT, peer + 8) ^ StunMessage.MAGIC_COOKIE);
            toPeer(now, allocation, 0, low, port, data + 4, bytes, dontFragment, forward);
        } else if (family == AddressFamily.IPV6 && addressLength == 20) {
            long high = buffer.get(LONG, peer + 8) ^ buffer.get(LONG, offset + 4);
            long low = buffer.get(LONG, peer + 16) ^ buffer.get(LONG, offset + 12);
            toPeer(now, allocation, high, low, port, data + 4, bytes, dontFragment, forward);
        } else {
            forward.drop(TurnErrorCode.UNEXPECTED);
        }
    }

    private void toPeer(
            long now,
            Allocation allocation,
            long high,
            long low,
            int port,
            long at,
            int bytes,
            boolean dontFragment,
            Forward forward) {
        boolean ipv6 = !TransportAddress.isIpv4(high, low);
        Relay relay = ipv6 ? allocation.ipv6 : allocation.ipv4;
        if (!allocation.live || allocation.tcp || relay == null) {
            forward.drop(TurnErrorCode.UNEXPECTED);
            return;
        }
        TurnErrorCode barred = allocation.barred(high, low, now);
        if (barred != null) {
            drop(allocation, barred, forward);
            return;
        }
        if (!allocation.meter.mayRelay(bytes, now)) {
            drop(allocation, TurnErrorCode.RATE_EXCEEDED, forward);
            return;
        }
        allocation.packetsFromClient++;
        allocation.bytesFromClient += bytes;
        if (relaying.isOwn(high, low)) {
            toRelay(now, relay, port, at, bytes, forward);
        } else if (relaying.open()) {
            forward.toPeer(relay, high, low, port, at, bytes, dontFragment);
        } else {
            forward.drop(TurnErrorCode.RELAY_PORTS_CLOSED);
        }
    }

    /** Drops data of an allocation, and tells of the first. */
    private void drop(Allocation allocation, TurnErrorCode code, Forward forward) {
        forward.drop(code);
        allocations.tellDropping(allocation, code);
    }

    /** The peer is relayed by this node itself: what its relayed port would do is done here. */
    private void toRelay(long now, Relay from, int port, long at, int bytes, Forward forward) {
        TransportAddress own = relaying.address(from.ipv6);
        if (own == null || !relaying.isInRange(port)) {
            forward.drop(TurnErrorCode.RELAY_UNKNOWN);
            return;
        }
        int shard = relaying.shardOf(port);
        if (shard != relaying.shard()) {
            forward.toShard(shard, from, own, port, at, bytes);
            return;
        }
        fromPeer(now, from.ipv6, port, own.high(), own.low(), from.port, at, bytes, forward);
    }

    /** RFC 8656 section 11.5. */
    void fromRouter(long now, boolean ipv6, int relayPort, TransportAddress to, int type, int code, int mtu) {
        Relay relay = allocations.ports.get(ipv6, relayPort);
        boolean told = ipv6 ? type >= 1 && type <= 3 : type == ICMP_UNREACHABLE || type == ICMP_TIME_EXCEEDED;
        if (!told
                || relay == null
                || !relay.allocation.live
                || relay.allocation.tcp
                || !relay.allocation.mayReach(to.high(), to.low(), now)
                || !relay.allocation.meter.mayRelay(0, now)) {
            return;
        }
        boolean tooLong = ipv6 ? type == ICMP6_TOO_BIG : type == ICMP_UNREACHABLE && code == ICMP_FRAGMENTATION_NEEDED;
        ByteBuffer value = ByteBuffer.allocate(8)
                .putShort((short) 0)
                .putShort((short) (type << 9 | code & 0x1ff))
                .putInt(tooLong ? mtu : 0);
        long random = Mixing.mix(indications++);
        byte[] transaction = ByteBuffer.allocate(12)
                .putInt((int) (random >>> 32))
                .putLong(Mixing.mix(random ^ indications))
                .array();
        allocations.out(new Output.Respond(
                relay.allocation.client,
                new StunWriter(StunClass.INDICATION, StunMethod.DATA, transaction)
                        .addXor(StunAttribute.XOR_PEER_ADDRESS, to)
                        .add(StunAttribute.ICMP, value.array())
                        .toBytes()));
    }

    /** RFC 8656 sections 11.3 and 12.7. */
    void fromPeer(
            long now, boolean ipv6, int relayPort, long high, long low, int port, long at, int bytes, Forward forward) {
        Relay relay = allocations.ports.get(ipv6, relayPort);
        if (relay == null || !relay.allocation.live || relay.allocation.tcp) {
            forward.drop(TurnErrorCode.RELAY_UNKNOWN);
            return;
        }
        Allocation allocation = relay.allocation;
        if (bytes > LONGEST_PAYLOAD) {
            forward.drop(TurnErrorCode.MALFORMED);
            return;
        }
        TurnErrorCode barred = allocation.barred(high, low, now);
        if (barred == TurnErrorCode.NO_PERMISSION) {
            forward.drop(barred); // anybody may send there: who was not asked to is not told of
            return;
        }
        if (barred != null) {
            drop(allocation, barred, forward);
            return;
        }
        if (!allocation.meter.mayRelay(bytes, now)) {
            drop(allocation, TurnErrorCode.RATE_EXCEEDED, forward);
            return;
        }
        allocation.packetsToClient++;
        allocation.bytesToClient += bytes;
        forward.toClient(allocation.client, at, bytes);
        Channel channel = allocation.channelsByPeer.get(high, low, port);
        if (channel != null && channel.holds(now)) {
            forward.inChannel(
                    channel.number,
                    settings.listeners().get(allocation.client.listener()).isStream());
        } else {
            long random = Mixing.mix(indications++);
            forward.inIndication(high, low, port, random >>> 32, Mixing.mix(random ^ indications));
        }
    }
}
