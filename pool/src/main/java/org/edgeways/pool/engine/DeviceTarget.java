package org.edgeways.pool.engine;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a branch is labelled with: the device it goes to.
 *
 * @param binding the flow of the device that is tried
 * @param others further flows of the same device (RFC 5626 section 7.1), to be tried if this one is dead, best first
 */
record DeviceTarget(Binding binding, List<Binding> others) {

    DeviceTarget {
        others = List.copyOf(others);
    }

    /** The next flow of the same device that {@code signedIn} accepts, or null. */
    @Nullable
    DeviceTarget next(Predicate<Binding> signedIn) {
        for (int i = 0; i < others.size(); i++) {
            if (signedIn.test(others.get(i))) {
                return new DeviceTarget(others.get(i), others.subList(i + 1, others.size()));
            }
        }
        return null;
    }
}
