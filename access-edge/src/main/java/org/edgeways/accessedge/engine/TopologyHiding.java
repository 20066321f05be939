package org.edgeways.accessedge.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.edgeways.base.Counters;
import org.edgeways.base.Result;
import org.edgeways.policy.SipDomains;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.OtherUri;
import org.edgeways.sip.message.Parameters;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.TelUri;
import org.edgeways.sip.message.Uri;
import org.edgeways.tokens.ContactToken;
import org.edgeways.tokens.Sealer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the inside's names and addresses out of what goes to a client outside, in all headers but Via and Record-Route,
 * which belong to the way of the message, and brings them back where a client returns them.
 */
final class TopologyHiding {

    /** What servers write about themselves; nothing in it is for a client outside. */
    private static final Set<HeaderName> DROPPED = Set.of(
            HeaderName.SERVER,
            HeaderName.PATH,
            HeaderName.SERVICE_ROUTE,
            HeaderName.ERROR_INFO,
            HeaderName.of("P-Charging-Vector"),
            HeaderName.of("P-Charging-Function-Addresses"),
            HeaderName.of("P-Visited-Network-ID"),
            HeaderName.of("P-Called-Party-ID"),
            HeaderName.of("P-Served-User"),
            HeaderName.of("ms-diagnostics"),
            HeaderName.of("ms-edge-proxy-message-trust"),
            HeaderName.of("ms-endpoint-location-data"));

    /** What has its own treatment here, or is the client's own and cannot be changed: see the README of the room. */
    private static final Set<HeaderName> NOT_SEARCHED = Set.of(
            HeaderName.VIA,
            HeaderName.FROM,
            HeaderName.TO,
            HeaderName.CALL_ID,
            HeaderName.CSEQ,
            HeaderName.CONTACT,
            HeaderName.RECORD_ROUTE,
            HeaderName.WARNING,
            HeaderName.REFER_TO,
            HeaderName.of("Replaces"),
            HeaderName.of("Target-Dialog"),
            HeaderName.of("Join"),
            HeaderName.WWW_AUTHENTICATE,
            HeaderName.PROXY_AUTHENTICATE,
            HeaderName.AUTHORIZATION,
            HeaderName.PROXY_AUTHORIZATION,
            HeaderName.MAX_FORWARDS,
            HeaderName.CONTENT_LENGTH,
            HeaderName.CONTENT_TYPE,
            HeaderName.EXPIRES,
            HeaderName.ALLOW,
            HeaderName.SUPPORTED,
            HeaderName.REQUIRE);

    private static final String OWN_PREFIX = "p-edgeways-";

    private final EdgeNames names;
    private final SipDomains domains;
    private final InsideNames inside;
    private final Sealer sealer;
    private final Counters counters;

    TopologyHiding(EdgeNames names, SipDomains domains, InsideNames inside, Sealer sealer, Counters counters) {
        this.names = names;
        this.domains = domains;
        this.inside = inside;
        this.sealer = sealer;
        this.counters = counters;
    }

    /**
     * Hides the inside in a message to a client.
     *
     * @param person to whom sealed addresses are given
     * @param own tells the client's own contacts, which stay as they are
     */
    void hide(SipMessage message, ClientFlow client, String person, Predicate<SipUri> own) {
        for (HeaderName name : message.names()) {
            if (DROPPED.contains(name)
                    || name.canonical().toLowerCase(Locale.ROOT).startsWith(OWN_PREFIX)
                    || !NOT_SEARCHED.contains(name)
                            && message.values(name).stream().anyMatch(inside::occurIn)) {
                drop(message, name);
            }
        }
        sealAddresses(message, HeaderName.CONTACT, client, person, own);
        sealAddresses(message, HeaderName.REFER_TO, client, person, own);
        rewriteWarnings(message);
        if (!message.isRequest()) {
            blankReason(message);
        }
    }

    private void sealAddresses(
            SipMessage message, HeaderName name, ClientFlow client, String person, Predicate<SipUri> own) {
        if (!message.has(name)) {
            return;
        }
        if (!(message.addresses(name) instanceof Result.Ok<List<NameAddress>>(var addresses))) {
            drop(message, name);
            return;
        }
        List<String> written = new ArrayList<>(addresses.size());
        boolean changed = false;
        for (NameAddress address : addresses) {
            NameAddress sealed = sealed(address, client, person, own);
            changed |= sealed == null || !sealed.equals(address);
            if (sealed != null) {
                written.add(sealed.toString());
            }
        }
        if (changed) {
            counters.counter("access_edge_headers_hidden", "header", name.canonical())
                    .increment();
            message.setAll(name, written);
        }
    }

    private @Nullable NameAddress sealed(NameAddress address, ClientFlow client, String person, Predicate<SipUri> own) {
        Uri uri = address.uri();
        return switch (uri) {
            case null -> address;
            case TelUri tel -> address;
            case OtherUri other -> inside.blank(other.text()).equals(other.text()) ? address : null;
            case SipUri sip
            when own.test(sip) ->
                new NameAddress(address.displayName(), sip, withoutRegistrarNotes(address.parameters()));
            case SipUri sip
            when isPublic(sip) -> new NameAddress(address.displayName(), sip, harmless(address.parameters()));
            case SipUri sip ->
                new NameAddress(address.displayName(), seal(sip, client, person), harmless(address.parameters()));
        };
    }

    /** An address of record or a GRUU in one of our domains: no host of ours can be learned from it. */
    private boolean isPublic(SipUri uri) {
        return domains.contains(uri.host())
                && uri.port() < 0
                && !uri.parameters().has("maddr")
                && (uri.headers() == null || !inside.occurIn(uri.headers()));
    }

    private Uri seal(SipUri uri, ClientFlow client, String person) {
        SipUri bare = new SipUri(uri.secure(), uri.userInfo(), uri.host(), uri.port(), uri.parameters(), null);
        String token = new ContactToken(person, bare.toString()).seal(sealer);
        String outside = names.uriOutside(uri.scheme(), token, client.transport());
        return Uri.parse(uri.headers() == null ? outside : outside + "?" + uri.headers())
                .orThrow();
    }

    private static Parameters withoutRegistrarNotes(Parameters parameters) {
        return parameters.without("received").without("path").without("socket");
    }

    private Parameters harmless(Parameters parameters) {
        Parameters kept = withoutRegistrarNotes(parameters);
        for (String name : kept.names()) {
            String value = kept.get(name);
            if (value != null && inside.occurIn(value)) {
                kept = kept.without(name);
            }
        }
        return kept;
    }

    /** RFC 3261 section 20.43: code, the host that warns, and a text for people. */
    private void rewriteWarnings(SipMessage message) {
        if (!message.has(HeaderName.WARNING)) {
            return;
        }
        List<String> written = new ArrayList<>();
        for (String warning : message.elements(HeaderName.WARNING)) {
            int agent = warning.indexOf(' ');
            int quote = warning.indexOf('"');
            String code = agent == 3 ? warning.substring(0, 3) : "399";
            String text = quote >= 0 ? warning.substring(quote) : "\"\"";
            boolean digits = code.chars().allMatch(c -> c >= '0' && c <= '9');
            written.add((digits ? code : "399") + " " + names.outsideHost() + " " + inside.blank(text));
        }
        message.setAll(HeaderName.WARNING, written);
    }

    private void blankReason(SipMessage response) {
        String blanked = inside.blank(response.reason());
        if (!blanked.equals(response.reason())) {
            counters.counter("access_edge_headers_hidden", "header", "reason-phrase")
                    .increment();
            response.setReason(blanked);
        }
    }

    private void drop(SipMessage message, HeaderName name) {
        message.remove(name);
        counters.counter("access_edge_headers_hidden", "header", counted(name)).increment();
    }

    /** Only names that we know become labels of a counter: others could be without end. */
    private static String counted(HeaderName name) {
        return DROPPED.contains(name) ? name.canonical() : "other";
    }

    /**
     * The address behind a URI of ours.
     *
     * @param uri with one of our outside names as host
     */
    Result<ContactToken> open(SipUri uri) {
        return ContactToken.open(sealer, uri.userInfo() == null ? "" : uri.userInfo());
    }

    /** Puts the addresses behind sealed ones that were given to {@code person} back into a header of a request. */
    void restoreAddresses(SipMessage message, HeaderName name, Predicate<String> mayUse) {
        if (!message.has(name) || !(message.addresses(name) instanceof Result.Ok<List<NameAddress>>(var addresses))) {
            return;
        }
        List<String> written = new ArrayList<>(addresses.size());
        boolean changed = false;
        for (NameAddress address : addresses) {
            SipUri uri = address.sipUri();
            if (uri != null
                    && names.isOutside(uri.host())
                    && open(uri) instanceof Result.Ok<ContactToken>(var token)
                    && mayUse.test(token.person())
                    && Uri.parse(withHeaders(token.uri(), uri.headers())) instanceof Result.Ok<Uri>(var real)) {
                changed = true;
                written.add(new NameAddress(address.displayName(), real, address.parameters()).toString());
            } else {
                written.add(address.toString());
            }
        }
        if (changed) {
            message.setAll(name, written);
        }
    }

    private static String withHeaders(String uri, @Nullable String headers) {
        return headers == null ? uri : uri + "?" + headers;
    }
}
