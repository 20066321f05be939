package org.edgeways.accessedge.engine;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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

    private static final HeaderName CONTENT_ID = HeaderName.of("Content-ID");

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
            HeaderName.RETRY_AFTER,
            CONTENT_ID,
            HeaderName.MAX_FORWARDS,
            HeaderName.CONTENT_LENGTH,
            HeaderName.CONTENT_TYPE,
            HeaderName.EXPIRES,
            HeaderName.ALLOW,
            HeaderName.SUPPORTED,
            HeaderName.REQUIRE);

    private static final Set<String> HARMLESS_IN_URI = Set.of("replaces", "join", "target-dialog", "require");

    private static final List<String> GRUUS = List.of("pub-gruu", "temp-gruu");

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

    /** True if the text names the inside. */
    boolean reveals(String text) {
        return inside.occurIn(text);
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
                    || name.lowerCase().startsWith(OWN_PREFIX)
                    || !NOT_SEARCHED.contains(name)
                            && message.values(name).stream().anyMatch(inside::occurIn)) {
                drop(message, name);
            }
        }
        sealAddresses(message, HeaderName.CONTACT, client, person, own);
        sealAddresses(message, HeaderName.REFER_TO, client, person, own);
        rewriteWarnings(message);
        dropCommentOfRetryAfter(message);
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
            message.setElements(name, written);
        }
    }

    private @Nullable NameAddress sealed(NameAddress address, ClientFlow client, String person, Predicate<SipUri> own) {
        Uri uri = address.uri();
        return switch (uri) {
            case null -> address;
            case TelUri tel -> inside.occurIn(tel.toString()) ? null : address;
            case OtherUri other -> inside.occurIn(other.text()) ? null : address;
            case SipUri sip
            when own.test(sip) ->
                new NameAddress(address.displayName(), sip, harmlessGruus(withoutRegistrarNotes(address.parameters())));
            case SipUri sip
            when isPublic(sip) ->
                new NameAddress(
                        displayName(address),
                        withHeadersOf(sip, harmlessHeaders(sip.headers())),
                        harmless(address.parameters()));
            case SipUri sip -> {
                Uri hidden = seal(sip, client, person);
                yield hidden == null
                        ? null
                        : new NameAddress(displayName(address), hidden, harmless(address.parameters()));
            }
        };
    }

    private @Nullable String displayName(NameAddress address) {
        String name = address.displayName();
        return name == null || inside.occurIn(name) ? null : name;
    }

    /** An address of record or a GRUU in one of our domains: no host of ours can be learned from it. */
    private boolean isPublic(SipUri uri) {
        return domains.contains(uri.host())
                && uri.port() < 0
                && !uri.parameters().has("maddr")
                && !inside.occurIn(uri.parameters().toString())
                && (uri.userInfo() == null || !inside.occurIn(uri.userInfo()));
    }

    /** Null if it is too long for a token. */
    private @Nullable Uri seal(SipUri uri, ClientFlow client, String person) {
        ContactToken token = new ContactToken(person, withHeadersOf(uri, null).toString());
        if (!token.fits()) {
            return null;
        }
        String outside = names.uriOutside(uri.scheme(), token.seal(sealer), client.transport());
        String headers = harmlessHeaders(uri.headers());
        return Uri.parse(headers == null ? outside : outside + "?" + headers).orThrow();
    }

    private static SipUri withHeadersOf(SipUri uri, @Nullable String headers) {
        return new SipUri(uri.secure(), uri.userInfo(), uri.host(), uri.port(), uri.parameters(), headers);
    }

    /** The headers that a URI asks for, such as Replaces; it consists of a Call-ID and tags, which must stay. */
    private @Nullable String harmlessHeaders(@Nullable String headers) {
        if (headers == null) {
            return null;
        }
        String kept = Arrays.stream(headers.split("&", -1))
                .filter(header -> HARMLESS_IN_URI.contains(nameIn(header)) || !inside.occurIn(unescaped(header)))
                .collect(Collectors.joining("&"));
        return kept.isEmpty() ? null : kept;
    }

    private static String nameIn(String uriHeader) {
        int equals = uriHeader.indexOf('=');
        return (equals < 0 ? uriHeader : uriHeader.substring(0, equals)).toLowerCase(Locale.ROOT);
    }

    private static String unescaped(String uriHeader) {
        try {
            return URLDecoder.decode(uriHeader.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEscapes) {
            return uriHeader;
        }
    }

    private static Parameters withoutRegistrarNotes(Parameters parameters) {
        return parameters.without("received").without("path").without("socket");
    }

    /** The client's own parameters stay, but the registrar writes these beside them (RFC 5627 section 5.2). */
    private Parameters harmlessGruus(Parameters parameters) {
        Parameters kept = parameters;
        for (String name : GRUUS) {
            String value = kept.get(name);
            if (value != null && inside.occurIn(value)) {
                kept = kept.without(name);
            }
        }
        return kept;
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

    /** RFC 3261 section 20.33: seconds, and perhaps a comment and parameters. The seconds are all that a client needs. */
    private static void dropCommentOfRetryAfter(SipMessage message) {
        String value = message.first(HeaderName.RETRY_AFTER);
        if (value == null) {
            return;
        }
        int end = 0;
        while (end < value.length() && value.charAt(end) >= '0' && value.charAt(end) <= '9') {
            end++;
        }
        if (end == 0) {
            message.remove(HeaderName.RETRY_AFTER);
        } else if (end < value.length() || message.count(HeaderName.RETRY_AFTER) > 1) {
            message.set(HeaderName.RETRY_AFTER, value.substring(0, end));
        }
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
            message.setElements(name, written);
        }
    }

    private static String withHeaders(String uri, @Nullable String headers) {
        return headers == null ? uri : uri + "?" + headers;
    }
}
