package org.edgeways.pool.engine;

import java.util.HashMap;
import java.util.Map;
import org.edgeways.base.TimerQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes the bindings of people to the store. Each write is of all that a person has, and the writes of one person are
 * done in order; so a failed one is made good by the next that succeeds, and one is made every {@link #RETRY_NANOS} until
 * then.
 */
final class BindingSaves {

    static final long RETRY_NANOS = 5_000_000_000L;

    private final Registrar registrar;
    private final DurableCommands store;
    private final Tickets tickets;
    private final Map<Long, String> underway = new HashMap<>();
    private final Map<String, TimerQueue.Timer<String>> failed = new HashMap<>();
    private final TimerQueue<String> retries = new TimerQueue<>();

    BindingSaves(Registrar registrar, DurableCommands store, Tickets tickets) {
        this.registrar = registrar;
        this.store = store;
        this.tickets = tickets;
    }

    /**
     * Writes what the person has now.
     *
     * @return the ticket of its completion
     */
    long save(String person) {
        long ticket = tickets.next();
        underway.put(ticket, person);
        store.saveBindings(ticket, person, registrar.bindings(person, Long.MIN_VALUE));
        return ticket;
    }

    /** Completion of {@link DurableCommands#saveBindings}. */
    void saved(long ticket, @Nullable String failure, long now) {
        String person = underway.remove(ticket);
        if (person == null) {
            return;
        }
        TimerQueue.Timer<String> retry = failed.remove(person);
        if (retry != null) {
            retries.cancel(retry);
        }
        if (failure != null) {
            failed.put(person, retries.schedule(now + RETRY_NANOS, person));
        }
    }

    /** Tries again what is due. */
    void timeout(long now) {
        for (String due = retries.poll(now); due != null; due = retries.poll(now)) {
            failed.remove(due);
            save(due);
        }
    }

    /** When {@link #timeout} has something to do. */
    long nextDeadline() {
        return retries.nextDeadline();
    }
}
