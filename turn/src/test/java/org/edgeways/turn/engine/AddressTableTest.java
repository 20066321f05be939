package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AddressTableTest {

    @Test
    void itHoldsWhatAMapHolds() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            AddressTable<Integer> table = new AddressTable<>(random.nextLong());
            Map<List<Long>, Integer> map = new HashMap<>();
            int spread = 1 + random.nextInt(8);
            for (int i = 0; i < 2000; i++) {
                long high = random.nextInt(spread);
                long low = random.nextInt(spread);
                long extra = random.nextInt(spread);
                List<Long> key = List.of(high, low, extra);
                switch (random.nextInt(4)) {
                    case 0 -> {
                        table.remove(high, low, extra);
                        map.remove(key);
                    }
                    case 1 -> assertThat(table.get(high, low, extra)).isEqualTo(map.get(key));
                    default -> {
                        table.put(high, low, extra, i);
                        map.put(key, i);
                    }
                }
                assertThat(table.size()).isEqualTo(map.size());
            }
            map.forEach((key, value) ->
                    assertThat(table.get(key.get(0), key.get(1), key.get(2))).isEqualTo(value));
            Set<Integer> seen = new HashSet<>();
            table.forEach(seen::add);
            assertThat(seen).isEqualTo(new HashSet<>(map.values()));
            table.removeIf(value -> value % 2 == 0);
            map.values().removeIf(value -> value % 2 == 0);
            assertThat(table.size()).isEqualTo(map.size());
            map.forEach((key, value) ->
                    assertThat(table.get(key.get(0), key.get(1), key.get(2))).isEqualTo(value));
        }
    }
}
