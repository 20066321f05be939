package org.edgeways.pool.engine;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.edgeways.base.Result;
import org.edgeways.sip.digest.DigestCredentials;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;

/** What no device may assert is taken off, what the pool knows is put on (RFC 3325 section 9.1). */
final class Hygiene {

    private static final String OWN_PREFIX = "p-edgeways-";

    /** The draft before RFC 3325, which telephones still show. */
    private static final HeaderName REMOTE_PARTY_ID = HeaderName.of("Remote-Party-ID");

    private final Predicate<String> realms;

    /** @param realms whether credentials for a realm are meant for this server */
    Hygiene(Predicate<String> realms) {
        this.realms = realms;
    }

    /** Cleans a request of an accepted sender and asserts who that is. */
    void clean(SipMessage request, Sender sender) {
        strip(request);
        dropCredentials(request, HeaderName.PROXY_AUTHORIZATION);
        dropCredentials(request, HeaderName.AUTHORIZATION);
        if (!wantsPrivacy(request)) {
            request.add(HeaderName.P_ASSERTED_IDENTITY, identity(sender.account()));
        }
    }

    /**
     * Takes off a response of a device what it may not say. That a device asks people for the digest of their password
     * is among it: it could guess at the password with that.
     */
    static void stripResponse(SipMessage response) {
        strip(response);
        response.remove(HeaderName.WWW_AUTHENTICATE);
        response.remove(HeaderName.PROXY_AUTHENTICATE);
    }

    /** Whether a response of a device asks for credentials. */
    static boolean challenges(SipMessage response) {
        return response.status() == 401 || response.status() == 407;
    }

    private static void strip(SipMessage message) {
        message.remove(HeaderName.P_ASSERTED_IDENTITY);
        message.remove(HeaderName.P_PREFERRED_IDENTITY);
        message.remove(REMOTE_PARTY_ID);
        for (HeaderName name : message.names()) {
            if (name.canonical().toLowerCase(Locale.ROOT).startsWith(OWN_PREFIX)) {
                message.remove(name);
            }
        }
    }

    private void dropCredentials(SipMessage request, HeaderName header) {
        if (!request.has(header)) {
            return;
        }
        List<String> kept = request.values(header).stream()
                .filter(value -> !(DigestCredentials.parse(value)
                                instanceof Result.Ok<DigestCredentials>(DigestCredentials given)
                        && realms.test(given.realm())))
                .toList();
        request.remove(header);
        kept.forEach(value -> request.add(header, value));
    }

    private static boolean wantsPrivacy(SipMessage request) {
        String privacy = request.first(HeaderName.PRIVACY);
        return privacy != null
                && List.of(privacy.toLowerCase(Locale.ROOT).split("[;,\\s]+")).contains("id");
    }

    private static String identity(People.Account account) {
        String address = "<" + account.address() + ">";
        if (account.displayName().isEmpty()) {
            return address;
        }
        StringBuilder name = new StringBuilder("\"");
        account.displayName().codePoints().filter(c -> c >= ' ' && c != 0x7f).forEach(c -> {
            if (c == '"' || c == '\\') {
                name.append('\\');
            }
            name.appendCodePoint(c);
        });
        return name.append("\" ").append(address).toString();
    }
}
