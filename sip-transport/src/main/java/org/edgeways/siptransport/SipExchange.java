package org.edgeways.siptransport;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/** One request that a {@link SipUserAgent} sent, and the responses to it so far. Any thread. */
public final class SipExchange {

    private final SipMessage request;
    private final Duration timeout;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<SipMessage> responses = new ArrayList<>();
    private @Nullable TransportErrorCode closed;

    SipExchange(SipMessage request, Duration timeout) {
        this.request = request;
        this.timeout = timeout;
    }

    /** The request as it was sent. */
    public SipMessage request() {
        return request;
    }

    /** All responses so far, in the order in which they came. */
    public List<SipMessage> responses() {
        lock.lock();
        try {
            return List.copyOf(responses);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The first final response.
     *
     * @throws IOException if none came in time, or the connection was closed
     */
    public SipMessage awaitFinal() throws IOException {
        return await(200, 699, timeout);
    }

    /** As {@link #awaitFinal()}, with a time limit of its own. */
    public SipMessage awaitFinal(Duration limit) throws IOException {
        return await(200, 699, limit);
    }

    /**
     * The first response with that status.
     *
     * @throws IOException if none came in time, or the connection was closed
     */
    public SipMessage awaitStatus(int status) throws IOException {
        return await(status, status, timeout);
    }

    /** The first response of any kind (a CANCEL may go only after one, RFC 3261 section 9.1). */
    SipMessage awaitFirst() throws IOException {
        return await(100, 699, timeout);
    }

    /** The first response of any kind above 100, or the first final one. */
    SipMessage awaitAny() throws IOException {
        return await(101, 699, timeout);
    }

    private SipMessage await(int least, int most, Duration limit) throws IOException {
        lock.lock();
        try {
            long left = limit.toNanos();
            while (true) {
                for (SipMessage response : responses) {
                    if (response.status() >= least && response.status() <= most) {
                        return response;
                    }
                }
                if (closed != null) {
                    throw new IOException(
                            "connection closed (" + closed.code() + ") before a response to " + request.method());
                }
                if (left <= 0) {
                    throw new SipTimeoutException("no response " + least + (least == most ? "" : " to " + most) + " to "
                            + request.method() + " within " + limit + ", only " + responses);
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

    void add(SipMessage response) {
        lock.lock();
        try {
            responses.add(response);
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
}
