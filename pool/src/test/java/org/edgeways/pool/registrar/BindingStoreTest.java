package org.edgeways.pool.registrar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.pool.engine.Binding;
import org.edgeways.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BindingStoreTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";

    @TempDir
    Path directory;

    private Store store;
    private BindingStore bindings;

    @BeforeEach
    void open() {
        store = Store.open(directory, List.of(BindingStore.SCHEMA), new InMemoryCounters());
        bindings = new BindingStore(store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aRestartKeepsARegistrationAsItWas() {
        Binding outside = new Binding(
                "0123456789abcdef",
                ALICE,
                "sip:q1b7pdn7@56nvbna0b8cf.invalid;transport=ws",
                ";+sip.ice;reg-id=1;+sip.instance=\"<urn:uuid:6f3d>\"",
                "<urn:uuid:6f3d>",
                1,
                700,
                List.of("<sip:one@edge1.perimeter.acorn.example;lr>", "<sip:two@edge2.perimeter.acorn.example;lr;ob>"),
                "edge1;boot=7;connection=42",
                "call-id@host",
                4_000_000_000L,
                "phone",
                "JsSIP 3.13.8",
                1_000,
                2_000_000_000_000_000_000L);
        Binding inside = binding("fedcba9876543210", ALICE, 5_000);
        assertThat(done(bindings.replace(ALICE, List.of(outside, inside)))).isEqualTo(2);
        close();
        open();
        assertThat(done(bindings.load(2_000))).containsExactlyInAnyOrder(outside, inside);
    }

    @Test
    void whatIsReplacedIsGoneAndOthersAreUntouched() {
        Binding alice = binding("a1", ALICE, 5_000);
        Binding bob = binding("b1", BOB, 5_000);
        done(bindings.replace(ALICE, List.of(alice, binding("a2", ALICE, 5_000))));
        done(bindings.replace(BOB, List.of(bob)));
        done(bindings.replace(ALICE, List.of(alice)));
        assertThat(done(bindings.load(0))).containsExactlyInAnyOrder(alice, bob);
        done(bindings.replace(ALICE, List.of()));
        assertThat(done(bindings.load(0))).containsExactly(bob);
    }

    @Test
    void aRegistrationThatHasEndedIsNotLoadedAndThenForgotten() {
        Binding lasting = binding("a1", ALICE, 101);
        done(bindings.replace(ALICE, List.of(lasting, binding("a2", ALICE, 100))));
        assertThat(done(bindings.load(100))).containsExactly(lasting);
        assertThat(done(bindings.removeExpired(100))).isEqualTo(1);
        assertThat(done(bindings.load(0))).containsExactly(lasting);
    }

    @Test
    void aBindingOfSomebodyElseIsAFault() {
        assertThatThrownBy(() -> bindings.replace(ALICE, List.of(binding("b1", BOB, 1))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Binding binding(String id, String person, long expiresAt) {
        return new Binding(
                id,
                person,
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
                expiresAt);
    }

    private static <T> T done(CompletableFuture<T> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }
}
