package org.edgeways.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.pool.engine.Binding;
import org.edgeways.pool.engine.DurableCommands;
import org.edgeways.pool.messages.MessageLimits;
import org.edgeways.pool.messages.MessageStore;
import org.edgeways.pool.presence.engine.PresenceStorage;
import org.edgeways.pool.presence.engine.PresenceWrite;
import org.edgeways.pool.presence.engine.Publication;
import org.edgeways.pool.presence.store.PresenceStore;
import org.edgeways.pool.registrar.BindingStore;
import org.edgeways.store.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCommandsTest {

    private static final String ALICE = "sip:alice@acorn.example";

    @TempDir
    Path directory;

    private Store open() {
        return Store.open(
                directory,
                List.of(BindingStore.SCHEMA, MessageStore.SCHEMA, PresenceStore.SCHEMA),
                new InMemoryCounters());
    }

    @Test
    void whoseConnectionIsClosedBecauseThePoolEndsIsNotTakenForGone() {
        AtomicBoolean closing = new AtomicBoolean();
        try (Store store = open()) {
            StoreCommands commands = new StoreCommands(
                    new BindingStore(store),
                    MessageStore.open(store, MessageLimits.DEFAULT, new InMemoryCounters()),
                    new PresenceStore(store),
                    work -> {},
                    () -> {
                        throw new AssertionError("no loop, no engine");
                    },
                    closing);
            commands.saveBindings(DurableCommands.NO_TICKET, ALICE, List.of(binding()));
            commands.write(
                    PresenceStorage.NO_TICKET,
                    new PresenceWrite.SavePublication(
                            new Publication("p", "t", ALICE, "desk", "b1", null, new byte[] {1}, 1, 1, 1_000)));
            closing.set(true);
            commands.saveBindings(DurableCommands.NO_TICKET, ALICE, List.of());
            commands.write(PresenceStorage.NO_TICKET, new PresenceWrite.ForgetPublication("p"));
        }
        try (Store store = open()) {
            assertThat(new BindingStore(store).load(0).join()).containsExactly(binding());
            assertThat(new PresenceStore(store).load(0).join().publications()).hasSize(1);
        }
    }

    private static Binding binding() {
        return new Binding(
                "0123456789abcdef",
                ALICE,
                "sip:x@192.0.2.1",
                "",
                null,
                0,
                1_000,
                List.of(),
                ".inside;boot=1;connection=1",
                "c",
                1,
                "desk",
                "",
                1,
                1_000);
    }
}
