package org.edgeways.pool.presence.engine;

import java.util.List;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/** One subscription with its dialog. Belongs to {@link Notifier}, which makes every transition. */
public final class Subscription {

    /** What a timer of a subscription is for. */
    enum Alarm {
        EXPIRY,
        NOTIFY
    }

    /** A timer of a subscription. */
    record Due(Subscription subscription, Alarm alarm) {}

    final String id;
    final EventPackage event;
    final @Nullable String eventId;
    final boolean list;
    final String watcher;
    final String resource;
    final String callId;
    final String local;
    final String remote;
    final List<String> routes;
    final long createdAt;
    String target;
    String party;

    @Nullable
    String device;

    @Nullable
    String credential;

    long localSequence;
    long remoteSequence;
    long expiresAt;

    /** Not durable yet: nothing is sent. */
    boolean saving = true;
    /** How many refreshes are not durable yet; it does not expire meanwhile. */
    int refreshing;
    /** A NOTIFY waits for its answer. */
    boolean outstanding;
    /** State has changed, or is to be told anyway. */
    boolean dirty;
    /** The next NOTIFY does not wait for the interval. */
    boolean urgent;
    /** The next NOTIFY tells all. */
    boolean full = true;
    /** The device could not be reached the last time. */
    boolean unreachable;
    /** A NOTIFY was accepted, or a second try was made. */
    boolean confirmed;
    /** It is over; nothing more is sent. */
    boolean over;
    /** Why it ends, once that is decided. */
    @Nullable
    String ending;

    long notBefore = Long.MIN_VALUE;

    /** Its place among those of its watcher that are to be told; null if it has none. */
    @Nullable
    Long share;

    /** Its place among all that are to be told; null if it has none. */
    @Nullable
    Long turn;

    TimerQueue.@Nullable Timer<Due> expiry;
    TimerQueue.@Nullable Timer<Due> alarm;

    @Nullable
    Object memory;

    Subscription(SavedSubscription saved, EventPackage event) {
        this.id = saved.id();
        this.event = event;
        this.eventId = saved.eventId();
        this.list = saved.list();
        this.watcher = saved.watcher();
        this.resource = saved.resource();
        this.callId = saved.callId();
        this.local = saved.local();
        this.remote = saved.remote();
        this.routes = saved.routes();
        this.createdAt = saved.createdAt();
        this.target = saved.target();
        this.party = saved.party();
        this.device = saved.device();
        this.credential = saved.credential();
        this.localSequence = saved.localSequence();
        this.remoteSequence = saved.remoteSequence();
        this.expiresAt = saved.expiresAt();
    }

    /** Whether nothing is under way: neither a write nor a NOTIFY. */
    boolean idle() {
        return !saving && refreshing == 0 && !outstanding;
    }

    /** It has no place any more among those that are to be told. */
    void hasHadItsTurn() {
        share = null;
        turn = null;
    }

    /** True once, and only before a NOTIFY was accepted. */
    boolean mayTryAgain() {
        boolean may = !confirmed && ending == null;
        confirmed = true;
        return may;
    }

    /** As it is kept. */
    SavedSubscription saved(long now) {
        return saved(target, party, device, credential, expiresAt, now);
    }

    /** As it is kept when it is refreshed so; see {@link #refreshed}. */
    SavedSubscription saved(
            String target,
            String party,
            @Nullable String device,
            @Nullable String credential,
            long expiresAt,
            long now) {
        return new SavedSubscription(
                id,
                event.name(),
                eventId,
                list,
                watcher,
                resource,
                callId,
                local,
                remote,
                target,
                routes,
                party,
                device,
                credential,
                localSequence,
                remoteSequence,
                createdAt,
                now,
                expiresAt);
    }

    /** Takes over what a refresh has changed. */
    void refreshed(SavedSubscription saved) {
        target = saved.target();
        party = saved.party();
        device = saved.device();
        credential = saved.credential();
        expiresAt = saved.expiresAt();
        unreachable = false;
    }

    /** Its name. */
    public String id() {
        return id;
    }

    /** Who watches. */
    public String watcher() {
        return watcher;
    }

    /** Who is watched. */
    public String resource() {
        return resource;
    }

    /** When it began, nanoseconds since 1970. */
    public long createdAt() {
        return createdAt;
    }

    /** How many NOTIFYs there were before the next one: the version of documents that count. */
    public long version() {
        return localSequence;
    }

    /** What its package keeps with it. */
    public @Nullable Object memory() {
        return memory;
    }

    /** Keeps something of the package's. */
    public void remember(@Nullable Object what) {
        memory = what;
    }

    /** The next NOTIFY, without Via and body (RFC 3261 section 12.2.1.1, RFC 6665 section 4.2.2). */
    SipMessage notify(String state, String contact) {
        SipMessage notify = SipMessage.request("NOTIFY", target);
        routes.forEach(route -> notify.add(HeaderName.ROUTE, route));
        notify.add(HeaderName.MAX_FORWARDS, "70");
        notify.add(HeaderName.FROM, local);
        notify.add(HeaderName.TO, remote);
        notify.add(HeaderName.CALL_ID, callId);
        notify.add(HeaderName.CSEQ, ++localSequence + " NOTIFY");
        notify.add(HeaderName.CONTACT, contact);
        notify.add(HeaderName.EVENT, event.name() + (eventId == null ? "" : ";id=" + eventId));
        notify.add(HeaderName.SUBSCRIPTION_STATE, state);
        if (list) {
            notify.add(HeaderName.REQUIRE, SubscribeRequest.EVENT_LIST);
        }
        return notify;
    }
}
