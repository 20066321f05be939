package org.edgeways.pool.presence.engine;

import java.util.List;
import java.util.Locale;
import org.edgeways.base.Result;
import org.edgeways.pool.presence.document.ResourceList;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.Parameters;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/**
 * What a SUBSCRIBE says beside its dialog.
 *
 * @param event the package, in lower case; empty if there is none
 * @param eventId the id parameter, or null
 */
record SubscribeRequest(String event, @Nullable String eventId) {

    /** The option tag of RFC 4662. */
    static final String EVENT_LIST = "eventlist";

    /** Longest dialog data that is kept, in bytes: Contact, From, Call-ID and routes. */
    static final int DIALOG_BYTES = 8 * 1024;

    /** Reads the Event header. */
    static SubscribeRequest of(SipMessage message) {
        String text = message.first(HeaderName.EVENT);
        if (text == null) {
            return new SubscribeRequest("", null);
        }
        int end = text.indexOf(';');
        String name = (end < 0 ? text : text.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        String id = end >= 0 && Parameters.parse(text.substring(end)) instanceof Result.Ok<Parameters>(Parameters all)
                ? all.get("id")
                : null;
        return new SubscribeRequest(name, id == null || !id.matches("[A-Za-z0-9.!%*_+`'~-]{1,128}") ? null : id);
    }

    /** Whether the watcher can read lists (RFC 4662 section 4.2). */
    static boolean readsLists(SipMessage message) {
        return message.lists(HeaderName.SUPPORTED, EVENT_LIST)
                && message.has(HeaderName.ACCEPT)
                && accepts(message, ResourceList.CONTENT_TYPE)
                && accepts(message, ResourceList.LIST_TYPE);
    }

    /** Whether Accept lets a type in; absent lets everything in. */
    static boolean accepts(SipMessage message, String type) {
        if (!message.has(HeaderName.ACCEPT)) {
            return true;
        }
        String family = type.substring(0, type.indexOf('/')) + "/*";
        return message.elements(HeaderName.ACCEPT).stream()
                .map(element -> element.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
                .anyMatch(element -> element.equals(type) || element.equals(family) || element.equals("*/*"));
    }

    /** Whether it can begin a dialog, and one that is not too long to be kept. */
    static boolean hasDialog(SipMessage message) {
        String target = target(message);
        int bytes = message.callId().length()
                + message.from().toString().length()
                + message.to().toString().length()
                + (target == null ? 0 : target.length())
                + message.elements(HeaderName.RECORD_ROUTE).stream()
                        .mapToInt(String::length)
                        .sum();
        return target != null && message.fromTag() != null && bytes <= DIALOG_BYTES;
    }

    /** The one SIP URI in Contact, or null. */
    static @Nullable String target(SipMessage message) {
        return message.addresses(HeaderName.CONTACT) instanceof Result.Ok<List<NameAddress>>(var contacts)
                        && contacts.size() == 1
                        && contacts.getFirst().sipUri() != null
                ? String.valueOf(contacts.getFirst().sipUri())
                : null;
    }
}
