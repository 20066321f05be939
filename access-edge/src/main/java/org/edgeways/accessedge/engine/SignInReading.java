package org.edgeways.accessedge.engine;

import java.util.List;
import org.edgeways.base.Result;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.jspecify.annotations.Nullable;

/**
 * What an accepted REGISTER means for its connection.
 *
 * @param bound false if the client has no binding left: it signed out
 * @param lifetimeSeconds how long the binding lives
 * @param contacts the client's contacts as it wrote them
 */
record SignInReading(boolean bound, long lifetimeSeconds, List<String> contacts) {

    private static final long DEFAULT_SECONDS = 3600;
    private static final long MAX_SECONDS = 30L * 24 * 3600;

    /**
     * Reads a 2xx (RFC 3261 section 10.3): it lists all bindings of the address; those whose contact or instance the
     * request named are this client's.
     *
     * @return null if the request asked for the bindings only and changed nothing
     */
    static @Nullable SignInReading of(SipMessage request, SipMessage response) {
        if (!(request.addresses(HeaderName.CONTACT) instanceof Result.Ok<List<NameAddress>>(var asked))
                || asked.isEmpty()) {
            return null;
        }
        List<NameAddress> kept = kept(request, asked);
        if (kept.isEmpty()) {
            return new SignInReading(false, 0, List.of());
        }
        if (!(response.addresses(HeaderName.CONTACT) instanceof Result.Ok<List<NameAddress>>(var granted))
                || granted.isEmpty()) {
            return new SignInReading(false, 0, List.of());
        }
        List<String> contacts =
                kept.stream().map(contact -> String.valueOf(contact.uri())).toList();
        long requested = requestedSeconds(request, kept.getFirst());
        long longest = 0;
        boolean found = false;
        for (NameAddress binding : granted) {
            if (kept.stream().anyMatch(contact -> same(contact, binding))) {
                found = true;
                longest = Math.max(longest, grantedSeconds(response, binding, requested));
            }
        }
        // a registrar that rewrites contacts: it has accepted, and what it grants is the best that we know
        long lifetime = found ? longest : grantedSeconds(response, granted.getFirst(), requested);
        return lifetime > 0
                ? new SignInReading(true, Math.min(lifetime, MAX_SECONDS), contacts)
                : new SignInReading(false, 0, List.of());
    }

    /** The contacts that a request wants bound; others may be removed by the same request (RFC 3261 section 10.2.2). */
    static List<NameAddress> kept(SipMessage request, List<NameAddress> asked) {
        return asked.stream()
                .filter(contact -> contact.uri() != null && requestedSeconds(request, contact) > 0)
                .toList();
    }

    private static boolean same(NameAddress asked, NameAddress granted) {
        String instance = asked.parameters().get("+sip.instance");
        if (instance != null && instance.equals(granted.parameters().get("+sip.instance"))) {
            return true;
        }
        SipUri one = asked.sipUri();
        SipUri other = granted.sipUri();
        return one != null && other != null && one.equivalent(other);
    }

    private static long requestedSeconds(SipMessage request, NameAddress contact) {
        long own = seconds(contact.parameters().get("expires"));
        return own >= 0 ? own : request.expires().orElse(DEFAULT_SECONDS);
    }

    private static long grantedSeconds(SipMessage response, NameAddress binding, long requested) {
        long own = seconds(binding.parameters().get("expires"));
        return own >= 0 ? own : response.expires().orElse(requested);
    }

    private static long seconds(@Nullable String text) {
        if (text == null || text.isEmpty() || text.length() > 10) {
            return -1;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return -1;
            }
        }
        return Long.parseLong(text);
    }
}
