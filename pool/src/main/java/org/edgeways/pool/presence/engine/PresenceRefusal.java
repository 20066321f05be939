package org.edgeways.pool.presence.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/**
 * A SUBSCRIBE or PUBLISH is not served.
 *
 * @param status the response's status
 * @param reason the response's reason phrase, for the person
 * @param code why, for log and counters
 * @param rule the rule that decided, for the administrator
 * @param headers what the response carries besides
 */
public record PresenceRefusal(
        int status, String reason, PresenceErrorCode code, String rule, List<HeaderLine> headers) {

    /** One header of a response. */
    public record HeaderLine(HeaderName name, String value) {}

    /** Copies the headers. */
    public PresenceRefusal {
        headers = List.copyOf(headers);
    }

    static PresenceRefusal of(int status, PresenceErrorCode code, String rule) {
        return new PresenceRefusal(status, code.meaning(), code, rule, List.of());
    }

    /** The refusal of whoever is not that person; null for the person. */
    static @Nullable PresenceRefusal unlessOwn(String watcher, String resource) {
        return watcher.equals(resource) ? null : of(403, PresenceErrorCode.EVENT_PRIVATE, "the watcher is " + watcher);
    }

    /** The refusal of a request that requires an extension (RFC 3261 section 8.2.2.3); null if all are known. */
    static @Nullable PresenceRefusal unlessKnown(SipMessage request, Set<String> extensions) {
        List<String> unknown = request.elements(HeaderName.REQUIRE).stream()
                .map(String::strip)
                .filter(tag -> !extensions.contains(tag.toLowerCase(Locale.ROOT)))
                .toList();
        return unknown.isEmpty()
                ? null
                : of(420, PresenceErrorCode.EXTENSION_REQUIRED, "RFC 3261 section 8.2.2.3")
                        .with(HeaderName.UNSUPPORTED, String.join(", ", unknown));
    }

    PresenceRefusal with(HeaderName name, String value) {
        List<HeaderLine> more = new ArrayList<>(headers);
        more.add(new HeaderLine(name, value));
        return new PresenceRefusal(status, reason, code, rule, more);
    }
}
