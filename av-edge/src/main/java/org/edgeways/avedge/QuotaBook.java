package org.edgeways.avedge;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.edgeways.base.SourceNetwork;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.engine.Client;
import org.edgeways.turn.engine.Quotas;
import org.jspecify.annotations.Nullable;

/**
 * What people, sources and all together have of the node. All shards share it: allocations come and go under a lock, packets
 * are metered without one.
 */
final class QuotaBook implements Quotas {

    /**
     * How many connections to peers (RFC 6062) a person may begin in a second, with bursts of as many: more than one allocation has at
     * once, and few for who looks for open ports. Those that fail count as well.
     */
    static final int CONNECTS_PER_SECOND = 20;

    /** What one person, one source, or all have at the moment. */
    private static final class Account {
        final Rate bytes = new Rate();
        final Rate packets = new Rate();
        final Rate connects = new Rate();
        int allocations;

        /** Whether a new one would be the same. */
        boolean isUnused(long now) {
            return allocations == 0 && packets.isFull(now) && bytes.isFull(now) && connects.isFull(now);
        }

        boolean has(AvEdgeSettings.Share share, int length, long now) {
            return packets.has(1, share.packetsPerSecond(), now) && bytes.has(length, share.bytesPerSecond(), now);
        }

        void take(AvEdgeSettings.Share share, int length, long now) {
            packets.takeAnyway(1, share.packetsPerSecond(), now);
            bytes.takeAnyway(length, share.bytesPerSecond(), now);
        }
    }

    private final class AllocationMeter implements Meter {
        private final Account account;
        private Account source; // changed by the thread that meters, under the lock
        private volatile AllocationUse.Owner owner; // changed as source; read by whoever asks what there is
        private final AtomicLong packets = new AtomicLong(); // written by one thread
        private final AtomicLong bytes = new AtomicLong();

        AllocationMeter(Account account, Account source, AllocationUse.Owner owner) {
            this.account = account;
            this.source = source;
            this.owner = owner;
        }

        /**
         * What one refuses takes nothing of the others. Threads that look at the same moment may take a packet each where there was
         * one; what is too much is missing from what comes back.
         */
        @Override
        public boolean mayRelay(int length, long now) {
            AvEdgeSettings.Quota quota = quotas;
            if (!account.has(quota.person(), length, now)
                    || !source.has(quota.source(), length, now)
                    || !all.has(quota.all(), length, now)) {
                return false;
            }
            account.take(quota.person(), length, now);
            source.take(quota.source(), length, now);
            all.take(quota.all(), length, now);
            packets.setRelease(packets.getPlain() + 1);
            bytes.setRelease(bytes.getPlain() + length);
            return true;
        }

        @Override
        public boolean mayConnect(long now) {
            return account.connects.take(1, CONNECTS_PER_SECOND, now);
        }

        @Override
        public void moved(Client to) {
            move(this, to);
        }

        @Override
        public void end(long now) {
            close(this, now);
        }

        AllocationUse use() {
            return new AllocationUse(owner, packets.get(), bytes.get());
        }
    }

    private final UnaryOperator<String> personOf;
    private final Account all = new Account();
    private final Map<String, Account> people = new HashMap<>(); // and for a second those who have nothing any more
    private final Map<SourceNetwork, Account> sources = new HashMap<>(); // as people
    private final Set<AllocationMeter> meters = new HashSet<>();
    private volatile AvEdgeSettings.Quota quotas;
    private long nextSweep;

    /** @param personOf whose a user name is */
    QuotaBook(AvEdgeSettings.Quota quotas, UnaryOperator<String> personOf) {
        this.quotas = quotas;
        this.personOf = personOf;
    }

    /** From now on these hold; what somebody has stays. */
    void use(AvEdgeSettings.Quota next) {
        quotas = next;
    }

    @Override
    public synchronized Answer open(String username, Client client, long now) {
        sweep(now);
        AvEdgeSettings.Quota quota = quotas;
        String person = personOf.apply(username);
        SourceNetwork network = network(client);
        if (isFull(people.get(person), quota.person())) {
            return new Full(TurnErrorCode.QUOTA_REACHED);
        }
        if (isFull(sources.get(network), quota.source())) {
            return new Full(TurnErrorCode.SOURCE_QUOTA_REACHED);
        }
        if (all.allocations >= quota.all().allocations()) {
            return new Full(TurnErrorCode.TOTAL_QUOTA_REACHED);
        }
        Account account = people.computeIfAbsent(person, first -> new Account());
        Account source = sources.computeIfAbsent(network, first -> new Account());
        account.allocations++;
        source.allocations++;
        all.allocations++;
        AllocationMeter meter =
                new AllocationMeter(account, source, new AllocationUse.Owner(person, username, client.address(), now));
        meters.add(meter);
        return meter;
    }

    private static SourceNetwork network(Client client) {
        return SourceNetwork.of(client.address().toSocketAddress().getAddress());
    }

    private static boolean isFull(@Nullable Account account, AvEdgeSettings.Share share) {
        return account != null && account.allocations >= share.allocations();
    }

    /** How many people it knows. */
    synchronized int people() {
        return people.size();
    }

    /** Those that have relayed the most bytes, the first one most. Sorted without the lock, for which threads that relay wait. */
    List<AllocationUse> busiest(int count) {
        return meters().stream()
                .map(AllocationMeter::use)
                .sorted(Comparator.comparingLong(AllocationUse::bytes).reversed())
                .limit(count)
                .toList();
    }

    private synchronized List<AllocationMeter> meters() {
        return List.copyOf(meters);
    }

    /** Whoever ends an allocation and makes another one goes on with what is left of the rate. */
    private void sweep(long now) {
        if (now >= nextSweep) {
            nextSweep = now + Rate.SECOND;
            people.values().removeIf(account -> account.isUnused(now));
            sources.values().removeIf(account -> account.isUnused(now));
        }
    }

    /** Also where the source has as many as it may: a call that goes on is not cut off. Only new ones are refused there. */
    private synchronized void move(AllocationMeter meter, Client to) {
        meter.source.allocations--;
        meter.source = sources.computeIfAbsent(network(to), first -> new Account());
        meter.source.allocations++;
        meter.owner = meter.owner.at(to.address());
    }

    private synchronized void close(AllocationMeter meter, long now) {
        meters.remove(meter);
        all.allocations--;
        meter.account.allocations--;
        meter.source.allocations--;
        sweep(now);
    }
}
