package org.edgeways.pool.presence.document;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who watches a resource (RFC 3858).
 *
 * @param version 0 in the first document of a subscription, one more in each following
 * @param full whether all watchers are in it; else only those that have changed
 * @param resource whose watchers
 * @param event the event package that they watch, such as {@code presence}
 * @param watchers the watchers, in their order
 */
public record WatcherInfo(long version, boolean full, String resource, String event, List<Watcher> watchers) {

    /** Its media type. */
    public static final String CONTENT_TYPE = "application/watcherinfo+xml";

    /** Where a subscription stands (RFC 3857 section 4.7.1). */
    public enum Status {
        PENDING,
        ACTIVE,
        WAITING,
        TERMINATED
    }

    /** What brought it there. */
    public enum Event {
        SUBSCRIBE,
        APPROVED,
        DEACTIVATED,
        PROBATION,
        REJECTED,
        TIMEOUT,
        GIVEUP,
        NORESOURCE
    }

    /**
     * One subscription.
     *
     * @param id its name, which stays the same
     * @param address who watches
     * @param displayName how they are called; null if unknown
     * @param status where it stands
     * @param event what brought it there
     * @param subscribedSeconds since when; negative if it is not said
     * @param expiresInSeconds how long it still lasts; negative if it is not said
     */
    public record Watcher(
            String id,
            String address,
            @Nullable String displayName,
            Status status,
            Event event,
            long subscribedSeconds,
            long expiresInSeconds) {}

    /** Copies the watchers. */
    public WatcherInfo {
        watchers = List.copyOf(watchers);
    }

    /** The document. */
    public byte[] write() {
        List<XmlElement> all = new ArrayList<>();
        watchers.forEach(watcher -> all.add(element(watcher)));
        XmlElement list = XmlElement.of(XmlNames.WATCHER_INFO, "watcher-list")
                .with("resource", resource)
                .with("package", event)
                .withChildren(all);
        return XmlWriter.write(XmlElement.of(XmlNames.WATCHER_INFO, "watcherinfo", list)
                .with("version", Long.toString(version))
                .with("state", full ? "full" : "partial"));
    }

    private static XmlElement element(Watcher watcher) {
        XmlElement element = XmlElement.of(XmlNames.WATCHER_INFO, "watcher", watcher.address())
                .with("status", word(watcher.status()))
                .with("id", watcher.id())
                .with("event", word(watcher.event()));
        if (watcher.displayName() != null) {
            element = element.with("display-name", watcher.displayName());
        }
        if (watcher.expiresInSeconds() >= 0) {
            element = element.with("expiration", Long.toString(watcher.expiresInSeconds()));
        }
        if (watcher.subscribedSeconds() >= 0) {
            element = element.with("duration-subscribed", Long.toString(watcher.subscribedSeconds()));
        }
        return element;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
