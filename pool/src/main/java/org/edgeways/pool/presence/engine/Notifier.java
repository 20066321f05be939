package org.edgeways.pool.presence.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.proxy.LocalRequestListener;
import org.edgeways.sip.transaction.Destination;
import org.jspecify.annotations.Nullable;

/**
 * The notifier of RFC 6665: subscriptions, their dialogs and their NOTIFYs. What is told is the packages'.
 *
 * <pre>
 * state     event                                next      what is done
 * -         SUBSCRIBE without To tag             SAVING    it is stored
 * -         the same with Expires: 0             over      200, one NOTIFY with terminated
 * SAVING    durable                              QUIET     200, then NOTIFY
 * SAVING    the store failed                     over      500
 * QUIET     changed, interval is over            SENT      NOTIFY
 * QUIET     changed, interval is not over        QUIET     the rest is waited for
 * QUIET     changed, device cannot be reached    AWAY      the change is remembered
 * SENT      2xx                                  QUIET     NOTIFY at once if more is to be told
 * SENT      no way to the device, or 5xx         AWAY      all is told again after {@link PresenceLimits#retry()}
 * SENT      any other refusal, 408               over      it is forgotten (RFC 6665 section 4.2.2)
 * AWAY      device signs in, retry               SENT      NOTIFY with all
 * any       SUBSCRIBE in the dialog              same      stored, 200, NOTIFY with all
 * any       Expires: 0, expiry, decision, end    over      NOTIFY with terminated, forgotten
 * </pre>
 * A NOTIFY is sent only when the one before has its answer, so that they cannot overtake each other on the several
 * connections to an edge node.
 */
final class Notifier {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final String RETRY_AFTER = "300";

    /** Continues what waited for the store; the failure is null if it is durable. */
    interface Completion {
        void done(@Nullable String failure, long now);
    }

    /** Writes and continues. */
    interface Writer {
        void write(PresenceWrite write, @Nullable Completion then);
    }

    private final PresenceLimits limits;
    private final PresenceHost host;
    private final Writer writer;
    private final Counters counters;
    private final RandomGenerator random;
    private final Map<String, EventPackage> packages = new TreeMap<>();
    private final Map<String, Subscription> byId = new HashMap<>();
    private final Map<String, Map<String, Subscription>> byResource = new HashMap<>();
    private final Map<String, Map<String, Subscription>> byWatcher = new HashMap<>();
    private final TimerQueue<Subscription.Due> timers = new TimerQueue<>();

    Notifier(PresenceLimits limits, PresenceHost host, Writer writer, Counters counters, RandomGenerator random) {
        this.limits = limits;
        this.host = host;
        this.writer = writer;
        this.counters = counters;
        this.random = random;
        counters.gauge("pool_subscriptions", byId::size);
    }

    void serve(EventPackage event) {
        packages.put(event.name(), event);
    }

    /** The packages, as Allow-Events lists them. */
    String allowEvents() {
        return String.join(", ", packages.keySet());
    }

    boolean serves(String event) {
        return packages.containsKey(event);
    }

    /** The subscription in whose dialog a request is, or null. */
    @Nullable
    Subscription inDialog(SipMessage request) {
        String tag = request.toTag();
        Subscription subscription = tag == null ? null : byId.get(tag);
        return subscription != null && subscription.callId.equals(request.callId()) ? subscription : null;
    }

    // ---- SUBSCRIBE

    /** A SUBSCRIBE without To tag (RFC 6665 section 4.2.1). */
    void subscribe(EventRequest request, long now) {
        SipMessage message = request.message();
        SubscribeRequest said = SubscribeRequest.of(message);
        EventPackage event = packages.get(said.event());
        if (event == null) {
            refuse(request, badEvent(said), now);
            return;
        }
        long seconds = expiry(request, now);
        if (seconds < 0) {
            return;
        }
        String target = SubscribeRequest.target(message);
        String remoteTag = message.fromTag();
        List<String> routes = message.elements(HeaderName.RECORD_ROUTE);
        int bytes = message.callId().length()
                + message.from().toString().length()
                + (target == null ? 0 : target.length())
                + routes.stream().mapToInt(String::length).sum();
        if (target == null || remoteTag == null || bytes > SubscribeRequest.DIALOG_BYTES) {
            refuse(
                    request,
                    PresenceRefusal.of(
                            400,
                            PresenceErrorCode.SUBSCRIPTION_MALFORMED,
                            "one SIP URI in Contact, a From tag, at most " + SubscribeRequest.DIALOG_BYTES
                                    + " bytes of dialog"),
                    now);
            return;
        }
        PresenceRefusal refusal = event.refusal(request.sender(), request.resource(), now);
        boolean list = message.lists(HeaderName.SUPPORTED, SubscribeRequest.EVENT_LIST)
                && event.servesList(request.sender(), request.resource());
        if (refusal == null && !list && !SubscribeRequest.accepts(message, event.contentType())) {
            refusal = PresenceRefusal.of(
                            406, PresenceErrorCode.BODY_NOT_ACCEPTABLE, "Accept includes " + event.contentType())
                    .with(HeaderName.ACCEPT, event.contentType());
        }
        if (refusal == null && seconds > 0) {
            refusal = full(request, event);
        }
        if (refusal != null) {
            refuse(request, refusal, now);
            return;
        }
        String id =
                HexFormat.of().toHexDigits(random.nextLong()) + HexFormat.of().toHexDigits(random.nextLong());
        Subscription made = new Subscription(
                new SavedSubscription(
                        id,
                        event.name(),
                        said.eventId(),
                        list,
                        request.sender(),
                        request.resource(),
                        message.callId(),
                        message.to().withParameter("tag", id).toString(),
                        message.from().toString(),
                        target,
                        routes,
                        request.party(),
                        request.device(),
                        0,
                        message.cseq().number(),
                        now,
                        now,
                        now + seconds * NANOS_PER_SECOND),
                event);
        begin(made, request, seconds, now);
    }

    private void begin(Subscription made, EventRequest request, long seconds, long now) {
        counters.counter("pool_subscribes", "event", made.event.name()).increment();
        if (seconds == 0) {
            // section 4.4.3: state is asked for once
            made.saving = false;
            made.ending = "timeout";
            accept(made, request, 0, now);
            end(made, now);
            return;
        }
        add(made);
        made.event.began(made, now);
        write(new PresenceWrite.SaveSubscription(made.saved(now)), (failure, then) -> {
            if (failure != null) {
                refuseUnstored(request, then);
                remove(made, "deactivated", false, then);
                return;
            }
            accept(made, request, seconds, then);
            made.saving = false;
            tell(made, true, then);
        });
    }

    /** A SUBSCRIBE in the dialog of one of ours. */
    void refresh(Subscription known, EventRequest request, long now) {
        SipMessage message = request.message();
        SubscribeRequest said = SubscribeRequest.of(message);
        if (!known.watcher.equals(request.sender())) {
            refuse(
                    request,
                    PresenceRefusal.of(
                            403,
                            PresenceErrorCode.SUBSCRIPTION_OF_ANOTHER,
                            "only the watcher refreshes: " + known.watcher),
                    now);
            return;
        }
        if (!said.event().equals(known.event.name())) {
            refuse(request, badEvent(said), now);
            return;
        }
        if (message.cseq().number() <= known.remoteSequence) {
            refuse(
                    request,
                    PresenceRefusal.of(
                            500,
                            PresenceErrorCode.SUBSCRIPTION_OUT_OF_ORDER,
                            "RFC 3261 section 12.2.2: CSeq must rise"),
                    now);
            return;
        }
        long seconds = expiry(request, now);
        if (seconds < 0) {
            return;
        }
        known.remoteSequence = message.cseq().number();
        String target = SubscribeRequest.target(message);
        if (target != null && target.length() <= SubscribeRequest.DIALOG_BYTES) {
            known.target = target;
        }
        known.party = request.party();
        known.device = request.device();
        known.unreachable = false;
        if (seconds == 0) {
            accept(known, request, 0, now);
            end(known, "timeout", now);
            return;
        }
        known.expiresAt = now + seconds * NANOS_PER_SECOND;
        scheduleExpiry(known);
        write(new PresenceWrite.SaveSubscription(known.saved(now)), (failure, then) -> {
            if (failure != null) {
                refuseUnstored(request, then);
                return;
            }
            accept(known, request, seconds, then);
            known.full = true;
            tell(known, true, then);
        });
    }

    /** A SUBSCRIBE with a To tag that is not ours. */
    void unknown(EventRequest request, long now) {
        refuse(
                request,
                PresenceRefusal.of(481, PresenceErrorCode.SUBSCRIPTION_UNKNOWN, "the To tag names no subscription"),
                now);
    }

    private PresenceRefusal badEvent(SubscribeRequest said) {
        return (said.event().isEmpty()
                        ? PresenceRefusal.of(489, PresenceErrorCode.EVENT_MISSING, "RFC 6665 section 7.2.1: Event")
                        : PresenceRefusal.of(489, PresenceErrorCode.EVENT_UNKNOWN, "the pool does not serve it"))
                .with(HeaderName.ALLOW_EVENTS, allowEvents());
    }

    /** The seconds to grant; -1 if it was refused. */
    private long expiry(EventRequest request, long now) {
        long seconds = request.message().expires().orElse(limits.defaultExpiry().toSeconds());
        if (seconds > 0 && seconds < limits.minimumExpiry().toSeconds()) {
            refuse(
                    request,
                    PresenceRefusal.of(423, PresenceErrorCode.SUBSCRIPTION_TOO_BRIEF, "limit minimumExpiry")
                            .with(
                                    HeaderName.MIN_EXPIRES,
                                    Long.toString(limits.minimumExpiry().toSeconds())),
                    now);
            return -1;
        }
        return Math.min(seconds, limits.maximumExpiry().toSeconds());
    }

    private @Nullable PresenceRefusal full(EventRequest request, EventPackage event) {
        Collection<Subscription> theirs =
                byWatcher.getOrDefault(request.sender(), Map.of()).values();
        if (theirs.size() >= limits.subscriptionsPerWatcher()) {
            // what a device that is gone has left behind makes room
            Subscription lost =
                    theirs.stream().filter(s -> s.unreachable).findFirst().orElse(null);
            if (lost == null) {
                return tooMany("subscriptionsPerWatcher");
            }
            remove(lost, "giveup", true, Long.MIN_VALUE);
        }
        if (of(event, request.resource()).size() >= limits.subscriptionsPerPerson()) {
            return tooMany("subscriptionsPerPerson");
        }
        return byId.size() >= limits.subscriptions() ? tooMany("subscriptions") : null;
    }

    private PresenceRefusal tooMany(String limit) {
        counters.counter("pool_subscriptions_refused", "limit", limit).increment();
        return PresenceRefusal.of(480, PresenceErrorCode.SUBSCRIPTIONS_FULL, "limit " + limit)
                .with(HeaderName.RETRY_AFTER, RETRY_AFTER);
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

    private void refuse(EventRequest request, PresenceRefusal refusal, long now) {
        host.refuse(request.request(), refusal, now);
    }

    private void refuseUnstored(EventRequest request, long now) {
        refuse(
                request,
                PresenceRefusal.of(500, PresenceErrorCode.PRESENCE_NOT_STORED, "subscriptions are stored before 200")
                        .with(HeaderName.RETRY_AFTER, "30"),
                now);
    }

    private void write(PresenceWrite write, @Nullable Completion then) {
        writer.write(write, then);
    }

    // ---- the set of subscriptions

    private void add(Subscription subscription) {
        byId.put(subscription.id, subscription);
        byResource
                .computeIfAbsent(key(subscription.event, subscription.resource), k -> new LinkedHashMap<>())
                .put(subscription.id, subscription);
        byWatcher
                .computeIfAbsent(subscription.watcher, k -> new LinkedHashMap<>())
                .put(subscription.id, subscription);
        scheduleExpiry(subscription);
    }

    private static String key(EventPackage event, String resource) {
        return event.name() + " " + resource;
    }

    private void scheduleExpiry(Subscription subscription) {
        if (subscription.expiry != null) {
            timers.cancel(subscription.expiry);
        }
        subscription.expiry =
                timers.schedule(subscription.expiresAt, new Subscription.Due(subscription, Subscription.Alarm.EXPIRY));
    }

    /** Takes up a subscription of an earlier run. */
    void restore(SavedSubscription saved, long now) {
        EventPackage event = packages.get(saved.event());
        if (event == null || saved.expiresAt() <= now) {
            return;
        }
        Subscription subscription = new Subscription(saved, event);
        // the NOTIFYs since it was saved are not known; there was less than one a second
        subscription.localSequence += 1 + Math.max(0, now - saved.savedAt()) / NANOS_PER_SECOND;
        subscription.saving = false;
        subscription.dirty = true;
        add(subscription);
        event.began(subscription, now);
        // what has changed meanwhile is told, though not by all in the same moment
        subscription.notBefore = now + spread();
        attend(subscription, now);
    }

    private long spread() {
        long interval = limits.notifyInterval().toNanos();
        return interval <= 0 ? 0 : random.nextLong(interval);
    }

    /** The subscriptions to an event of a resource. */
    List<Subscription> of(EventPackage event, String resource) {
        return List.copyOf(
                byResource.getOrDefault(key(event, resource), Map.of()).values());
    }

    /** All subscriptions of a watcher. */
    List<Subscription> ofWatcher(String watcher) {
        return List.copyOf(byWatcher.getOrDefault(watcher, Map.of()).values());
    }

    int size() {
        return byId.size();
    }

    // ---- NOTIFY

    /** The state of a resource has changed. */
    void changed(EventPackage event, String resource, boolean urgent, long now) {
        of(event, resource).forEach(subscription -> tell(subscription, urgent, now));
    }

    /** A subscription has something to tell. */
    void tell(Subscription subscription, boolean urgent, long now) {
        subscription.dirty = true;
        subscription.urgent |= urgent;
        attend(subscription, now);
    }

    /** A device of that person may have become reachable. */
    void wake(String watcher, long now) {
        for (Subscription subscription : ofWatcher(watcher)) {
            if (subscription.unreachable) {
                subscription.unreachable = false;
                subscription.notBefore = Long.MIN_VALUE;
                attend(subscription, now);
            }
        }
    }

    private void attend(Subscription subscription, long now) {
        if (subscription.over || subscription.saving || subscription.outstanding || subscription.unreachable) {
            return;
        }
        if (subscription.ending == null) {
            subscription.ending = subscription.event.ended(subscription, now);
        }
        if (subscription.ending != null) {
            end(subscription, now);
            return;
        }
        if (!subscription.dirty) {
            return;
        }
        if (!subscription.urgent && now < subscription.notBefore) {
            alarm(subscription, subscription.notBefore);
            return;
        }
        Destination way = host.way(subscription.party, subscription.routes, now);
        if (way == null) {
            away(subscription);
            return;
        }
        Notification notification = subscription.event.notification(subscription, subscription.full, now);
        subscription.dirty = false;
        subscription.urgent = false;
        if (notification != null) {
            subscription.full = false;
            subscription.pending = notification.pending();
            send(subscription, notification, way, now);
        }
    }

    private void alarm(Subscription subscription, long when) {
        if (subscription.alarm == null) {
            subscription.alarm = timers.schedule(when, new Subscription.Due(subscription, Subscription.Alarm.NOTIFY));
        }
    }

    private static void away(Subscription subscription) {
        subscription.unreachable = true;
        subscription.dirty = true;
        subscription.full = true;
    }

    private void send(Subscription subscription, Notification notification, Destination way, long now) {
        long left = Math.max(0, (subscription.expiresAt - now + NANOS_PER_SECOND / 2) / NANOS_PER_SECOND);
        String state = (notification.pending() ? "pending" : "active") + ";expires=" + left;
        subscription.outstanding = true;
        subscription.notBefore = now + limits.notifyInterval().toNanos();
        transmit(subscription, state, notification, way, new Answer(subscription, notification.more()), now);
    }

    private void transmit(
            Subscription subscription,
            String state,
            @Nullable Notification notification,
            Destination way,
            LocalRequestListener listener,
            long now) {
        SipMessage notify = subscription.notify(state, host.contact(subscription.id));
        notify.setBody(
                notification == null ? null : notification.contentType(),
                notification == null ? new byte[0] : notification.body());
        counters.counter("pool_notifies", "event", subscription.event.name()).increment();
        counters.counter("pool_notify_body_bytes", "event", subscription.event.name())
                .add(notify.bodyLength());
        host.send(notify, way, listener, now);
    }

    private final class Answer implements LocalRequestListener {
        private final Subscription subscription;
        private final boolean more;
        private boolean answered;

        private Answer(Subscription subscription, boolean more) {
            this.subscription = subscription;
            this.more = more;
        }

        @Override
        public void response(SipMessage response, long now) {
            if (response.status() >= 200) {
                answered(response.status(), now);
            }
        }

        @Override
        public void failed(int status, long now) {
            answered(status, now);
        }

        private void answered(int status, long now) {
            if (answered || subscription.over) {
                return;
            }
            answered = true;
            subscription.outstanding = false;
            if (status < 300) {
                if (more) {
                    subscription.dirty = true;
                    subscription.urgent = true;
                }
                attend(subscription, now);
            } else if (mayComeBack(status)) {
                counters.counter("pool_notifies_failed", "reason", "unreachable")
                        .increment();
                away(subscription);
                alarm(subscription, now + limits.retry().toNanos());
            } else {
                counters.counter("pool_notifies_failed", "reason", "refused").increment();
                remove(subscription, "giveup", true, now);
            }
        }
    }

    /** The connection is gone or something on the way is; the device may be reached again. */
    private static boolean mayComeBack(int status) {
        return status == 430 || status >= 500 && status < 600 && status != 501;
    }

    // ---- the end

    /** Ends a subscription. */
    void end(Subscription subscription, String reason, long now) {
        if (subscription.ending == null) {
            subscription.ending = reason;
        }
        if (subscription.unreachable) {
            remove(subscription, reason, true, now);
        } else {
            attend(subscription, now);
        }
    }

    /** The last NOTIFY; its answer matters to nobody. */
    private void end(Subscription subscription, long now) {
        String reason = subscription.ending == null ? "timeout" : subscription.ending;
        Destination way = host.way(subscription.party, subscription.routes, now);
        boolean rejected = reason.equals("rejected") || reason.equals("noresource");
        Notification last = way == null || rejected ? null : subscription.event.notification(subscription, true, now);
        boolean known = byId.containsKey(subscription.id);
        if (way != null) {
            Notification told = last == null || last.pending() ? null : last;
            transmit(subscription, "terminated;reason=" + reason, told, way, Forgetful.INSTANCE, now);
        }
        if (known) {
            remove(subscription, reason, true, now);
        } else {
            subscription.over = true;
        }
    }

    private enum Forgetful implements LocalRequestListener {
        INSTANCE;

        @Override
        public void response(SipMessage response, long now) {}

        @Override
        public void failed(int status, long now) {}
    }

    private void remove(Subscription subscription, String reason, boolean stored, long now) {
        if (subscription.over || byId.remove(subscription.id) == null) {
            return;
        }
        subscription.over = true;
        removeFrom(byResource, key(subscription.event, subscription.resource), subscription);
        removeFrom(byWatcher, subscription.watcher, subscription);
        if (subscription.expiry != null) {
            timers.cancel(subscription.expiry);
        }
        if (subscription.alarm != null) {
            timers.cancel(subscription.alarm);
        }
        if (stored) {
            write(new PresenceWrite.ForgetSubscription(subscription.id), null);
        }
        subscription.event.ended(subscription, reason, now);
    }

    private static void removeFrom(
            Map<String, Map<String, Subscription>> index, String key, Subscription subscription) {
        Map<String, Subscription> all = index.get(key);
        if (all != null) {
            all.remove(subscription.id);
            if (all.isEmpty()) {
                index.remove(key);
            }
        }
    }

    /** Ends those of a watcher that were made on a device which is none of {@code live}. */
    void retainDevices(String watcher, Set<String> live, long now) {
        for (Subscription subscription : ofWatcher(watcher)) {
            if (subscription.device != null && !live.contains(subscription.device)) {
                end(subscription, "deactivated", now);
            }
        }
    }

    /** Does what is due. */
    void timeout(long now) {
        List<Subscription> expired = new ArrayList<>();
        for (Subscription.Due due = timers.poll(now); due != null; due = timers.poll(now)) {
            Subscription subscription = due.subscription();
            switch (due.alarm()) {
                case EXPIRY -> {
                    subscription.expiry = null;
                    expired.add(subscription);
                }
                case NOTIFY -> {
                    subscription.alarm = null;
                    subscription.unreachable = false;
                    attend(subscription, now);
                }
            }
        }
        expired.forEach(subscription -> end(subscription, "timeout", now));
    }

    /** When {@link #timeout} has something to do. */
    long nextDeadline() {
        return timers.nextDeadline();
    }
}
