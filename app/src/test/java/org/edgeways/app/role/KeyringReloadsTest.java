package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.tokens.Keyring;
import org.edgeways.tokens.KeyringFile;
import org.edgeways.tokens.KeyringWatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyringReloadsTest {

    @TempDir
    private Path directory = Path.of(".");

    private final Random random = new Random(11);
    private final InMemoryCounters counters = new InMemoryCounters();
    private final List<Keyring> taken = new ArrayList<>();

    @Test
    void aRotatedRingIsTakenOnceAndABrokenOneKeepsTheRingInUseAndIsCountedOnce() throws IOException {
        Path path = directory.resolve("keyring");
        KeyringFile file = new KeyringFile(path);
        Keyring first = file.loadOrCreate(random).orThrow();
        KeyringReloads reloads = new KeyringReloads(new KeyringWatch(file, first), taken::add, counters);
        reloads.run();
        assertThat(taken).isEmpty();
        Keyring rotated = file.rotate(random).orThrow();
        reloads.run();
        reloads.run();
        assertThat(taken)
                .singleElement()
                .satisfies(ring -> assertThat(ring.newest().id())
                        .isEqualTo(rotated.newest().id()));
        assertThat(counters.value("edge_keyring_reloads")).isEqualTo(1);
        String whole = Files.readString(path);
        Files.writeString(path, "half a ri");
        reloads.run();
        reloads.run();
        assertThat(taken).hasSize(1);
        assertThat(counters.value("edge_keyring_reloads_failed")).isEqualTo(1);
        Files.writeString(path, whole);
        reloads.run();
        assertThat(taken).hasSize(1);
    }
}
