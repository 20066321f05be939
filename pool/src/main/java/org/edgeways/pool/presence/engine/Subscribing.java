package org.edgeways.pool.presence.engine;

import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.edgeways.base.Counters;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/**
 * SUBSCRIBE at the notifier (RFC 6665 section 4.2.1): what is let in, and the answers. What follows is
 * {@link Notifier}'s.
 */
final class Subscribing {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final Set<String> EXTENSIONS = Set.of(SubscribeRequest.EVENT_LIST);
    private static final String RETRY_AFTER_FULL = "300";
    private static final String RETRY_AFTER_FAILURE = "30";

    /** Either what is asked for, or why not. */
    private sealed interface Asked {
        /** @param seconds the expiry to grant, 0 for none */
        record Granted(EventPackage event, @Nullable String eventId, long seconds) implements Asked {}

        record Refused(PresenceRefusal refusal) implements Asked {}
    }

    private final PresenceLimits limits;
    private final PresenceHost host;
    private final Writes writes;
    private final Subscriptions subscriptions;
    private final Notifier notifier;
    private final Counters counters;
    private final RandomGenerator random;
    private final Map<String, EventPackage> packages = new TreeMap<>();

    Subscribing(
            PresenceLimits limits,
            PresenceHost host,
            Writes writes,
            Subscriptions subscriptions,
            Notifier notifier,
            Counters counters,
            RandomGenerator random) {
        this.limits = limits;
        this.host = host;
        this.writes = writes;
        this.subscriptions = subscriptions;
        this.notifier = notifier;
        this.counters = counters;
        this.random = random;
    }

    void serve(EventPackage event) {
        packages.put(event.name(), event);
    }

    /** The packages, as Allow-Events lists them. */
    String allowEvents() {
        return String.join(", ", packages.keySet());
    }

    @Nullable
    EventPackage served(String event) {
        return packages.get(event);
    }

    /** Any SUBSCRIBE. */
    void subscribe(EventRequest request, long now) {
        Subscription known = subscriptions.inDialog(request.message());
        if (known != null && known.ending == null) {
            refresh(known, request, now);
        } else if (request.message().toTag() != null) {
            refuse(request, PresenceErrorCode.SUBSCRIPTION_UNKNOWN, 481, "the To tag names no subscription", now);
        } else {
            begin(request, now);
        }
    }

    private void begin(EventRequest request, long now) {
        switch (asked(request.message())) {
            case Asked.Refused(PresenceRefusal refusal) -> host.refuse(request.request(), refusal, now);
            case Asked.Granted(EventPackage event, String eventId, long seconds) -> {
                boolean list = SubscribeRequest.readsLists(request.message())
                        && event.servesList(request.sender(), request.resource());
                PresenceRefusal refusal = refusal(request, event, list, seconds, now);
                if (refusal != null) {
                    host.refuse(request.request(), refusal, now);
                } else {
                    begin(made(request, event, eventId, list, seconds, now), request, seconds, now);
                }
            }
        }
    }

    private @Nullable PresenceRefusal refusal(
            EventRequest request, EventPackage event, boolean list, long seconds, long now) {
        SipMessage message = request.message();
        if (!SubscribeRequest.hasDialog(message)) {
            return PresenceRefusal.of(
                    400,
                    PresenceErrorCode.SUBSCRIPTION_MALFORMED,
                    "one SIP URI in Contact, a From tag, at most " + SubscribeRequest.DIALOG_BYTES
                            + " bytes of dialog");
        }
        PresenceRefusal refusal = event.refusal(request.sender(), request.resource(), now);
        if (refusal != null) {
            return refusal;
        }
        if (!list && !SubscribeRequest.accepts(message, event.contentType())) {
            return PresenceRefusal.of(
                            406, PresenceErrorCode.BODY_NOT_ACCEPTABLE, "Accept includes " + event.contentType())
                    .with(HeaderName.ACCEPT, event.contentType());
        }
        return seconds > 0 ? full(request, event, list, now) : null;
    }

    private Subscription made(
            EventRequest request, EventPackage event, @Nullable String eventId, boolean list, long seconds, long now) {
        SipMessage message = request.message();
        String id =
                HexFormat.of().toHexDigits(random.nextLong()) + HexFormat.of().toHexDigits(random.nextLong());
        return new Subscription(
                new SavedSubscription(
                        id,
                        event.name(),
                        eventId,
                        list,
                        request.sender(),
                        request.resource(),
                        message.callId(),
                        message.to().withParameter("tag", id).toString(),
                        message.from().toString(),
                        String.valueOf(SubscribeRequest.target(message)),
                        message.elements(HeaderName.RECORD_ROUTE),
                        request.party(),
                        request.device(),
                        request.credential(),
                        0,
                        message.cseq().number(),
                        now,
                        now,
                        now + seconds * NANOS_PER_SECOND),
                event);
    }

    private void begin(Subscription made, EventRequest request, long seconds, long now) {
        counters.counter("pool_subscribes", "event", made.event.name()).increment();
        if (seconds == 0) {
            tellOnce(made, request, now);
            return;
        }
        notifier.begin(made);
        writes.write(new PresenceWrite.SaveSubscription(made.saved(now)), (failure, then) -> {
            if (failure != null) {
                refuseUnstored(request, then);
                notifier.discard(made, then);
                return;
            }
            accept(made, request, seconds, then);
            notifier.saved(made, then);
        });
    }

    /** Section 4.4.3: state is asked for without a subscription, in which the rest of a long list could follow. */
    private void tellOnce(Subscription made, EventRequest request, long now) {
        Notification all = made.event.notification(made, true, now);
        if (all != null && all.more()) {
            refuse(request, PresenceErrorCode.LIST_TOO_LONG, 513, "limit listBytes", now);
            return;
        }
        accept(made, request, 0, now);
        notifier.tellOnce(made, all, now);
    }

    private void refresh(Subscription known, EventRequest request, long now) {
        SipMessage message = request.message();
        if (!known.watcher.equals(request.sender())) {
            refuse(
                    request,
                    PresenceErrorCode.SUBSCRIPTION_OF_ANOTHER,
                    403,
                    "only the watcher refreshes: " + known.watcher,
                    now);
            return;
        }
        if (message.cseq().number() <= known.remoteSequence) {
            refuse(
                    request,
                    PresenceErrorCode.SUBSCRIPTION_OUT_OF_ORDER,
                    500,
                    "RFC 3261 section 12.2.2: CSeq must rise",
                    now);
            return;
        }
        switch (asked(message)) {
            case Asked.Refused(PresenceRefusal refusal) -> host.refuse(request.request(), refusal, now);
            case Asked.Granted(EventPackage event, String eventId, long seconds) -> {
                if (!event.name().equals(known.event.name())) {
                    host.refuse(request.request(), badEvent(event.name()), now);
                } else {
                    refresh(known, request, seconds, now);
                }
            }
        }
    }

    private void refresh(Subscription known, EventRequest request, long seconds, long now) {
        SipMessage message = request.message();
        known.remoteSequence = message.cseq().number();
        String asked = SubscribeRequest.target(message);
        String target = asked != null && asked.length() <= SubscribeRequest.DIALOG_BYTES ? asked : known.target;
        long end = now + seconds * NANOS_PER_SECOND;
        SavedSubscription refreshed =
                known.saved(target, request.party(), request.device(), request.credential(), end, now);
        if (seconds == 0) {
            known.refreshed(refreshed);
            accept(known, request, 0, now);
            notifier.endAtOnce(known, "timeout", now);
            return;
        }
        known.refreshing++;
        writes.write(new PresenceWrite.SaveSubscription(refreshed), (failure, then) -> {
            known.refreshing--;
            if (failure != null) {
                refuseUnstored(request, then);
            } else if (known.over) {
                refuse(request, PresenceErrorCode.SUBSCRIPTION_UNKNOWN, 481, "it has ended meanwhile", then);
                return;
            } else {
                known.refreshed(refreshed);
                accept(known, request, seconds, then);
                notifier.refreshed(known, then);
            }
            notifier.scheduleExpiry(known);
        });
    }

    /** Require, Event and Expires. */
    private Asked asked(SipMessage message) {
        PresenceRefusal extension = PresenceRefusal.unlessKnown(message, EXTENSIONS);
        if (extension != null) {
            return new Asked.Refused(extension);
        }
        SubscribeRequest said = SubscribeRequest.of(message);
        EventPackage event = packages.get(said.event());
        if (event == null) {
            return new Asked.Refused(badEvent(said.event()));
        }
        long seconds = message.expires().orElse(limits.defaultExpiry().toSeconds());
        if (seconds > 0 && seconds < limits.minimumExpiry().toSeconds()) {
            return new Asked.Refused(
                    PresenceRefusal.of(423, PresenceErrorCode.SUBSCRIPTION_TOO_BRIEF, "limit minimumExpiry")
                            .with(
                                    HeaderName.MIN_EXPIRES,
                                    Long.toString(limits.minimumExpiry().toSeconds())));
        }
        return new Asked.Granted(
                event, said.eventId(), Math.min(seconds, limits.maximumExpiry().toSeconds()));
    }

    private PresenceRefusal badEvent(String event) {
        return (event.isEmpty()
                        ? PresenceRefusal.of(489, PresenceErrorCode.EVENT_MISSING, "RFC 6665 section 7.2.1: Event")
                        : PresenceRefusal.of(489, PresenceErrorCode.EVENT_UNKNOWN, "the pool does not serve it"))
                .with(HeaderName.ALLOW_EVENTS, allowEvents());
    }

    private @Nullable PresenceRefusal full(EventRequest request, EventPackage event, boolean list, long now) {
        Collection<Subscription> theirs = subscriptions.viewOfWatcher(request.sender());
        if (theirs.size() >= limits.subscriptionsPerWatcher()) {
            // what a device that is gone has left behind makes room
            Subscription lost =
                    theirs.stream().filter(s -> s.unreachable).findFirst().orElse(null);
            if (lost == null) {
                return tooMany("subscriptionsPerWatcher");
            }
            notifier.end(lost, "giveup", now);
        }
        if (list && !room(theirs.stream().filter(one -> one.list), limits.listSubscriptionsPerWatcher(), now)) {
            return tooMany("listSubscriptionsPerWatcher");
        }
        Stream<Subscription> same = theirs.stream()
                .filter(one ->
                        !one.list && one.event.name().equals(event.name()) && one.resource.equals(request.resource()));
        if (!list && !room(same, limits.subscriptionsPerPair(), now)) {
            return tooMany("subscriptionsPerPair");
        }
        if (subscriptions.countOf(event, request.resource()) >= limits.subscriptionsPerPerson()) {
            return tooMany("subscriptionsPerPerson");
        }
        return subscriptions.size() >= limits.subscriptions() ? tooMany("subscriptions") : null;
    }

    /** Sees to it that a watcher has room for one more of these; false if all they have are busy just now. */
    private boolean room(Stream<Subscription> theirs, int most, long now) {
        List<Subscription> alike = theirs.toList();
        if (alike.size() < most) {
            return true;
        }
        // browsers leave one behind at each reload, which is not refreshed any more
        Subscription least = alike.stream()
                .filter(one -> one.unreachable || one.idle())
                .min(Comparator.comparing((Subscription one) -> !one.unreachable)
                        .thenComparingLong(one -> one.expiresAt))
                .orElse(null);
        if (least != null) {
            notifier.endAtOnce(least, "probation", now);
        }
        return least != null;
    }

    private PresenceRefusal tooMany(String limit) {
        counters.counter("pool_subscriptions_refused", "limit", limit).increment();
        return PresenceRefusal.of(480, PresenceErrorCode.SUBSCRIPTIONS_FULL, "limit " + limit)
                .with(HeaderName.RETRY_AFTER, RETRY_AFTER_FULL);
    }

    private void accept(Subscription subscription, EventRequest request, long seconds, long now) {
        SipMessage message = request.message();
        SipMessage ok = SipMessage.responseTo(message, 200, "OK", subscription.id);
        ok.setAll(HeaderName.RECORD_ROUTE, message.values(HeaderName.RECORD_ROUTE));
        ok.set(HeaderName.EXPIRES, Long.toString(seconds));
        ok.set(HeaderName.CONTACT, host.contact(subscription.id));
        if (subscription.list) {
            ok.set(HeaderName.REQUIRE, SubscribeRequest.EVENT_LIST);
        }
        host.respond(request.request(), ok, now);
    }

    private void refuse(EventRequest request, PresenceErrorCode code, int status, String rule, long now) {
        host.refuse(request.request(), PresenceRefusal.of(status, code, rule), now);
    }

    private void refuseUnstored(EventRequest request, long now) {
        host.refuse(
                request.request(),
                PresenceRefusal.of(500, PresenceErrorCode.PRESENCE_NOT_STORED, "subscriptions are stored before 200")
                        .with(HeaderName.RETRY_AFTER, RETRY_AFTER_FAILURE),
                now);
    }
}
