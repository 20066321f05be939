package org.edgeways.turn.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Which relayed port belongs to whom; the free ones of this shard are handed out from a random place on. */
final class RelayPorts {

    /** A port that is kept for the second allocation of a pair (RFC 8656 section 18.10). */
    record Reservation(long token, String username, boolean ipv6, int port) {}

    private final RelaySettings settings;
    private final RandomGenerator random;
    private final @Nullable Object[] ipv4;
    private final @Nullable Object[] ipv6;
    private final int own;
    private final Map<Long, Reservation> reservations = new HashMap<>();

    RelayPorts(RelaySettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
        int ports = settings.lastPort() - settings.firstPort() + 1;
        this.ipv4 = new @Nullable Object[settings.ipv4() == null ? 0 : ports];
        this.ipv6 = new @Nullable Object[settings.ipv6() == null ? 0 : ports];
        int pairs = ports / 2;
        this.own = (pairs - settings.shard() + settings.shards() - 1) / settings.shards() * 2;
    }

    /** The relay on a port of this shard; null if there is none. */
    @Nullable
    Relay get(boolean ipv6Family, int port) {
        @Nullable Object[] ports = ipv6Family ? ipv6 : ipv4;
        int at = port - settings.firstPort();
        return at >= 0 && at < ports.length && ports[at] instanceof Relay relay ? relay : null;
    }

    /**
     * A free port.
     *
     * @param even whether it has to be even
     * @param pair whether the next one has to be free too
     * @return -1 if there is none
     */
    int findFree(boolean ipv6Family, boolean even, boolean pair) {
        @Nullable Object[] ports = ipv6Family ? ipv6 : ipv4;
        if (own == 0 || ports.length == 0) {
            return -1;
        }
        int start = random.nextInt(own);
        for (int i = 0; i < own; i++) {
            int candidate = (start + i) % own;
            int at = (candidate / 2 * settings.shards() + settings.shard()) * 2 + candidate % 2;
            if (ports[at] == null && (!even || at % 2 == 0) && (!pair || ports[at + 1] == null)) {
                return settings.firstPort() + at;
            }
        }
        return -1;
    }

    void take(Relay relay) {
        set(relay.ipv6, relay.port, relay);
    }

    void reserve(Reservation reservation) {
        set(reservation.ipv6(), reservation.port(), reservation);
        reservations.put(reservation.token(), reservation);
    }

    /** The reservation of that token; null if there is none any more. */
    @Nullable
    Reservation reservation(long token) {
        return reservations.get(token);
    }

    /** Frees a port if it still belongs to {@code holder}. */
    void free(boolean ipv6Family, int port, Object holder) {
        if (holder instanceof Reservation reservation) {
            reservations.remove(reservation.token());
        }
        @Nullable Object[] ports = ipv6Family ? ipv6 : ipv4;
        int at = port - settings.firstPort();
        if (holder.equals(ports[at])) {
            ports[at] = null;
        }
    }

    private void set(boolean ipv6Family, int port, Object holder) {
        @Nullable Object[] ports = ipv6Family ? ipv6 : ipv4;
        ports[port - settings.firstPort()] = holder;
    }
}
