package org.edgeways.pool.relay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.edgeways.tokens.RelayVerifier;
import org.junit.jupiter.api.Test;

class KeyRollTest {

    private static final long START = 1_795_000_000;
    private static final long HOUR = Duration.ofHours(1).toSeconds();
    private static final long LONGEST = Duration.ofDays(180).toSeconds();

    private final List<KeyTimes> keys = new ArrayList<>();
    private int made;

    private void roll(long now) {
        KeyRoll.Plan plan = KeyRoll.plan(keys, now);
        keys.removeAll(plan.drop());
        plan.make().ifPresent(from -> keys.add(new KeyTimes(++made, now * 1000, from, 0)));
    }

    private KeyTimes mint(long now, long life) {
        KeyTimes minting = KeyRoll.minting(keys, now);
        keys.remove(minting);
        KeyTimes after = minting.withCredentials(now + life);
        keys.add(after);
        return after;
    }

    @Test
    void theFirstKeyMintsAtOnce() {
        roll(START);
        assertThat(KeyRoll.minting(keys, START)).isEqualTo(new KeyTimes(1, START * 1000, START, 0));
        roll(START);
        assertThat(keys).hasSize(1);
    }

    @Test
    void overThreeYearsEveryKeyIsMadeAheadAndKeptUntilItsLastCredentialsAreOver() {
        Map<Integer, Long> madeAt = new HashMap<>();
        Map<Integer, Long> lastExpiry = new HashMap<>();
        for (long now = START; now < START + 3 * 365 * 24 * HOUR; now += HOUR) {
            roll(now);
            for (KeyTimes key : keys) {
                madeAt.putIfAbsent(key.id(), now);
            }
            KeyTimes minting = mint(now, LONGEST);
            lastExpiry.put(minting.id(), now + LONGEST);
            assertThat(minting.id() == 1 || now - madeAt.get(minting.id()) >= KeyRoll.AHEAD.toSeconds() - HOUR)
                    .as("key %s has been known for long enough", minting)
                    .isTrue();
            assertThat(keys.size()).isLessThan(RelayVerifier.MAX_KEYS);
            long at = now;
            lastExpiry.forEach((id, expiry) -> {
                if (expiry > at) {
                    assertThat(keys).as("key %d is honoured", id).anyMatch(key -> key.id() == id);
                }
            });
        }
        assertThat(made).isBetween(24, 26);
        assertThat(keys.size()).isGreaterThan(4);
    }

    @Test
    void aKeyWithoutCredentialsGoesWhenTheNextOneMints() {
        roll(START);
        long turn = START + KeyRoll.TURN.toSeconds();
        roll(turn - KeyRoll.AHEAD.toSeconds());
        assertThat(keys).hasSize(2);
        roll(turn - 1);
        assertThat(keys).hasSize(2);
        roll(turn);
        assertThat(keys).containsExactly(new KeyTimes(2, (turn - KeyRoll.AHEAD.toSeconds()) * 1000, turn, 0));
    }

    @Test
    void afterALongRestTheOldKeyGoesOnUntilRelaysHaveHeardOfTheNewOne() {
        roll(START);
        long late = START + Duration.ofDays(400).toSeconds();
        roll(late);
        assertThat(KeyRoll.minting(keys, late).id()).isEqualTo(1);
        roll(late + HOUR);
        assertThat(keys).hasSize(2);
        assertThat(KeyRoll.minting(keys, late + KeyRoll.AHEAD.toSeconds()).id()).isEqualTo(2);
    }

    @Test
    void aClockThatWasSetBackBeforeTheFirstKeyStillHasOne() {
        roll(START);
        long back = START - 10 * HOUR;
        roll(back);
        assertThat(keys).hasSize(1);
        assertThat(KeyRoll.minting(keys, back).id()).isEqualTo(1);
    }

    /** What a service does about a node that is put out. */
    private void putOut(long now) {
        KeyRoll.replacement(keys, now, now * 1000 - 1).ifPresent(replacement -> {
            for (KeyTimes old : replacement.retired()) {
                keys.removeIf(key -> key.id() == old.id());
                keys.add(old);
            }
            keys.add(new KeyTimes(++made, now * 1000, replacement.mintsFrom(), 0));
            assertThat(keys.size()).as("what relays take").isLessThanOrEqualTo(RelayVerifier.MAX_KEYS);
        });
        roll(now);
    }

    @Test
    void whatANodeKnewThatIsPutOutMakesNothingAnyMoreAlsoWhatWasMadeAhead() {
        roll(START);
        mint(START, HOUR);
        long soon = START + KeyRoll.TURN.toSeconds() - KeyRoll.AHEAD.toSeconds();
        roll(soon);
        assertThat(keys).as("one is made ahead").hasSize(2);
        mint(soon, 3 * HOUR);
        putOut(soon + HOUR);
        assertThat(KeyRoll.minting(keys, soon + HOUR).id()).isEqualTo(3);
        assertThat(keys)
                .extracting(KeyTimes::id)
                .as("what was made is good for its time")
                .containsExactlyInAnyOrder(1, 3);
        for (long now = soon + HOUR; now < soon + 40 * 24 * HOUR; now += HOUR) {
            roll(now);
            assertThat(KeyRoll.minting(keys, now).id()).isEqualTo(3);
        }
    }

    @Test
    void aKeyThatWasMadeAfterItWasPutOutIsNotReplaced() {
        roll(START);
        assertThat(KeyRoll.replacement(keys, START + HOUR, START * 1000 - 1)).isEmpty();
        assertThat(KeyRoll.replacement(keys, START + HOUR, START * 1000)).isPresent();
    }

    @Test
    void manyNodesThatArePutOutLeaveNoMoreKeysThanRelaysTakeAndThoseGoThatAreOverFirst() {
        roll(START);
        for (int i = 1; i <= 3 * KeyRoll.MOST; i++) {
            long now = START + i * HOUR;
            mint(now - 1, i % 2 == 0 ? LONGEST : 8 * HOUR);
            putOut(now);
            assertThat(KeyRoll.minting(keys, now).id()).isEqualTo(made);
            assertThat(keys.size()).isLessThanOrEqualTo(KeyRoll.MOST);
        }
        assertThat(keys).filteredOn(key -> key.goodUntil() > START + LONGEST).hasSize(KeyRoll.MOST - 1);
    }

    @Test
    void twoThatArePutOutInOneSecondEachHaveTheirOwnReplacement() {
        roll(START);
        mint(START, HOUR);
        putOut(START);
        mint(START, HOUR);
        keys.replaceAll(key -> new KeyTimes(key.id() + 100, key.madeAtMillis(), key.mintsFrom(), key.goodUntil()));
        KeyRoll.Replacement second =
                KeyRoll.replacement(keys, START, START * 1000).orElseThrow();
        for (KeyTimes old : second.retired()) {
            keys.removeIf(key -> key.id() == old.id());
            keys.add(old);
        }
        keys.add(new KeyTimes(1, START * 1000, START, 0)); // its id sorts before theirs
        assertThat(KeyRoll.minting(keys, START).id()).isEqualTo(1);
    }
}
