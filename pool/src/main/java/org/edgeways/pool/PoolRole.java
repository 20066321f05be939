package org.edgeways.pool;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.edgeways.pool.engine.PoolEngine;
import org.edgeways.pool.messages.MessageStore;
import org.edgeways.pool.presence.store.PresenceStore;
import org.edgeways.pool.registrar.BindingStore;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.SipEngine;
import org.edgeways.siptransport.SipConnection;
import org.edgeways.siptransport.SipRole;

/** The engine among connections; also has what is too old taken out of the store. */
final class PoolRole implements SipRole {

    private static final long HOUSEKEEPING = Duration.ofMinutes(5).toNanos();

    private final PoolEngine engine;
    private final MessageStore messages;
    private final BindingStore bindings;
    private final PresenceStore presence;
    private final StoreCommands.Loop loop;
    private long nextHousekeeping;

    PoolRole(
            PoolEngine engine,
            MessageStore messages,
            BindingStore bindings,
            PresenceStore presence,
            StoreCommands.Loop loop,
            long start) {
        this.engine = engine;
        this.messages = messages;
        this.bindings = bindings;
        this.presence = presence;
        this.loop = loop;
        this.nextHousekeeping = start;
    }

    @Override
    public SipEngine engine() {
        return engine;
    }

    @Override
    public void opened(SipConnection connection, long now) {
        if (connection.origin().replyTo() instanceof Destination.Service(String name)) {
            engine.serviceConnected(name, now);
        }
    }

    @Override
    public void timeout(long now) {
        if (now >= nextHousekeeping) {
            nextHousekeeping = now + HOUSEKEEPING;
            var _ = messages.expire(now - messages.age().toNanos()).thenAccept(removed -> {
                Set<String> recipients =
                        removed.stream().map(MessageStore.Removed::recipient).collect(Collectors.toSet());
                loop.execute(then -> engine.messagesExpired(recipients, then));
            });
            var _ = bindings.removeExpired(now);
            var _ = presence.removeExpired(now);
        }
    }

    @Override
    public long nextDeadline() {
        return nextHousekeeping;
    }
}
