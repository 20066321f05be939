package org.edgeways.base;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines of one engine, in virtual time: no clock, no thread. The engine schedules payloads, its driver asks for
 * {@link #nextDeadline()} and calls the engine when it has come, and the engine polls what is due. Equal deadlines come
 * out in the order in which they were scheduled. Not safe for use by several threads: it belongs to its engine.
 *
 * <p>Times are nanoseconds since 1970-01-01T00:00Z on a clock that never goes back within one process.
 *
 * @param <T> what is due
 */
public final class TimerQueue<T> {

    /** What {@link #nextDeadline()} says when nothing is scheduled. */
    public static final long NEVER = Long.MAX_VALUE;

    /** One scheduled deadline, to cancel it by. */
    public static final class Timer<T> {
        private final long deadline;
        private final long order;
        private final T payload;
        private int index;

        private Timer(long deadline, long order, T payload) {
            this.deadline = deadline;
            this.order = order;
            this.payload = payload;
        }

        /** When it is due, in nanoseconds since 1970. */
        public long deadline() {
            return deadline;
        }
    }

    private @Nullable Timer<T>[] heap = newHeap(16);
    private int size;
    private long scheduled;

    /** Schedules {@code payload} for {@code deadline}, which may lie in the past. */
    public Timer<T> schedule(long deadline, T payload) {
        Timer<T> timer = new Timer<>(deadline, scheduled++, payload);
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        timer.index = size;
        heap[size++] = timer;
        up(timer);
        return timer;
    }

    /** Takes a timer back. Does nothing if it has already come out or was taken back before. */
    public void cancel(Timer<T> timer) {
        int hole = timer.index;
        if (hole < 0) {
            return;
        }
        remove(hole);
    }

    /** The earliest deadline, or {@link #NEVER}. */
    public long nextDeadline() {
        return size == 0 ? NEVER : at(0).deadline;
    }

    /** The next payload that is due at {@code now}, taken out; null if none is. */
    public @Nullable T poll(long now) {
        if (size == 0 || at(0).deadline > now) {
            return null;
        }
        Timer<T> first = at(0);
        remove(0);
        return first.payload;
    }

    /** How many deadlines are scheduled. */
    public int size() {
        return size;
    }

    private void remove(int hole) {
        Timer<T> removed = at(hole);
        removed.index = -1;
        size--;
        if (hole == size) {
            heap[size] = null;
            return;
        }
        Timer<T> last = at(size);
        heap[size] = null;
        heap[hole] = last;
        last.index = hole;
        up(last);
        down(last);
    }

    private void up(Timer<T> timer) {
        while (timer.index > 0) {
            Timer<T> parent = at((timer.index - 1) / 2);
            if (!before(timer, parent)) {
                return;
            }
            swap(timer, parent);
        }
    }

    private void down(Timer<T> timer) {
        while (true) {
            int child = timer.index * 2 + 1;
            if (child >= size) {
                return;
            }
            if (child + 1 < size && before(at(child + 1), at(child))) {
                child++;
            }
            Timer<T> least = at(child);
            if (!before(least, timer)) {
                return;
            }
            swap(least, timer);
        }
    }

    private void swap(Timer<T> a, Timer<T> b) {
        int i = a.index;
        a.index = b.index;
        b.index = i;
        heap[a.index] = a;
        heap[b.index] = b;
    }

    private Timer<T> at(int i) {
        Timer<T> timer = heap[i];
        if (timer == null) {
            throw new IllegalStateException("hole in the heap at " + i);
        }
        return timer;
    }

    private static <T> boolean before(Timer<T> a, Timer<T> b) {
        return a.deadline != b.deadline ? a.deadline < b.deadline : a.order < b.order;
    }

    @SuppressWarnings("unchecked") // an array of a generic type cannot be made otherwise
    private static <T> @Nullable Timer<T>[] newHeap(int length) {
        return (@Nullable Timer<T>[]) new Timer<?>[length];
    }
}
