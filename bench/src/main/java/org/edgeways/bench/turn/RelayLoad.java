package org.edgeways.bench.turn;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.edgeways.avedge.udp.DatagramSockets;
import org.edgeways.turn.stun.Frames;
import org.edgeways.turn.stun.TransportAddress;

/**
 * Clients with an allocation and a channel each, and what they send. All on one thread, over the same batched system calls as
 * our relay, so that the generator is not what is measured. Counted is what arrives: at the peer, and at clients.
 *
 * <p>A <em>token</em> is a packet, or a burst of some, on its way from a client to the peer and back, or from one client to another.
 * In a closed loop there is a fixed number of tokens, and each goes on from the next client when it has come back; in an open
 * loop they begin at fixed times, and their time counts from then.
 */
public final class RelayLoad implements AutoCloseable, DatagramSockets.Receiver {

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    // what is in a payload
    private static final int BEGAN = 0;
    private static final int TOKEN = 8;
    private static final int RUN = 12;

    private static final int OPEN_LOOP = -1;
    private static final long LOST_AFTER = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long DRAIN = TimeUnit.MILLISECONDS.toNanos(400);
    private static final long LONGEST = TimeUnit.SECONDS.toNanos(60);
    private static final long SHORT_WAIT = TimeUnit.MILLISECONDS.toNanos(1);

    /** Nothing for so long is a {@link Silence}. */
    public static final long SILENCE = TimeUnit.MILLISECONDS.toNanos(5);

    /** So many silences are remembered. */
    private static final int MOST_SILENCES = 10_000;

    /** What is begun at most before it is looked for what has come. */
    private static final int AT_ONCE = 64;

    /**
     * What is sent.
     *
     * @param payload bytes of each packet, at least 16
     * @param burst packets that a client sends at once
     * @param tokens tokens of a closed loop; 0 for an open loop
     * @param packetsPerSecond what clients send in an open loop
     */
    public record Traffic(int payload, int burst, int tokens, double packetsPerSecond) {}

    /**
     * A time in which nothing came.
     *
     * @param from {@link System#nanoTime}
     * @param until the same
     */
    public record Silence(long from, long until) {

        /** Whether both have a moment in common. */
        public boolean overlaps(Silence other) {
            return from <= other.until && other.from <= until;
        }
    }

    private final TransportAddress server;
    private final DatagramSockets sockets;
    private final List<RelayUser> users = new ArrayList<>();
    private final boolean pairs;
    private final int header;
    private final int peer;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment packet = arena.allocate(2048);
    private final Histogram latency = new Histogram(LONGEST, 3);
    private final Histogram lag = new Histogram(LONGEST, 3);
    private final Histogram gaps = new Histogram(LONGEST, 3);
    private final List<Silence> silences = new ArrayList<>();

    private Traffic traffic = new Traffic(160, 1, 0, 0);
    private int run;
    private int nextUser;
    private long[] tokenSeen = {};
    private int[] tokenPackets = {};
    private boolean sending;
    private long origin;
    private long begun;
    private long lastArrival;
    private int nextRefresh;
    private long sent;
    private long relayed;
    private long expected;

    /**
     * Allocates at a relay.
     *
     * @param clients how many, an even number if they are pairs
     * @param pairs true if each client's peer is the relayed address of another; else all have one peer, which sends back
     *     what it gets
     */
    public RelayLoad(InetSocketAddress server, String password, int clients, boolean pairs) throws IOException {
        this.server = TransportAddress.of(server);
        this.pairs = pairs;
        header = Frames.CHANNEL_HEADER_BYTES;
        sockets = DatagramSockets.best(_ -> {});
        peer = sockets.open(new InetSocketAddress(InetAddress.ofLiteral("127.0.9.1"), 0), true);
        List<TransportAddress> relayedAt = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            RelayUser user = new RelayUser(sockets, this.server, i, password);
            users.add(user);
            relayedAt.add(user.allocate());
        }
        TransportAddress peerAddress = TransportAddress.of(sockets.localAddress(peer));
        for (int i = 0; i < clients; i++) {
            users.get(i).bind(pairs ? relayedAt.get(i ^ 1) : peerAddress);
        }
    }

    private RelayLoad(int clients) throws IOException {
        pairs = false;
        header = 0;
        sockets = DatagramSockets.best(_ -> {});
        peer = sockets.open(new InetSocketAddress(InetAddress.ofLiteral("127.0.9.1"), 0), true);
        server = TransportAddress.of(sockets.localAddress(peer));
        for (int i = 0; i < clients; i++) {
            users.add(new RelayUser(sockets, server, i, ""));
        }
    }

    /** The same without a relay: clients send to the peer itself, which shows what of a time is the generator's and the system's. */
    public static RelayLoad direct(int clients) throws IOException {
        return new RelayLoad(clients);
    }

    /** Begins; {@link #work} goes on with it. */
    public void begin(Traffic what) {
        traffic = what;
        run++;
        tokenSeen = new long[what.tokens()];
        tokenPackets = new int[what.tokens()];
        sending = true;
        sent = 0;
        expected = 0;
        relayed = 0;
        origin = System.nanoTime();
        begun = 0;
        resetTimes();
        for (int token = 0; token < what.tokens(); token++) {
            launch(token, System.nanoTime());
        }
        sockets.flush();
    }

    /** Forgets the times so far. */
    public void resetTimes() {
        latency.reset();
        lag.reset();
        gaps.reset();
        silences.clear();
        lastArrival = System.nanoTime();
    }

    /** Packets that were relayed since {@link #begin}: each that has come to the peer or to a client. */
    public long relayed() {
        return relayed;
    }

    /** Times from a client to where its packet ends, in nanoseconds. */
    public Histogram latency() {
        return latency;
    }

    /** How late packets of an open loop were sent, in nanoseconds. */
    public Histogram lag() {
        return lag;
    }

    /** Times between one packet's arrival at a client and the next one's, in nanoseconds. */
    public Histogram gaps() {
        return gaps;
    }

    /** Where nothing has come to any client for longer than {@link #SILENCE}. */
    public List<Silence> silences() {
        return List.copyOf(silences);
    }

    /** How many clients there are. */
    public int clients() {
        return users.size();
    }

    /** Sends and receives for so long. */
    public void work(long nanos) throws IOException {
        long until = System.nanoTime() + nanos;
        if (traffic.tokens() == 0) {
            while (System.nanoTime() < until) {
                turn();
            }
            return;
        }
        long look = System.nanoTime() + LOST_AFTER;
        while (System.nanoTime() < until) {
            sockets.receive(SHORT_WAIT, this);
            if (System.nanoTime() > look) {
                again();
                look = System.nanoTime() + LOST_AFTER;
            }
        }
    }

    /**
     * One turn of an open loop: what is due is sent, what has come is taken. Never waits: a wait is a millisecond, in which much would
     * be due at once.
     */
    public void turn() throws IOException {
        double interval = TimeUnit.SECONDS.toNanos(1) * traffic.burst() / traffic.packetsPerSecond();
        long now = System.nanoTime() - origin;
        for (int i = 0; i < AT_ONCE && begun * interval <= now; i++, begun++) {
            lag.recordValue(Math.min(LONGEST, now - (long) (begun * interval)));
            launch(OPEN_LOOP, origin + (long) (begun * interval));
        }
        sockets.receive(0, this);
    }

    /** Has the next client ask for its allocation and channel to go on. None may be left alone for five minutes. */
    public void refreshOne() {
        users.get(nextRefresh).refresh();
        nextRefresh = (nextRefresh + 1) % users.size();
    }

    /** What never came back is begun anew. */
    private void again() {
        long now = System.nanoTime();
        for (int token = 0; token < tokenSeen.length; token++) {
            if (now - tokenSeen[token] > LOST_AFTER) {
                launch(token, now);
            }
        }
    }

    /**
     * Begins no more and waits for what is on its way.
     *
     * @return the part of all packets that was lost; 1 if none was sent
     */
    public double stop() throws IOException {
        sending = false;
        long until = System.nanoTime() + DRAIN;
        while (System.nanoTime() < until && relayed < expected) {
            sockets.receive(SHORT_WAIT, this);
        }
        return sent == 0 ? 1 : Math.max(0, expected - relayed) / (double) expected;
    }

    private void launch(int token, long began) {
        RelayUser user = users.get(nextUser);
        nextUser = (nextUser + 1) % users.size();
        launch(user, token, began);
    }

    private void launch(RelayUser user, int token, long began) {
        if (token >= 0) {
            tokenSeen[token] = System.nanoTime();
            tokenPackets[token] = 0;
        }
        if (header > 0) {
            packet.set(SHORT, 0, (short) RelayUser.CHANNEL);
            packet.set(SHORT, 2, (short) traffic.payload());
        }
        packet.set(LONG, header + BEGAN, began);
        packet.set(INT, header + TOKEN, token);
        packet.set(INT, header + RUN, run);
        for (int i = 0; i < traffic.burst(); i++) {
            sockets.send(
                    user.socket, packet, 0, header + traffic.payload(), server.high(), server.low(), server.port());
        }
        sent += traffic.burst();
        expected += traffic.burst() * (pairs ? 1L : 2L);
    }

    @Override
    public void received(int socket, long high, long low, int port, MemorySegment buffer, long offset, int length) {
        boolean atPeer = socket == peer;
        long payload = atPeer ? offset : offset + header;
        if (!atPeer && header > 0 && length > 0 && !Frames.isChannelData(buffer.get(ValueLayout.JAVA_BYTE, offset))) {
            refreshed(socket, buffer, offset, length);
            return;
        }
        if (length < traffic.payload() || buffer.get(INT, payload + RUN) != run) {
            return; // of a run before, or no data at all
        }
        relayed++;
        if (atPeer) {
            sockets.send(socket, buffer, offset, length, high, low, port);
            return;
        }
        long now = System.nanoTime();
        arrived(now);
        latency.recordValue(Math.clamp(now - buffer.get(LONG, payload + BEGAN), 0, LONGEST));
        int token = buffer.get(INT, payload + TOKEN);
        if (token >= 0 && token < tokenPackets.length && ++tokenPackets[token] >= traffic.burst() && sending) {
            launch(token, now);
        }
    }

    private void arrived(long now) {
        long gap = now - lastArrival;
        gaps.recordValue(Math.clamp(gap, 0, LONGEST));
        if (gap > SILENCE && silences.size() < MOST_SILENCES) {
            silences.add(new Silence(lastArrival, now));
        }
        lastArrival = now;
    }

    private void refreshed(int socket, MemorySegment buffer, long offset, int length) {
        for (RelayUser user : users) { // seldom
            if (user.socket == socket) {
                user.answered(buffer, offset, length);
            }
        }
    }

    /** Ends the allocations. */
    @Override
    public void close() throws IOException {
        try {
            for (RelayUser user : header > 0 ? users : List.<RelayUser>of()) {
                user.end();
            }
        } finally {
            sockets.close();
            arena.close();
        }
    }
}
