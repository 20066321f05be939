package org.edgeways.settings.snapshot;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.edgeways.settings.form.KeyForm;
import org.edgeways.settings.form.RecordForm;
import org.edgeways.settings.form.ValueForm;
import org.edgeways.settings.kind.Kind;
import org.edgeways.settings.kind.Pool;

/**
 * What is different between two snapshots of one node, their numbers aside, or between two documents of one pool.
 *
 * @param keys the keys that differ, with those around them, such as {@code access.host}
 * @param restartNeeded those of them that a node or pool takes only when it is started again
 */
public record SnapshotChange(List<String> keys, List<String> restartNeeded) {

    /** The key that always differs. */
    private static final String REVISION = "revision";

    public SnapshotChange {
        keys = List.copyOf(keys);
        restartNeeded = List.copyOf(restartNeeded);
    }

    /** Compares. */
    public static SnapshotChange between(EdgeSnapshot before, EdgeSnapshot after) {
        return between(EdgeSnapshot.FORM, before, after);
    }

    /** Compares pools. */
    public static SnapshotChange ofPool(Pool before, Pool after) {
        return between(Kind.POOL.form(), before, after);
    }

    private static SnapshotChange between(RecordForm form, Record before, Record after) {
        List<String> keys = new ArrayList<>();
        List<String> restart = new ArrayList<>();
        compare(form, before, after, "", false, keys, restart);
        return new SnapshotChange(keys, restart);
    }

    private static void compare(
            RecordForm form,
            Record before,
            Record after,
            String path,
            boolean around,
            List<String> keys,
            List<String> restart) {
        for (KeyForm key : form.keys()) {
            String at = path + key.name();
            Optional<?> one = maybe(key.in(before));
            Optional<?> other = maybe(key.in(after));
            boolean needs = around || key.key().restart();
            if (one.equals(other) || at.equals(REVISION)) {
                continue;
            }
            if (one.isPresent() && other.isPresent() && key.value() instanceof ValueForm.Group group) {
                compare(group.record(), (Record) one.get(), (Record) other.get(), at + ".", needs, keys, restart);
                continue;
            }
            keys.add(at);
            if (needs || key.value() instanceof ValueForm.Group group && holdsRestart(group.record())) {
                restart.add(at);
            }
        }
    }

    private static Optional<?> maybe(Object value) {
        return value instanceof Optional<?> optional ? optional : Optional.of(value);
    }

    /** A group that comes or goes needs what any of its keys needs. */
    private static boolean holdsRestart(RecordForm form) {
        return form.keys().stream()
                .anyMatch(key -> key.key().restart()
                        || key.value() instanceof ValueForm.Group inner && holdsRestart(inner.record()));
    }
}
