package org.edgeways.pool.presence.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An event package about something of a person's that concerns nobody else, told whole each time. */
abstract class OwnPackage implements EventPackage {

    @Override
    public @Nullable PresenceRefusal refusal(String watcher, String resource, long now) {
        return PresenceRefusal.unlessOwn(watcher, resource);
    }

    @Override
    public @Nullable Notification notification(Subscription subscription, boolean full, long now) {
        byte[] state = state(subscription.resource(), now);
        if (!full && subscription.memory() instanceof byte[] told && Arrays.equals(told, state)) {
            return null;
        }
        subscription.remember(state);
        return Notification.of(contentType(), document(subscription.resource(), subscription.version(), now));
    }

    /** What the document says, without what differs in each: the same bytes mean that nothing is new. */
    abstract byte[] state(String person, long now);

    /** The document with that number. */
    abstract byte[] document(String person, long version, long now);
}
