package org.edgeways.pool.presence.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.edgeways.pool.presence.document.WatcherInfo;
import org.jspecify.annotations.Nullable;

/**
 * The event package {@code presence.winfo} (RFC 3857): who watches a person, for that person alone. The first document
 * and those after a SUBSCRIBE have all watchers, the others those that have changed. Of more than {@link #MOST} watchers
 * those are shown that were there first: what thousands of contact lists make of a person has to fit into a message.
 */
final class WatcherPackage implements EventPackage {

    static final String NAME = "presence.winfo";

    /** Most watchers in a document that are let in, and most that are not decided about; the others are left out. */
    static final int MOST = 1_000;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** How one watcher was told last. */
    private record Told(String address, WatcherInfo.Status status) {}

    private final Consent consent;
    private final Function<String, List<Subscription>> watchers;
    private final PresenceHost host;

    /** @param watchers the subscriptions to a person's presence */
    WatcherPackage(Consent consent, Function<String, List<Subscription>> watchers, PresenceHost host) {
        this.consent = consent;
        this.watchers = watchers;
        this.host = host;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String contentType() {
        return WatcherInfo.CONTENT_TYPE;
    }

    @Override
    public @Nullable PresenceRefusal refusal(String watcher, String resource, long now) {
        return PresenceRefusal.unlessOwn(watcher, resource);
    }

    @Override
    public @Nullable Notification notification(Subscription subscription, boolean full, long now) {
        Map<String, WatcherInfo.Watcher> all = all(subscription.resource(), now);
        List<WatcherInfo.Watcher> present = first(all.values());
        Map<?, ?> told = full || !(subscription.memory() instanceof Map<?, ?> memory) ? Map.of() : memory;
        List<WatcherInfo.Watcher> shown = new ArrayList<>();
        Map<String, Told> next = new LinkedHashMap<>();
        for (WatcherInfo.Watcher watcher : present) {
            Told is = new Told(watcher.address(), watcher.status());
            next.put(watcher.id(), is);
            if (!is.equals(told.get(watcher.id()))) {
                shown.add(watcher);
            }
        }
        told.forEach((id, before) -> {
            if (id instanceof String name && before instanceof Told(String address, var status)) {
                if (!all.containsKey(name)) {
                    shown.add(over(subscription.resource(), name, address, status));
                }
            }
        });
        if (!full && shown.isEmpty()) {
            return null;
        }
        subscription.remember(next);
        return Notification.of(
                contentType(),
                new WatcherInfo(subscription.version(), full, subscription.resource(), PresencePackage.NAME, shown)
                        .write());
    }

    private WatcherInfo.Watcher over(String person, String id, String address, WatcherInfo.Status before) {
        WatcherInfo.Event gone =
                before == WatcherInfo.Status.WAITING ? WatcherInfo.Event.GIVEUP : WatcherInfo.Event.TIMEOUT;
        return new WatcherInfo.Watcher(
                id,
                address,
                null,
                WatcherInfo.Status.TERMINATED,
                consent.standing(person, address) == Standing.REJECTED ? WatcherInfo.Event.REJECTED : gone,
                -1,
                -1);
    }

    private static List<WatcherInfo.Watcher> first(Collection<WatcherInfo.Watcher> all) {
        List<WatcherInfo.Watcher> first = new ArrayList<>();
        int active = 0;
        int undecided = 0;
        for (WatcherInfo.Watcher one : all) {
            int number = one.status() == WatcherInfo.Status.ACTIVE ? ++active : ++undecided;
            if (number <= MOST) {
                first.add(one);
            }
        }
        return first;
    }

    private Map<String, WatcherInfo.Watcher> all(String person, long now) {
        Map<String, WatcherInfo.Watcher> all = new LinkedHashMap<>();
        List<String> here = new ArrayList<>();
        for (Subscription one : watchers.apply(person)) {
            WatcherInfo.Watcher watcher = watcher(person, one, now);
            if (watcher != null) {
                here.add(one.watcher());
                all.put(watcher.id(), watcher);
            }
        }
        for (WatcherDecision one : consent.of(person)) {
            if (one.decision() == Decision.WAITING
                    && !here.contains(one.watcher())
                    && consent.standing(person, one.watcher()) == Standing.PENDING) {
                String id = OpaqueName.of("w", person, one.watcher());
                all.put(
                        id,
                        new WatcherInfo.Watcher(
                                id,
                                one.watcher(),
                                displayName(one.watcher()),
                                WatcherInfo.Status.WAITING,
                                WatcherInfo.Event.TIMEOUT,
                                -1,
                                -1));
            }
        }
        return all;
    }

    private WatcherInfo.@Nullable Watcher watcher(String person, Subscription one, long now) {
        WatcherInfo.Status status = switch (consent.standing(person, one.watcher())) {
            case ACTIVE, POLITELY_BLOCKED -> WatcherInfo.Status.ACTIVE;
            case PENDING -> WatcherInfo.Status.PENDING;
            case REJECTED -> null;
        };
        return status == null
                ? null
                : new WatcherInfo.Watcher(
                        OpaqueName.of("w", person, one.id()),
                        one.watcher(),
                        displayName(one.watcher()),
                        status,
                        status == WatcherInfo.Status.PENDING ? WatcherInfo.Event.SUBSCRIBE : WatcherInfo.Event.APPROVED,
                        Math.max(0, now - one.createdAt()) / NANOS_PER_SECOND,
                        Math.max(0, one.expiresAt - now) / NANOS_PER_SECOND);
    }

    private @Nullable String displayName(String address) {
        String name = host.displayName(address);
        return name.isEmpty() ? null : name;
    }
}
