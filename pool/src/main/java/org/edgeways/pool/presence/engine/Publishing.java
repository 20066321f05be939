package org.edgeways.pool.presence.engine;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.base.Result;
import org.edgeways.pool.presence.document.PresenceDocument;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/** PUBLISH at the event state compositor, in the order of RFC 3903 section 6. */
final class Publishing {

    private static final HeaderName ENTITY_TAG = HeaderName.of("SIP-ETag");
    private static final HeaderName IF_MATCH = HeaderName.of("SIP-If-Match");
    private static final HeaderName CONTENT_ENCODING = HeaderName.of("Content-Encoding");
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final String RETRY_AFTER_FAILURE = "30";

    private final PresenceLimits limits;
    private final PresenceHost host;
    private final Writes writes;
    private final Publications publications;
    private final Counters counters;
    private final RandomGenerator random;

    Publishing(
            PresenceLimits limits,
            PresenceHost host,
            Writes writes,
            Publications publications,
            Counters counters,
            RandomGenerator random) {
        this.limits = limits;
        this.host = host;
        this.writes = writes;
        this.publications = publications;
        this.counters = counters;
        this.random = random;
    }

    /** Any PUBLISH of presence to a person. */
    void publish(EventRequest request, long now) {
        SipMessage message = request.message();
        PresenceRefusal extension = PresenceRefusal.unlessKnown(message, Set.of());
        if (extension != null) {
            host.refuse(request.request(), extension, now);
            return;
        }
        // item 3: authorisation
        if (!request.sender().equals(request.resource())) {
            refuse(request, 403, PresenceErrorCode.PUBLICATION_OF_ANOTHER, "the sender is " + request.sender(), now);
            return;
        }
        // item 4: the entity tag
        List<String> tags = message.values(IF_MATCH);
        Publications.Published known = null;
        if (!tags.isEmpty()) {
            known = tags.size() == 1
                    ? publications.ofTag(request.resource(), tags.getFirst().strip(), now)
                    : null;
            if (known == null) {
                refuse(request, 412, PresenceErrorCode.PUBLICATION_UNKNOWN, "SIP-If-Match names no publication", now);
                return;
            }
        }
        // item 5: the expiry
        long seconds = message.expires().orElse(limits.defaultExpiry().toSeconds());
        if (seconds > 0 && seconds < limits.minimumExpiry().toSeconds()) {
            String least = Long.toString(limits.minimumExpiry().toSeconds());
            host.refuse(
                    request.request(),
                    PresenceRefusal.of(423, PresenceErrorCode.PUBLICATION_TOO_BRIEF, "limit minimumExpiry")
                            .with(HeaderName.MIN_EXPIRES, least),
                    now);
            return;
        }
        seconds = Math.min(seconds, limits.maximumExpiry().toSeconds());
        if (seconds == 0 && known != null) {
            remove(request, known.publication());
            return;
        }
        // item 6: the document
        if (message.bodyLength() == 0) {
            if (known == null) {
                refuse(request, 400, PresenceErrorCode.PUBLICATION_MALFORMED, "the first PUBLISH has a body", now);
            } else {
                keep(request, known, known.publication().body(), known.document(), seconds, now);
            }
            return;
        }
        PresenceRefusal refusal = unreadable(message);
        if (refusal != null) {
            host.refuse(request.request(), refusal, now);
            return;
        }
        switch (publications.read(message.body())) {
            case Result.Bad<PresenceDocument> bad ->
                refuse(
                        request,
                        400,
                        PresenceErrorCode.PUBLICATION_MALFORMED,
                        bad.code().code() + " at " + bad.offset() + ": " + bad.reason(),
                        now);
            case Result.Ok<PresenceDocument>(PresenceDocument document) -> {
                if (seconds == 0) {
                    // state that ends as soon as it begins
                    accept(request, tag(), 0, now);
                } else {
                    keep(request, known, message.body(), document, seconds, now);
                }
            }
        }
    }

    private @Nullable PresenceRefusal unreadable(SipMessage message) {
        if (message.bodyLength() > limits.publicationBytes()) {
            return PresenceRefusal.of(413, PresenceErrorCode.PUBLICATION_TOO_LARGE, "limit publicationBytes");
        }
        String type = message.first(HeaderName.CONTENT_TYPE);
        String name = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        String encoding = message.first(CONTENT_ENCODING);
        if (!name.equals(PresenceDocument.CONTENT_TYPE)
                || (encoding != null && !encoding.strip().equalsIgnoreCase("identity"))) {
            return PresenceRefusal.of(415, PresenceErrorCode.PUBLICATION_TYPE, "RFC 3903 section 6 item 6")
                    .with(HeaderName.ACCEPT, PresenceDocument.CONTENT_TYPE);
        }
        return null;
    }

    private void keep(
            EventRequest request,
            Publications.@Nullable Published known,
            byte[] body,
            PresenceDocument document,
            long seconds,
            long now) {
        Publication before = known == null ? null : known.publication();
        Publication publication = new Publication(
                before == null ? tag() : before.id(),
                tag(),
                request.resource(),
                request.device(),
                request.party(),
                request.credential(),
                body,
                before != null && Arrays.equals(before.body(), body) ? before.changedAt() : now,
                now,
                now + seconds * NANOS_PER_SECOND);
        publications.store(new Publications.Published(publication, document), (failure, then) -> {
            if (failure != null) {
                refuseUnstored(request, then);
            } else {
                accept(request, publication.tag(), seconds, then);
            }
        });
    }

    private void remove(EventRequest request, Publication publication) {
        writes.write(new PresenceWrite.ForgetPublication(publication.id()), (failure, then) -> {
            if (failure != null) {
                refuseUnstored(request, then);
            } else {
                publications.forgotten(publication, then);
                accept(request, tag(), 0, then);
            }
        });
    }

    private String tag() {
        return HexFormat.of().toHexDigits(random.nextLong());
    }

    private void accept(EventRequest request, String tag, long seconds, long now) {
        counters.counter("pool_publications").increment();
        SipMessage ok = SipMessage.responseTo(request.message(), 200, "OK");
        ok.set(ENTITY_TAG, tag);
        ok.set(HeaderName.EXPIRES, Long.toString(seconds));
        host.respond(request.request(), ok, now);
    }

    private void refuse(EventRequest request, int status, PresenceErrorCode code, String rule, long now) {
        host.refuse(request.request(), PresenceRefusal.of(status, code, rule), now);
    }

    private void refuseUnstored(EventRequest request, long now) {
        host.refuse(
                request.request(),
                PresenceRefusal.of(500, PresenceErrorCode.PRESENCE_NOT_STORED, "publications are stored before 200")
                        .with(HeaderName.RETRY_AFTER, RETRY_AFTER_FAILURE),
                now);
    }
}
