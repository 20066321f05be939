package org.edgeways.pool.presence.engine;

import java.util.Arrays;
import java.util.function.ObjLongConsumer;
import org.edgeways.pool.presence.document.PresenceDocument;
import org.jspecify.annotations.Nullable;

/** The event package {@code presence} (RFC 3856), shown to each watcher as the person has decided. */
final class PresencePackage implements EventPackage {

    static final String NAME = "presence";

    private static final byte[] NOTHING = {};

    private final Presentities presentities;
    private final Consent consent;
    private final ListDocuments lists;
    private final ObjLongConsumer<Subscription> watchersChanged;

    /** @param watchersChanged is told of subscriptions that have begun, become something else or ended */
    PresencePackage(
            Presentities presentities,
            Consent consent,
            ListDocuments lists,
            ObjLongConsumer<Subscription> watchersChanged) {
        this.presentities = presentities;
        this.consent = consent;
        this.lists = lists;
        this.watchersChanged = watchersChanged;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String contentType() {
        return PresenceDocument.CONTENT_TYPE;
    }

    @Override
    public @Nullable PresenceRefusal refusal(String watcher, String resource, long now) {
        return consent.standing(resource, watcher) == Standing.REJECTED
                ? PresenceRefusal.of(403, PresenceErrorCode.WATCHER_BLOCKED, resource + " has blocked " + watcher)
                : null;
    }

    /** A person's own list. */
    @Override
    public boolean servesList(String watcher, String resource) {
        return watcher.equals(resource);
    }

    @Override
    public @Nullable String ended(Subscription subscription, long now) {
        return standing(subscription) == Standing.REJECTED ? "rejected" : null;
    }

    private Standing standing(Subscription subscription) {
        return consent.standing(subscription.resource(), subscription.watcher());
    }

    @Override
    public @Nullable Notification notification(Subscription subscription, boolean full, long now) {
        if (subscription.list) {
            return lists.notification(subscription, full);
        }
        Standing standing = standing(subscription);
        byte[] document = switch (standing) {
            case ACTIVE -> presentities.document(subscription.resource());
            case POLITELY_BLOCKED -> presentities.closed(subscription.resource());
            case PENDING, REJECTED -> NOTHING;
        };
        if (!full && subscription.memory() instanceof byte[] told && Arrays.equals(told, document)) {
            return null;
        }
        subscription.remember(document);
        return standing == Standing.ACTIVE || standing == Standing.POLITELY_BLOCKED
                ? Notification.of(contentType(), document)
                : Notification.ofPending();
    }

    @Override
    public void began(Subscription subscription, long now) {
        watchersChanged.accept(subscription, now);
    }

    @Override
    public void ended(Subscription subscription, String reason, long now) {
        watchersChanged.accept(subscription, now);
    }
}
