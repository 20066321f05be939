package org.edgeways.turn.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.edgeways.base.TimerQueue;
import org.edgeways.turn.TurnErrorCode;
import org.jspecify.annotations.Nullable;

/** All that one engine remembers, and the one place where an allocation begins, moves and ends. */
final class Allocations {

    final TurnSettings settings;
    final RandomGenerator random;
    final RelayPorts ports;
    final TimerQueue<Due> timers = new TimerQueue<>();
    final PeerConnections connections;
    final CodeCounts counts = new CodeCounts();

    private final AddressTable<Allocation> byClient;
    private final Map<Long, Allocation> mobile = new HashMap<>();
    private final List<Output> outputs = new ArrayList<>();
    private final long seed;
    private long made;

    Allocations(TurnSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
        this.ports = new RelayPorts(settings.relay(), random);
        this.seed = random.nextLong();
        this.byClient = new AddressTable<>(random.nextLong());
        this.connections = new PeerConnections(this);
    }

    void out(Output output) {
        outputs.add(output);
    }

    /** Something of an allocation is dropped: of each code the first time is told. */
    void tellDropping(Allocation allocation, TurnErrorCode code) {
        if (allocation.isFirstDrop(code)) {
            out(new Output.Dropping(allocation.id, allocation.client, allocation.username, code));
        }
    }

    List<Output> takeOutputs() {
        if (outputs.isEmpty()) {
            return List.of();
        }
        List<Output> taken = List.copyOf(outputs);
        outputs.clear();
        return taken;
    }

    /** Answers a request with an error. */
    void refuse(Request request, TurnErrorCode code) {
        refuse(request, code, request.answer(request.error(code)));
    }

    /** Answers a request with the attributes that are not understood. */
    void refuse(Request request, List<Integer> unknown) {
        refuse(request, TurnErrorCode.UNKNOWN_ATTRIBUTE, request.unknownAttributes(unknown));
    }

    void refuse(Request request, TurnErrorCode code, Output.Respond answer) {
        counts.add(code);
        outputs.add(answer);
        outputs.add(new Output.Refused(request.client(), request.username(), code));
    }

    int count() {
        return byClient.size();
    }

    @Nullable
    Allocation find(int listener, long high, long low, int port) {
        return byClient.get(high, low, Client.key(listener, port));
    }

    @Nullable
    Allocation find(Client client) {
        return byClient.get(client.address().high(), client.address().low(), client.key());
    }

    /** The allocation of that number, if it may move. */
    @Nullable
    Allocation findMobile(long id) {
        return mobile.get(id);
    }

    /** Lets an allocation move from now on (RFC 8016). */
    void makeMobile(Allocation allocation) {
        allocation.moves = 0;
        mobile.put(allocation.id, allocation);
    }

    /** A new allocation in its client's place; it has no relayed address yet. */
    Allocation begin(long now, Request request, Quotas.Meter meter, boolean tcp, long lifetimeSeconds) {
        long id = made++ * settings.relay().shards() + settings.relay().shard();
        Allocation allocation = new Allocation(id, seed, request, meter, tcp);
        place(allocation);
        prolong(now, allocation, lifetimeSeconds);
        return allocation;
    }

    private void place(Allocation allocation) {
        Client client = allocation.client;
        byClient.put(client.address().high(), client.address().low(), client.key(), allocation);
    }

    private void displace(Allocation allocation) {
        Client client = allocation.client;
        byClient.remove(client.address().high(), client.address().low(), client.key());
    }

    /** Gives an allocation another client address (RFC 8016). */
    void move(Allocation allocation, Client client) {
        displace(allocation);
        out(new Output.Moved(allocation.id, allocation.client, client));
        allocation.client = client;
        allocation.moves++;
        allocation.meter.moved(client);
        place(allocation);
    }

    void prolong(long now, Allocation allocation, long lifetimeSeconds) {
        if (allocation.timer != null) {
            timers.cancel(allocation.timer);
        }
        allocation.expires = now + lifetimeSeconds * 1_000_000_000L;
        allocation.timer = timers.schedule(allocation.expires, new Due.AllocationEnds(allocation));
    }

    /** Gives a port to an allocation, and has it opened where ports are opened. */
    Relay addRelay(Allocation allocation, boolean ipv6, int port) {
        Relay relay = new Relay(allocation, ipv6, port);
        allocation.setRelay(ipv6, relay);
        ports.take(relay);
        if (settings.relay().open()) {
            out(new Output.OpenRelay(ipv6, port, allocation.tcp));
        } else {
            relay.ready = true;
        }
        return relay;
    }

    /** Takes a port from an allocation. */
    void removeRelay(Allocation allocation, boolean ipv6, boolean close) {
        Relay relay = allocation.relay(ipv6);
        if (relay == null) {
            return;
        }
        allocation.setRelay(ipv6, null);
        ports.free(ipv6, relay.port, relay);
        if (close && settings.relay().open()) {
            out(new Output.CloseRelay(ipv6, relay.port, allocation.tcp));
        }
    }

    /** Keeps a port for another allocation of the same user: as long as this one lasts, so that it is always somebody's. */
    void reserve(Allocation allocation, RelayPorts.Reservation reservation, long until) {
        ports.reserve(reservation);
        allocation.reservation = reservation;
        allocation.reservationTimer = timers.schedule(until, new Due.ReservationEnds(reservation));
    }

    /** Frees what is kept for another allocation, if that has not got it. */
    void freeReservation(Allocation allocation) {
        RelayPorts.Reservation reservation = allocation.reservation;
        if (reservation != null) {
            ports.free(reservation.ipv6(), reservation.port(), reservation);
            allocation.reservation = null;
        }
        if (allocation.reservationTimer != null) {
            timers.cancel(allocation.reservationTimer);
            allocation.reservationTimer = null;
        }
    }

    void end(long now, Allocation allocation, Output.EndReason reason) {
        if (allocation.gone) {
            return;
        }
        allocation.gone = true;
        displace(allocation);
        mobile.remove(allocation.id);
        if (allocation.timer != null) {
            timers.cancel(allocation.timer);
        }
        connections.closeAll(allocation);
        removeRelay(allocation, false, true);
        removeRelay(allocation, true, true);
        freeReservation(allocation);
        allocation.meter.end(now);
        if (allocation.live) {
            allocation.live = false;
            out(new Output.Ended(
                    allocation.id,
                    allocation.client,
                    allocation.username,
                    reason,
                    allocation.packetsFromClient,
                    allocation.bytesFromClient,
                    allocation.packetsToClient,
                    allocation.bytesToClient));
        }
    }

    List<Allocation> where(Predicate<Allocation> holds) {
        List<Allocation> found = new ArrayList<>();
        byClient.forEach(allocation -> {
            if (holds.test(allocation)) {
                found.add(allocation);
            }
        });
        return found;
    }
}
