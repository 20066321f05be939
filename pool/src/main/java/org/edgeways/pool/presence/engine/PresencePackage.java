package org.edgeways.pool.presence.engine;

import java.util.Arrays;
import org.edgeways.pool.presence.document.PresenceDocument;
import org.jspecify.annotations.Nullable;

/** The event package {@code presence} (RFC 3856). */
final class PresencePackage implements EventPackage {

    private final Presentities presentities;

    PresencePackage(Presentities presentities) {
        this.presentities = presentities;
    }

    @Override
    public String name() {
        return "presence";
    }

    @Override
    public String contentType() {
        return PresenceDocument.CONTENT_TYPE;
    }

    @Override
    public @Nullable PresenceRefusal refusal(String watcher, String resource, long now) {
        return null;
    }

    @Override
    public @Nullable Notification notification(Subscription subscription, boolean full, long now) {
        byte[] document = presentities.document(subscription.resource());
        if (!full && subscription.memory() instanceof byte[] told && Arrays.equals(told, document)) {
            return null;
        }
        subscription.remember(document);
        return Notification.of(contentType(), document);
    }
}
