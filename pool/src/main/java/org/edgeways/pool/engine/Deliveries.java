package org.edgeways.pool.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.edgeways.base.Counters;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipParser;
import org.edgeways.sip.proxy.LocalRequestListener;
import org.jspecify.annotations.Nullable;

/**
 * Brings stored messages to their recipients: per person one at a time, in the order in which they came, to all devices,
 * and forgets each only after a device's 2xx. A message that a device refuses is passed over until a new device signs
 * in, so that it does not block the others.
 *
 * <pre>
 * state     event                              next      what is done
 * IDLE      wake, devices there                LOADING   ask the store for the next ones
 * LOADING   loaded, some                       SENDING   send the first to all devices
 * LOADING   loaded, none                       IDLE
 * SENDING   2xx                                DELETING  forget it durably
 * SENDING   refused by all that answered       SENDING   pass over it, or LOADING if no more are at hand
 * SENDING   none answered in time              WAITING   retry timer, doubling; LOADING if woken meanwhile
 * DELETING  deleted                            SENDING   the next one, or LOADING if no more are at hand
 * WAITING   wake, retry timer                  LOADING
 * any       2xx to an earlier attempt          same      forget that message too
 * </pre>
 */
final class Deliveries {

    /** What was let in may have grown by the headers added. */
    private static final SipLimits STORED = SipLimits.BETWEEN_PARTS;

    private enum State {
        IDLE,
        LOADING,
        SENDING,
        DELETING,
        WAITING
    }

    private static final class Queue {
        private final String recipient;
        private State state = State.IDLE;
        private int storing;
        private int arriving;
        private boolean woken;
        private boolean removed;
        private int failures;
        private long ticket;
        private final Deque<StoredMessage> loaded = new ArrayDeque<>();
        private final Set<Long> passedOver = new HashSet<>();
        private @Nullable Attempt attempt;
        private TimerQueue.@Nullable Timer<Queue> timer;

        private Queue(String recipient) {
            this.recipient = recipient;
        }
    }

    private record LateDeletion(String recipient, long id) {}

    /** Sends requests of the pool's own. */
    interface Sending {
        void send(DeviceTarget device, SipMessage request, LocalRequestListener listener, long now);
    }

    private MessageSettings settings;
    private final Devices devices;
    private final DurableCommands store;
    private final Sending sending;
    private final BindingDrops drops;
    private final PoolEvents events;
    private final Counters counters;
    private final Tickets tickets;
    private final Map<String, Queue> queues = new HashMap<>();
    private final Map<Long, Queue> waitingForStore = new HashMap<>();
    private final Map<Long, LateDeletion> lateDeletions = new HashMap<>();
    private final TimerQueue<Queue> timers = new TimerQueue<>();

    Deliveries(
            MessageSettings settings,
            Devices devices,
            DurableCommands store,
            Sending sending,
            BindingDrops drops,
            PoolEvents events,
            Counters counters,
            Tickets tickets) {
        this.settings = settings;
        this.devices = devices;
        this.store = store;
        this.sending = sending;
        this.drops = drops;
        this.events = events;
        this.counters = counters;
        this.tickets = tickets;
    }

    /** Waits by these times from now on; what waits already waits as it was begun. */
    void use(MessageSettings next) {
        settings = next;
    }

    /** Whether a new message for that person has to line up behind others. */
    boolean mustLineUp(String recipient) {
        Queue queue = queues.get(recipient);
        return queue != null && (queue.storing > 0 || queue.arriving > 0 || queue.state != State.IDLE);
    }

    /** A message is being stored; {@link #stored} or {@link #notStored} follows. */
    void storing(String recipient) {
        queue(recipient).storing++;
    }

    /**
     * A message is durable.
     *
     * @param later true if its devices are known not to answer now: the retry timer brings it
     */
    void stored(String recipient, boolean later, long now) {
        Queue queue = queue(recipient);
        queue.storing--;
        if (later && queue.state == State.IDLE) {
            waitForRetry(queue, now);
        } else if (queue.state == State.IDLE) {
            wake(recipient, now);
        } else if (queue.state != State.WAITING) {
            queue.woken = true;
        }
        forgetIfIdle(queue);
    }

    /**
     * A device of that person is signing in; {@link #arrived} follows. What comes meanwhile lines up behind what may
     * wait, which has to reach the device first.
     */
    void arriving(String recipient) {
        queue(recipient).arriving++;
    }

    /** The sign-in is over: {@code newDevice} if it succeeded. */
    void arrived(String recipient, boolean newDevice, long now) {
        Queue queue = queue(recipient);
        queue.arriving--;
        if (newDevice) {
            newDevice(recipient, now);
        } else {
            wake(recipient, now);
        }
    }

    /** A message could not be stored. */
    void notStored(String recipient) {
        Queue queue = queue(recipient);
        queue.storing--;
        forgetIfIdle(queue);
    }

    /** A device of that person may have become reachable. */
    void wake(String recipient, long now) {
        Queue queue = queue(recipient);
        switch (queue.state) {
            case IDLE -> load(queue, 0, now);
            case WAITING -> {
                queue.failures = 0;
                load(queue, 0, now);
            }
            case LOADING, SENDING, DELETING -> queue.woken = true;
        }
        forgetIfIdle(queue);
    }

    /** A device of that person has signed in anew: it may take what others refused. */
    void newDevice(String recipient, long now) {
        Queue queue = queues.get(recipient);
        if (queue != null) {
            queue.passedOver.clear();
        }
        wake(recipient, now);
    }

    /** A device has answered a stored message after all, to an attempt that was given up. */
    void answeredLate(String recipient, long id, long now) {
        Queue queue = queue(recipient);
        if (queue.attempt != null && queue.attempt.message.id() == id && queue.state == State.SENDING) {
            delivered(queue, queue.attempt);
            return;
        }
        queue.loaded.removeIf(m -> m.id() == id);
        queue.passedOver.add(id);
        counters.counter("pool_messages_answered_late").increment();
        long ticket = tickets.next();
        lateDeletions.put(ticket, new LateDeletion(recipient, id));
        store.deleteMessage(ticket, recipient, id);
    }

    /** A person was removed for good: what is at hand of their messages goes to nobody of the same name. */
    void removed(String recipient) {
        Queue queue = queues.get(recipient);
        if (queue != null) {
            queue.loaded.clear();
            queue.removed = queue.state == State.LOADING;
        }
    }

    private void load(Queue queue, long afterId, long now) {
        cancelTimer(queue);
        queue.removed = false;
        queue.loaded.clear();
        queue.attempt = null;
        if (devices.of(queue.recipient, now).isEmpty()) {
            become(queue, State.IDLE);
            return;
        }
        become(queue, State.LOADING);
        queue.woken = false;
        queue.ticket = tickets.next();
        waitingForStore.put(queue.ticket, queue);
        store.loadMessages(queue.ticket, queue.recipient, afterId, settings.batch());
    }

    /** Completion of {@link DurableCommands#loadMessages}; null if it failed. */
    void messagesLoaded(long ticket, @Nullable List<StoredMessage> messages, long now) {
        Queue queue = waitingForStore.remove(ticket);
        if (queue == null || queue.state != State.LOADING || queue.ticket != ticket) {
            return;
        }
        if (messages == null) {
            waitForRetry(queue, now);
            return;
        }
        if (queue.removed) {
            // read before the messages were discarded
            load(queue, 0, now);
            forgetIfIdle(queue);
            return;
        }
        messages.stream().filter(m -> !queue.passedOver.contains(m.id())).forEach(queue.loaded::add);
        if (!queue.loaded.isEmpty()) {
            next(queue, now);
        } else if (messages.size() == settings.batch()) {
            load(queue, messages.getLast().id(), now);
        } else if (queue.woken) {
            load(queue, 0, now);
        } else {
            become(queue, State.IDLE);
            forgetIfIdle(queue);
        }
    }

    private void next(Queue queue, long now) {
        StoredMessage message = queue.loaded.poll();
        if (message == null) {
            load(queue, 0, now);
            forgetIfIdle(queue);
            return;
        }
        SipMessage request = parse(message);
        if (request == null) {
            events.storeFailed("stored message " + message.id(), "it is no SIP message");
            queue.passedOver.add(message.id());
            next(queue, now);
            return;
        }
        List<DeviceTarget> targets = devices.of(queue.recipient, now);
        become(queue, State.SENDING);
        Attempt attempt = new Attempt(queue, message, request);
        queue.attempt = attempt;
        startTimer(queue, now + settings.answerTime().toNanos());
        attempt.outstanding = targets.size() + 1;
        targets.forEach(device -> attempt.send(device, now));
        attempt.branchEnded(now);
    }

    private static @Nullable SipMessage parse(StoredMessage message) {
        return SipParser.parse(message.request(), STORED) instanceof ParseOutcome.Good(SipMessage parsed)
                ? parsed
                : null;
    }

    /** One message on its way to the devices of its recipient. */
    private final class Attempt {
        private final Queue queue;
        private final StoredMessage message;
        private final SipMessage request;
        private int outstanding;
        private boolean delivered;
        private boolean refused;

        private Attempt(Queue queue, StoredMessage message, SipMessage request) {
            this.queue = queue;
            this.message = message;
            this.request = request;
        }

        private void send(DeviceTarget device, long now) {
            sending.send(
                    device,
                    request,
                    new LocalRequestListener() {
                        @Override
                        public void response(SipMessage response, long then) {
                            if (response.status() >= 200) {
                                branchFinal(device, response.status(), then);
                            }
                        }

                        @Override
                        public void failed(int status, long then) {
                            branchFinal(device, status, then);
                        }
                    },
                    now);
        }

        private void branchFinal(DeviceTarget device, int status, long now) {
            if (status < 300) {
                accepted(now);
            } else if (!MessageAnswers.unreachable(status)) {
                refused = true;
            } else {
                if (status == MessageAnswers.FLOW_FAILED) {
                    drops.drop(device.binding(), "its connection is gone");
                }
                DeviceTarget other = devices.next(device, now);
                if (other != null && !delivered) {
                    send(other, now);
                    return;
                }
            }
            branchEnded(now);
        }

        private void accepted(long now) {
            if (delivered) {
                return;
            }
            delivered = true;
            if (queue.attempt == this && queue.state == State.SENDING) {
                Deliveries.this.delivered(queue, this);
            } else {
                answeredLate(queue.recipient, message.id(), now);
            }
        }

        private void branchEnded(long now) {
            outstanding--;
            if (outstanding == 0 && !delivered && queue.attempt == this && queue.state == State.SENDING) {
                gaveUp(queue, this, now);
            }
        }
    }

    private void delivered(Queue queue, Attempt attempt) {
        attempt.delivered = true;
        queue.failures = 0;
        cancelTimer(queue);
        become(queue, State.DELETING);
        // were the store to fail, it is at least not sent again by this process
        queue.passedOver.add(attempt.message.id());
        queue.ticket = tickets.next();
        waitingForStore.put(queue.ticket, queue);
        counters.counter("pool_messages_delivered_later").increment();
        events.messageDelivered(queue.recipient, attempt.message.id());
        store.deleteMessage(queue.ticket, queue.recipient, attempt.message.id());
    }

    /**
     * Completion of {@link DurableCommands#deleteMessage}.
     *
     * @return for whom one message less waits now, or null
     */
    @Nullable
    String messageDeleted(long ticket, boolean deleted, long now) {
        LateDeletion late = lateDeletions.remove(ticket);
        if (late != null) {
            Queue other = queue(late.recipient());
            if (deleted) {
                other.passedOver.remove(late.id());
            }
            forgetIfIdle(other);
            return deleted ? late.recipient() : null;
        }
        Queue queue = waitingForStore.remove(ticket);
        if (queue == null || queue.state != State.DELETING || queue.ticket != ticket) {
            return null;
        }
        if (deleted && queue.attempt != null) {
            queue.passedOver.remove(queue.attempt.message.id());
        }
        next(queue, now);
        return deleted ? queue.recipient : null;
    }

    private void gaveUp(Queue queue, Attempt attempt, long now) {
        cancelTimer(queue);
        if (attempt.refused) {
            counters.counter("pool_messages_passed_over").increment();
            queue.passedOver.add(attempt.message.id());
            next(queue, now);
        } else if (queue.woken) {
            load(queue, 0, now);
        } else {
            waitForRetry(queue, now);
        }
        forgetIfIdle(queue);
    }

    private void waitForRetry(Queue queue, long now) {
        become(queue, State.WAITING);
        queue.loaded.clear();
        long wait = settings.firstRetry().toNanos() << Math.min(queue.failures, 16);
        queue.failures++;
        startTimer(queue, now + Math.min(wait, settings.longestRetry().toNanos()));
    }

    /** Does what is due. */
    void timeout(long now) {
        for (Queue due = timers.poll(now); due != null; due = timers.poll(now)) {
            due.timer = null;
            switch (due.state) {
                case SENDING -> {
                    Attempt attempt = due.attempt;
                    if (attempt != null) {
                        gaveUp(due, attempt, now);
                    }
                }
                case WAITING -> {
                    load(due, 0, now);
                    forgetIfIdle(due);
                }
                case IDLE, LOADING, DELETING -> throw new IllegalStateException("a timer in state " + due.state);
            }
        }
    }

    /** When {@link #timeout} has something to do. */
    long nextDeadline() {
        return timers.nextDeadline();
    }

    private void startTimer(Queue queue, long deadline) {
        cancelTimer(queue);
        queue.timer = timers.schedule(deadline, queue);
    }

    private void cancelTimer(Queue queue) {
        if (queue.timer != null) {
            timers.cancel(queue.timer);
            queue.timer = null;
        }
    }

    private static void become(Queue queue, State state) {
        boolean legal = switch (state) {
            case IDLE, LOADING -> true;
            case SENDING -> queue.state != State.IDLE && queue.state != State.WAITING;
            case DELETING -> queue.state == State.SENDING;
            case WAITING -> queue.state != State.DELETING;
        };
        if (!legal) {
            throw new IllegalStateException(queue.state + " to " + state);
        }
        queue.state = state;
    }

    private Queue queue(String recipient) {
        return queues.computeIfAbsent(recipient, Queue::new);
    }

    private void forgetIfIdle(Queue queue) {
        if (queue.state == State.IDLE && queue.storing == 0 && queue.arriving == 0 && queue.passedOver.isEmpty()) {
            queues.remove(queue.recipient);
        }
    }
}
