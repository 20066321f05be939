package org.edgeways.testkit.powercut;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * What a program did to the files of one directory, and what a power cut at any moment may have left of it.
 *
 * <p>The model is the one that SQLite's authors give for disks that do not lie: what a completed fsync or fdatasync
 * covers is there; of each later write the disk may have none, all, or some sectors (512 bytes), in any combination; a
 * file's name comes and goes for certain once the directory was synchronised; until then the disk has seen some of the
 * changes of names, from the first on.
 */
public final class Recording {

    /** What becomes of that which was not synchronised. */
    public enum Fate {
        /** Nothing of it reached the disk. */
        LOST,
        /** All of it did, as when the process alone dies. */
        KEPT,
        /** Each write for itself: lost, whole, or torn. */
        TORN
    }

    private static final int SECTOR = 512;

    /** A call and the file it was on: a name that goes away and comes back is another file. */
    private record Step(Call call, String file) {}

    private final Path directory;
    private final List<Call> calls;
    private final List<Step> steps = new ArrayList<>();

    Recording(Path directory, List<Call> calls) {
        this.directory = directory.toAbsolutePath();
        this.calls = List.copyOf(calls);
        Map<String, Integer> removals = new HashMap<>();
        Set<String> files = new HashSet<>();
        for (Call call : calls) {
            String path = path(call);
            String file = path + "#" + removals.getOrDefault(path, 0);
            // opening a file that is there changes nothing
            if (!(call instanceof Call.Created) || files.add(file)) {
                steps.add(new Step(call, file));
            }
            if (call instanceof Call.Removed) {
                removals.merge(path, 1, Integer::sum);
            }
        }
    }

    /** The moment after everything. */
    public int end() {
        return calls.stream()
                        .mapToInt(call -> call.ended() == Integer.MAX_VALUE ? call.started() : call.ended())
                        .max()
                        .orElse(0)
                + 1;
    }

    /** The moments right after the program began to say something: when others may already rely on it. */
    public List<Integer> momentsOfSpeech() {
        return calls.stream()
                .filter(call -> call instanceof Call.Printed)
                .map(call -> call.started() + 1)
                .toList();
    }

    /** The moments right before and after each call that changes or synchronises a file. */
    public List<Integer> momentsOfChange() {
        List<Integer> moments = new ArrayList<>();
        for (Call call : calls) {
            if (!(call instanceof Call.Printed)) {
                moments.add(call.started());
                moments.add(call.started() + 1);
                if (call.ended() != Integer.MAX_VALUE) {
                    moments.add(call.ended() + 1);
                }
            }
        }
        return moments;
    }

    /** How often something was forced to the disk. */
    public long synchronizations() {
        return calls.stream().filter(call -> call instanceof Call.Synchronized).count();
    }

    /** The whole lines that the program had said, or begun to say, before the cut. */
    public List<String> saidBefore(int cut) {
        StringBuilder text = new StringBuilder();
        for (Call call : calls) {
            if (call instanceof Call.Printed printed && printed.started() < cut) {
                text.append(printed.text());
            }
        }
        return text.substring(0, text.lastIndexOf("\n") + 1).lines().toList();
    }

    /**
     * Makes the files anew in {@code into} as the cut may have left them.
     *
     * @param cut the moment, from 0 to {@link #end()}
     */
    public void rebuild(int cut, Fate fate, RandomGenerator random, Path into) throws IOException {
        for (Map.Entry<String, String> name : names(cut, fate, random).entrySet()) {
            Path file = into.resolve(directory.relativize(Path.of(name.getKey())));
            Files.write(file, content(name.getValue(), cut, fate, random));
        }
    }

    /** Which names exist after the cut, and which file each stands for. */
    private Map<String, String> names(int cut, Fate fate, RandomGenerator random) {
        int settled = lastSynchronization(directory + "#0", cut);
        List<Step> changes = steps.stream()
                .filter(step -> step.call().started() < cut)
                .filter(step -> step.call() instanceof Call.Created || step.call() instanceof Call.Removed)
                .toList();
        long certain =
                changes.stream().filter(step -> step.call().ended() < settled).count();
        long seen = switch (fate) {
            case LOST -> certain;
            case KEPT -> changes.size();
            case TORN -> certain + random.nextLong(changes.size() - certain + 1);
        };
        Map<String, String> named = new LinkedHashMap<>();
        for (Step change : changes.subList(0, (int) seen)) {
            if (change.call() instanceof Call.Created) {
                named.put(path(change.call()), change.file());
            } else {
                named.remove(path(change.call()));
            }
        }
        return named;
    }

    private byte[] content(String file, int cut, Fate fate, RandomGenerator random) {
        int settled = lastSynchronization(file, cut);
        byte[] content = new byte[0];
        for (Step step : steps) {
            if (step.call().started() >= cut) {
                break;
            }
            if (!step.file().equals(file)) {
                continue;
            }
            boolean certain = step.call().ended() < settled;
            if (step.call() instanceof Call.Written written) {
                if (certain || fate == Fate.KEPT) {
                    content = write(content, written.offset(), written.bytes());
                } else if (fate == Fate.TORN) {
                    content = tear(content, written, random);
                }
            } else if (step.call() instanceof Call.Resized resized && (certain || happens(fate, random))) {
                content = Arrays.copyOf(content, Math.toIntExact(resized.length()));
            }
        }
        return content;
    }

    /** When the last synchronisation began that was over before the cut: what ended before it is on the disk. */
    private int lastSynchronization(String file, int cut) {
        int last = -1;
        for (Step step : steps) {
            if (step.call() instanceof Call.Synchronized
                    && step.call().ended() < cut
                    && step.file().equals(file)) {
                last = Math.max(last, step.call().started());
            }
        }
        return last;
    }

    private static String path(Call call) {
        return switch (call) {
            case Call.Created created -> created.path();
            case Call.Written written -> written.path();
            case Call.Resized resized -> resized.path();
            case Call.Synchronized synchronization -> synchronization.path();
            case Call.Removed removed -> removed.path();
            case Call.Printed printed -> "";
        };
    }

    private static boolean happens(Fate fate, RandomGenerator random) {
        return switch (fate) {
            case LOST -> false;
            case KEPT -> true;
            case TORN -> random.nextBoolean();
        };
    }

    /** None of it, all of it, its beginning, some of its sectors, or only the file's new length. */
    private static byte[] tear(byte[] content, Call.Written written, RandomGenerator random) {
        byte[] bytes = written.bytes();
        long offset = written.offset();
        return switch (random.nextInt(6)) {
            case 0, 1 -> content;
            case 2 -> write(content, offset, bytes);
            case 3 -> write(content, offset, Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
            case 4 -> {
                byte[] torn = content;
                for (int from = 0; from < bytes.length; ) {
                    int sectorEnd = (int) Math.min(bytes.length, from + SECTOR - (offset + from) % SECTOR);
                    if (random.nextBoolean()) {
                        torn = write(torn, offset + from, Arrays.copyOfRange(bytes, from, sectorEnd));
                    }
                    from = sectorEnd;
                }
                yield torn;
            }
            default -> write(content, offset + bytes.length, new byte[0]);
        };
    }

    private static byte[] write(byte[] content, long offset, byte[] bytes) {
        int end = Math.toIntExact(offset + bytes.length);
        byte[] longer = content.length >= end ? content : Arrays.copyOf(content, end);
        System.arraycopy(bytes, 0, longer, (int) offset, bytes.length);
        return longer;
    }
}
