package org.edgeways.pool.engine;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.proxy.FinalOutcome;
import org.edgeways.sip.proxy.ProxyCore;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.proxy.RoutingDecision;
import org.jspecify.annotations.Nullable;

/**
 * Messages between people (RFC 3428). A message goes to all devices of its recipient; the sender gets 200 when one has
 * answered so. If there is none, if none can be reached, or if none answers in time, the message is stored and, when that
 * is durable, answered with 202. While messages wait for a person, newer ones line up behind them.
 *
 * <p>Notices that somebody is typing (RFC 3994) are never stored: without a device they are answered with 480.
 */
final class Messages {

    private static final String TYPING = "application/im-iscomposing+xml";
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final String RETRY_AFTER_FULL = "3600";
    private static final String RETRY_AFTER_FAILURE = "30";

    /** RFC 3261 section 20.17: always GMT. */
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private record Pending(ProxyRequest request, MessageFork fork) {}

    private MessageSettings settings;
    private final People people;
    private final Devices devices;
    private final Deliveries deliveries;
    private final DurableCommands store;
    private final Tickets tickets;
    private final PoolEvents events;
    private final Answers answers;
    private final Map<Long, Pending> pending = new HashMap<>();
    /** How often the person of an address was removed in this run; what came for one is not kept for the next. */
    private final Map<String, Integer> removals = new HashMap<>();

    Messages(
            MessageSettings settings,
            People people,
            Devices devices,
            Deliveries deliveries,
            DurableCommands store,
            Tickets tickets,
            PoolEvents events,
            Answers answers) {
        this.settings = settings;
        this.people = people;
        this.devices = devices;
        this.deliveries = deliveries;
        this.store = store;
        this.tickets = tickets;
        this.events = events;
        this.answers = answers;
    }

    /** Waits by these times from now on; what waits already waits as it was begun. */
    void use(MessageSettings next) {
        settings = next;
    }

    /** Where a message of an accepted sender goes. */
    RoutingDecision route(ProxyRequest request, MessageFork fork, long now) {
        fork.removals = removals.getOrDefault(fork.recipient, 0);
        if (fork.storable && deliveries.mustLineUp(fork.recipient)) {
            store(request, fork, now);
            return new RoutingDecision.Handled();
        }
        List<DeviceTarget> targets = devices.of(fork.recipient, now);
        if (!targets.isEmpty()) {
            return new RoutingDecision.Forward(
                    targets.stream().map(t -> devices.target(t, 1.0)).toList(), List.of(), settings.answerTime());
        }
        if (fork.storable) {
            store(request, fork, now);
            return new RoutingDecision.Handled();
        }
        return answers.reject(request, Refusal.of(480, PoolErrorCode.NOTIFICATION_NOT_STORED, "typing is not stored"));
    }

    /** A message as far as it concerns delivery. */
    static MessageFork fork(SipMessage message, String recipient) {
        String type = message.first(HeaderName.CONTENT_TYPE);
        boolean typing = type != null && type.strip().toLowerCase(Locale.ROOT).startsWith(TYPING);
        return new MessageFork(recipient, !typing);
    }

    /** One device has answered, or cannot be reached. */
    void branchFinal(ProxyRequest request, MessageFork fork, SipMessage response, long now) {
        int status = response.status();
        if (status < 300) {
            if (!fork.delivered && fork.storedId != 0) {
                deliveries.answeredLate(fork.recipient, fork.storedId, now);
            }
            fork.delivered = true;
        } else if (!MessageAnswers.unreachable(status) && fork.refusal == null) {
            SipMessage refusal = Hygiene.challenges(response)
                    ? SipMessage.responseTo(request.received(), 403, PoolErrorCode.DEVICE_CHALLENGES.meaning())
                    : SipMessage.responseTo(request.received(), status, response.reason());
            if (response.toTag() != null && request.received().toTag() == null) {
                refusal.set(HeaderName.TO, response.to().toString());
            }
            fork.refusal = refusal;
        }
    }

    /** All devices have answered or cannot be reached, none with 2xx. */
    FinalOutcome allFinal(ProxyRequest request, MessageFork fork, @Nullable SipMessage best, long now) {
        if (fork.storing) {
            return new FinalOutcome.Defer();
        }
        if (fork.refusal != null || !fork.storable) {
            return best == null ? new FinalOutcome.Nothing() : new FinalOutcome.Send(best);
        }
        if (recipientIsGone(fork)) {
            return new FinalOutcome.Send(answers.refusal(request, recipientGone()));
        }
        store(request, fork, now);
        return new FinalOutcome.Defer();
    }

    /** The devices have had their time. */
    FinalOutcome timedOut(ProxyRequest request, MessageFork fork, long now) {
        fork.timedOut = true;
        if (fork.refusal != null) {
            return new FinalOutcome.Send(fork.refusal);
        }
        if (!fork.storable || fork.storing) {
            return new FinalOutcome.Nothing();
        }
        if (recipientIsGone(fork)) {
            return new FinalOutcome.Send(answers.refusal(request, recipientGone()));
        }
        store(request, fork, now);
        return new FinalOutcome.Defer();
    }

    /** A person was removed for good: what is on its way to them is stored for nobody. */
    void removed(String address) {
        removals.merge(address, 1, Integer::sum);
    }

    private boolean recipientIsGone(MessageFork fork) {
        return people.account(fork.recipient) == null || removals.getOrDefault(fork.recipient, 0) != fork.removals;
    }

    private static Refusal recipientGone() {
        return Refusal.of(404, PoolErrorCode.PERSON_UNKNOWN, "the person was removed while the message was on its way");
    }

    private void store(ProxyRequest request, MessageFork fork, long now) {
        fork.storing = true;
        SipMessage received = request.received();
        String identity = received.callId() + "\n" + received.cseq().number() + "\n" + received.fromTag();
        byte[] bytes = forLater(request.message(), fork.recipient, now).encode();
        long ticket = tickets.next();
        pending.put(ticket, new Pending(request, fork));
        deliveries.storing(fork.recipient);
        store.storeMessage(ticket, new StoredMessage(0, fork.recipient, identity, now, bytes));
    }

    /** The message without what belongs to this journey of it, with the time at which it came. */
    private static SipMessage forLater(SipMessage message, String recipient, long now) {
        SipMessage kept = message.copy();
        kept.setRequestUri(recipient);
        kept.remove(HeaderName.ROUTE);
        kept.remove(HeaderName.RECORD_ROUTE);
        kept.set(HeaderName.MAX_FORWARDS, "70");
        // a message without Via could not be read back
        kept.set(HeaderName.VIA, "SIP/2.0/TLS stored.invalid;branch=z9hG4bKstored");
        if (!kept.has(HeaderName.DATE)) {
            kept.add(HeaderName.DATE, date(now));
        }
        return kept;
    }

    /** {@code now} as the Date header has it. */
    static String date(long now) {
        return DATE.format(Instant.ofEpochSecond(now / NANOS_PER_SECOND));
    }

    /**
     * Completion of {@link DurableCommands#storeMessage}.
     *
     * @return whose message is stored now, or null
     */
    @Nullable
    String messageStored(long ticket, StoreOutcome outcome, long now, ProxyCore core) {
        Pending stored = pending.remove(ticket);
        if (stored == null) {
            return null;
        }
        ProxyRequest request = stored.request();
        MessageFork fork = stored.fork();
        switch (outcome) {
            case StoreOutcome.Stored(long id) -> {
                fork.storedId = id;
                events.messageStored(fork.recipient, id);
                if (!fork.delivered) {
                    core.respond(request, SipMessage.responseTo(request.received(), 202, "Accepted"), now);
                }
                deliveries.stored(fork.recipient, fork.timedOut, now);
                if (fork.delivered) {
                    deliveries.answeredLate(fork.recipient, id, now);
                }
                return fork.recipient;
            }
            case StoreOutcome.Full(String limit) -> {
                deliveries.notStored(fork.recipient);
                refuse(
                        core,
                        request,
                        Refusal.of(480, PoolErrorCode.MESSAGES_FULL, "limit " + limit)
                                .with(HeaderName.RETRY_AFTER, RETRY_AFTER_FULL),
                        now);
            }
            case StoreOutcome.Failed(String why) -> {
                deliveries.notStored(fork.recipient);
                events.storeFailed("message", why);
                refuse(
                        core,
                        request,
                        Refusal.of(500, PoolErrorCode.STORE_FAILED, "messages are stored before 202")
                                .with(HeaderName.RETRY_AFTER, RETRY_AFTER_FAILURE),
                        now);
            }
        }
        return null;
    }

    private void refuse(ProxyCore core, ProxyRequest request, Refusal refusal, long now) {
        core.respond(request, answers.refusal(request, refusal), now);
    }
}
