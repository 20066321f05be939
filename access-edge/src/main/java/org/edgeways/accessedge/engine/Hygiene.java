package org.edgeways.accessedge.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.edgeways.base.Counters;
import org.edgeways.base.Result;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;

/**
 * Removes from what comes from outside all that only the inside or this edge may assert. Works on parsed header names, so
 * that compact forms, folding and odd case are the same to it.
 */
final class Hygiene {

    /** The mark that tells the inside on which connection a request or a response came. */
    static final HeaderName FLOW_MARK = HeaderName.of("P-Edgeways-Flow");

    /** In a request of the edge's own: a connection of a client's, as the mark names it, that has ended. */
    static final HeaderName FLOW_ENDED = HeaderName.of("P-Edgeways-Flow-Ended");

    private static final String OWN_PREFIX = "p-edgeways-";

    private static final Set<HeaderName> ASSERTED = Set.of(
            // identity (RFC 3325, RFC 6050, RFC 7315 and the draft before them)
            HeaderName.P_ASSERTED_IDENTITY,
            HeaderName.of("P-Asserted-Service"),
            HeaderName.of("P-Associated-URI"),
            HeaderName.of("P-Called-Party-ID"),
            HeaderName.of("P-Served-User"),
            HeaderName.of("P-Profile-Key"),
            HeaderName.of("P-User-Database"),
            HeaderName.of("Remote-Party-ID"),
            // routes that clients do not make (RFC 3327, RFC 3608): there is no proxy of theirs between us and them
            HeaderName.PATH,
            HeaderName.SERVICE_ROUTE,
            HeaderName.RECORD_ROUTE,
            // charging
            HeaderName.of("P-Charging-Vector"),
            HeaderName.of("P-Charging-Function-Addresses"),
            HeaderName.of("P-Visited-Network-ID"),
            // trust marks of the servers that this one replaces
            HeaderName.of("ms-edge-proxy-message-trust"),
            HeaderName.of("ms-user-logon-data"),
            HeaderName.of("ms-asserted-verification-level"));

    /**
     * A preference is for requests. A challenge is for the pool to make: a client that challenges wants the digest of an
     * inside person's password, which it could then search for at leisure.
     */
    private static final List<HeaderName> ONLY_OURS_IN_RESPONSES =
            List.of(HeaderName.P_PREFERRED_IDENTITY, HeaderName.WWW_AUTHENTICATE, HeaderName.PROXY_AUTHENTICATE);

    private final Counters counters;

    Hygiene(Counters counters) {
        this.counters = counters;
    }

    /** Cleans a request. */
    void cleanRequest(SipMessage request, ClientFlow client, long now) {
        strip(request);
        keepPreferredIdentity(request, client, now);
    }

    /** Cleans a response. */
    void cleanResponse(SipMessage response) {
        strip(response);
        for (HeaderName name : ONLY_OURS_IN_RESPONSES) {
            if (response.has(name)) {
                remove(response, name);
            }
        }
    }

    private void strip(SipMessage message) {
        for (HeaderName name : message.names()) {
            if (ASSERTED.contains(name) || name.lowerCase().startsWith(OWN_PREFIX)) {
                remove(message, name);
            }
        }
    }

    /**
     * RFC 3325 section 9.2: a preference among identities of the sender's own. One SIP identity is kept, if it is that of
     * From and that person is signed in on the connection: others who share it have not asked for this. Nobody here can
     * vouch for a telephone number.
     */
    private void keepPreferredIdentity(SipMessage request, ClientFlow client, long now) {
        if (!request.has(HeaderName.P_PREFERRED_IDENTITY)) {
            return;
        }
        SipUri from = request.from().sipUri();
        String sender = from == null ? "" : from.addressOfRecord();
        List<String> kept = new ArrayList<>(1);
        boolean several = false;
        if (request.addresses(HeaderName.P_PREFERRED_IDENTITY) instanceof Result.Ok<List<NameAddress>>(var addresses)) {
            for (NameAddress address : addresses) {
                SipUri uri = address.sipUri();
                if (uri != null) {
                    several |= !kept.isEmpty();
                    if (uri.addressOfRecord().equals(sender) && client.isSignedInAs(sender, now)) {
                        kept.add(address.toString());
                    }
                }
            }
        }
        if (kept.size() == 1 && !several) {
            request.setAll(HeaderName.P_PREFERRED_IDENTITY, kept);
        } else {
            remove(request, HeaderName.P_PREFERRED_IDENTITY);
        }
    }

    private void remove(SipMessage message, HeaderName name) {
        message.remove(name);
        boolean own = name.lowerCase().startsWith(OWN_PREFIX);
        counters.counter("access_edge_headers_stripped", "header", own ? "P-Edgeways" : name.canonical())
                .increment();
    }
}
