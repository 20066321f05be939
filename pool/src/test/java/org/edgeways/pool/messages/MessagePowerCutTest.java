package org.edgeways.pool.messages;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.pool.engine.StoredMessage;
import org.edgeways.store.Store;
import org.edgeways.testkit.powercut.Recording;
import org.edgeways.testkit.powercut.Strace;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs the Debian package strace. Replay a failure with {@code -Dpowercut.seed=…}. */
@Tag("interop")
class MessagePowerCutTest {

    private static final Recording.Fate[] FATES = Recording.Fate.values();
    private static final int MESSAGES = 150;

    @TempDir
    Path directory;

    private final long seed = Long.getLong("powercut.seed", System.nanoTime());

    @Test
    void aMessageAcknowledgedWith202SurvivesAPowerCutAndADeliveredOneStaysDelivered() throws Exception {
        cutPower(60);
    }

    @Test
    @Tag("soak")
    @Tag("soak-power-cut")
    void thousandsOfPowerCutsTakeNoMessageThatWasAcknowledged() throws Exception {
        cutPower(3_000);
    }

    private void cutPower(int cuts) throws Exception {
        System.out.println("power cuts with seed " + seed);
        Path data = Files.createDirectory(directory.resolve("data"));
        Recording recording = Strace.record(
                directory.resolve("strace.log"),
                data,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MessageWriter.class.getName(),
                        data.toString(),
                        Integer.toString(MESSAGES)),
                Duration.ofMinutes(3));
        Random random = new Random(seed);
        List<Integer> afterWords = recording.momentsOfSpeech();
        List<Integer> aroundCalls = recording.momentsOfChange();
        for (int i = 0; i < Integer.getInteger("powercut.cuts", cuts); i++) {
            List<Integer> moments = i % 2 == 0 ? afterWords : aroundCalls;
            int moment = moments.get(random.nextInt(moments.size()));
            Path rebuilt = Files.createDirectory(directory.resolve("cut" + i));
            recording.rebuild(moment, FATES[i % FATES.length], random, rebuilt);
            assertThat(faults(rebuilt, recording.saidBefore(moment)))
                    .as("cut " + i + " at line " + moment + ", the rest " + FATES[i % FATES.length] + ", seed " + seed)
                    .isEmpty();
        }
    }

    /** Starts from what the cut has left as the pool does, and compares with what the senders were told. */
    private static List<String> faults(Path rebuilt, List<String> said) throws Exception {
        List<String> faults = new ArrayList<>();
        try (Store store = Store.open(rebuilt, List.of(MessageStore.SCHEMA), new InMemoryCounters())) {
            MessageStore messages = MessageStore.open(store, MessageLimits.DEFAULT, new InMemoryCounters());
            Set<Integer> found = new HashSet<>();
            for (int person = 0; person < 3; person++) {
                int last = -1;
                List<StoredMessage> waiting = messages.next(MessageWriter.recipient(person), 0, MESSAGES)
                        .get(1, TimeUnit.MINUTES);
                for (StoredMessage message : waiting) {
                    int number = Integer.parseInt(message.identity());
                    found.add(number);
                    if (!Arrays.equals(
                            message.request(), MessageWriter.message(number).request())) {
                        faults.add("another text: " + number);
                    }
                    if (number < last) {
                        faults.add("out of order: " + number + " after " + last);
                    }
                    last = number;
                }
                assertThat(messages.waitingFor(MessageWriter.recipient(person)).messages())
                        .isEqualTo(waiting.size());
            }
            for (String line : said) {
                int number = Integer.parseInt(line.substring(line.indexOf(' ') + 1));
                if (line.startsWith("202 ") && !MessageWriter.isDelivered(number) && !found.contains(number)) {
                    faults.add("acknowledged and lost: " + number);
                }
                if (line.startsWith("DELIVERED ") && found.contains(number)) {
                    faults.add("delivered and back again: " + number);
                }
            }
        }
        return faults;
    }
}
