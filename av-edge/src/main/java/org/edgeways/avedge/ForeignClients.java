package org.edgeways.avedge;

import java.util.HashMap;
import java.util.Map;
import org.edgeways.turn.engine.AddressTable;
import org.edgeways.turn.engine.Client;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * Clients over UDP whose datagrams the system gives to one shard while their allocation is another's: they have moved (RFC 8016),
 * or have come with the token of a reserved port. The former shard hands what they send over to the latter, which answers by itself but for
 * requests: their answers go by the former, so that it knows of an allocation before the client does. For the shard's thread.
 */
final class ForeignClients {

    /** A 5-tuple, without regard to a handle. */
    private record Place(int listener, TransportAddress address) {
        static Place of(Client client) {
            return new Place(client.listener(), client.address());
        }
    }

    private final AddressTable<Integer> elsewhere;
    private final Map<Place, Integer> origins = new HashMap<>();

    /** None. {@code seed} is random. */
    ForeignClients(long seed) {
        elsewhere = new AddressTable<>(seed);
    }

    private static long key(int listener, int port) {
        return (long) listener << 16 | port;
    }

    /** Whether no datagram that comes here is another shard's. */
    boolean isEmpty() {
        return elsewhere.size() == 0;
    }

    /** How many clients come here whose allocation is another shard's. */
    int size() {
        return elsewhere.size();
    }

    /** The shard that has the allocation of a client that comes here; -1 if none is known. */
    int shardOf(int listener, long high, long low, int port) {
        Integer shard = elsewhere.get(high, low, key(listener, port));
        return shard == null ? -1 : shard;
    }

    /** The allocation of a client that comes here is that shard's. */
    void isElsewhere(Client client, int shard) {
        TransportAddress address = client.address();
        elsewhere.put(address.high(), address.low(), key(client.listener(), address.port()), shard);
    }

    /** Another shard's allocation has ended or gone away from that client. */
    void isElsewhereNoMore(Client client) {
        TransportAddress address = client.address();
        elsewhere.remove(address.high(), address.low(), key(client.listener(), address.port()));
    }

    /** A client with an allocation here comes to that other shard. */
    void comesTo(Client client, int origin) {
        origins.put(Place.of(client), origin);
    }

    /** That client's allocation has ended or moved; the shard that it came to, if it was another one. */
    @Nullable
    Integer gone(Client client) {
        return origins.isEmpty() ? null : origins.remove(Place.of(client));
    }
}
