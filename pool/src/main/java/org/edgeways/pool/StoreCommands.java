package org.edgeways.pool;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.edgeways.pool.engine.Binding;
import org.edgeways.pool.engine.DurableCommands;
import org.edgeways.pool.engine.PoolEngine;
import org.edgeways.pool.engine.StoreOutcome;
import org.edgeways.pool.engine.StoredMessage;
import org.edgeways.pool.messages.Appended;
import org.edgeways.pool.messages.MessageStore;
import org.edgeways.pool.presence.engine.PresenceStorage;
import org.edgeways.pool.presence.engine.PresenceWrite;
import org.edgeways.pool.presence.store.PresenceStore;
import org.edgeways.pool.registrar.BindingStore;
import org.jspecify.annotations.Nullable;

/** Does what the engine asks of the store, and posts each completion to the engine's event loop. */
final class StoreCommands implements DurableCommands, PresenceStorage {

    /** Does work on the engine's event loop, with the time. */
    interface Loop {
        void execute(LongConsumer work);
    }

    private final BindingStore bindings;
    private final MessageStore messages;
    private final PresenceStore presence;
    private final Loop loop;
    private final Supplier<PoolEngine> engine;
    private final AtomicBoolean closing;

    /**
     * Commands on those stores.
     *
     * @param closing set when the pool begins to close its connections: people are not to be taken for gone then, so
     *     registrations and presence stay on disk as they are and are there after a restart, as after a crash
     */
    StoreCommands(
            BindingStore bindings,
            MessageStore messages,
            PresenceStore presence,
            Loop loop,
            Supplier<PoolEngine> engine,
            AtomicBoolean closing) {
        this.bindings = bindings;
        this.messages = messages;
        this.presence = presence;
        this.loop = loop;
        this.engine = engine;
        this.closing = closing;
    }

    @Override
    public void saveBindings(long ticket, String person, List<Binding> all) {
        if (closing.get()) {
            return;
        }
        then(bindings.replace(person, all), (count, failure) -> {
            String why = failure == null ? null : failure.toString();
            loop.execute(now -> engine.get().bindingsSaved(ticket, why, now));
        });
    }

    @Override
    public void storeMessage(long ticket, StoredMessage message) {
        then(messages.append(message), (appended, failure) -> {
            StoreOutcome outcome = failure == null && appended != null
                    ? outcome(appended)
                    : new StoreOutcome.Failed(String.valueOf(failure));
            loop.execute(now -> engine.get().messageStored(ticket, outcome, now));
        });
    }

    private static StoreOutcome outcome(Appended appended) {
        return switch (appended) {
            case Appended.Stored(long id) -> new StoreOutcome.Stored(id);
            case Appended.AlreadyStored(long id) -> new StoreOutcome.Stored(id);
            case Appended.Refused refused ->
                new StoreOutcome.Full(refused.code().code());
        };
    }

    @Override
    public void loadMessages(long ticket, String recipient, long afterId, int limit) {
        then(
                messages.next(recipient, afterId, limit),
                (loaded, failure) -> loop.execute(now -> engine.get().messagesLoaded(ticket, loaded, now)));
    }

    @Override
    public long messagesWaiting(String recipient) {
        return messages.waitingFor(recipient).messages();
    }

    @Override
    public void deleteMessage(long ticket, String recipient, long id) {
        then(
                messages.delete(id),
                (deleted, failure) -> loop.execute(now -> engine.get().messageDeleted(ticket, failure == null, now)));
    }

    @Override
    public void discardMessages(String recipient) {
        then(messages.discard(recipient), (removed, failure) -> {});
    }

    @Override
    public void write(long ticket, PresenceWrite write) {
        if (closing.get()) {
            return;
        }
        then(presence.write(write), (count, failure) -> {
            String why = failure == null ? null : failure.toString();
            if (why != null || ticket != PresenceStorage.NO_TICKET) {
                loop.execute(now -> engine.get().presenceWritten(ticket, why, now));
            }
        });
    }

    private static <T> void then(CompletableFuture<T> future, BiConsumer<@Nullable T, @Nullable Throwable> completion) {
        var _ = future.whenComplete(completion);
    }
}
