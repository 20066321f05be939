package org.edgeways.siptransport;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/** Requests that came to a user agent and that nobody has taken yet. Any thread. */
final class SipInbox {

    /** How many are kept; the oldest are dropped past it. */
    static final int CAPACITY = 100_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<SipMessage> requests = new ArrayDeque<>();
    private @Nullable TransportErrorCode closed;

    void add(SipMessage request) {
        lock.lock();
        try {
            if (requests.size() == CAPACITY) {
                requests.removeFirst();
            }
            requests.add(request);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void close(TransportErrorCode reason) {
        lock.lock();
        try {
            closed = reason;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The first that is wanted, taken out; null if none came in time. */
    @Nullable
    SipMessage take(Predicate<SipMessage> wanted, Duration limit) throws IOException {
        lock.lock();
        try {
            long left = limit.toNanos();
            while (true) {
                for (Iterator<SipMessage> all = requests.iterator(); all.hasNext(); ) {
                    SipMessage request = all.next();
                    if (wanted.test(request)) {
                        all.remove();
                        return request;
                    }
                }
                if (left <= 0 || closed != null) {
                    return null;
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    /** Why the connection was closed; null if it was not within the time. */
    @Nullable
    TransportErrorCode awaitClosed(Duration limit) throws IOException {
        lock.lock();
        try {
            long left = limit.toNanos();
            while (closed == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            return closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            lock.unlock();
        }
    }
}
