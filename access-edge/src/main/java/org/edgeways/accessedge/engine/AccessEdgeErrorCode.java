package org.edgeways.accessedge.engine;

import org.edgeways.base.ErrorCode;

/** Why the Access Edge refused or dropped something. The meaning is what the person outside may read. */
public enum AccessEdgeErrorCode implements ErrorCode {
    SIGN_IN_FIRST("access-edge-sign-in-first", 403, "Sign in first"),
    FROM_FOREIGN("access-edge-from-foreign", 403, "Senders of other domains are not accepted from outside"),
    FROM_NOT_SIGNED_IN("access-edge-from-not-signed-in", 403, "The sender is not signed in on this connection"),
    REGISTRAR_FOREIGN("access-edge-registrar-foreign", 403, "This server signs in people of its own domains only"),
    ADDRESS_TOO_LONG("access-edge-address-too-long", 403, "The address to sign in is longer than the limit"),
    CONTACTS_TOO_MANY("access-edge-contacts-too-many", 403, "Too many contacts in one REGISTER"),
    PEOPLE_TOO_MANY("access-edge-people-too-many", 403, "Too many people are signed in on this connection"),
    TOKEN_FORGED("access-edge-token-forged", 403, "The route is not one that this server gave out"),
    TOKEN_FOREIGN("access-edge-token-foreign", 403, "The route was given to somebody else"),
    ROUTE_MALFORMED("access-edge-route-malformed", 400, "Malformed Route"),
    DESTINATION_MALFORMED("access-edge-destination-malformed", 400, "Malformed Request-URI"),
    DESTINATION_FOREIGN("access-edge-destination-foreign", 403, "This server does not reach that address from outside"),
    DESTINATION_UNKNOWN("access-edge-destination-unknown", 404, "No route to that address"),
    FLOW_UNKNOWN("access-edge-flow-unknown", 403, "The connection is not known any more"),
    FLOW_GONE("access-edge-flow-gone", 430, "Flow Failed"),
    CLIENT_CONGESTED("access-edge-client-congested", 480, "The receiver is too slow at the moment"),
    INSIDE_UNREACHABLE("access-edge-inside-unreachable", 480, "The service is not reachable at the moment"),
    ORIGIN_REFUSED("access-edge-origin-refused", 403, "Pages of this origin may not ask"),
    RATE_EXCEEDED("access-edge-rate-exceeded", 503, "Too many requests from your network"),
    SOURCE_BANNED("access-edge-source-banned", 403, "Your network is refused for a while"),
    ACKNOWLEDGEMENT_DROPPED("access-edge-acknowledgement-dropped", 0, "An ACK belonged to no call of its sender"),
    ROUTE_TOO_LONG("access-edge-route-too-long", 0, "A route set from inside is longer than a token holds"),
    NAMES_TRIED("access-edge-names-tried", 0, "Sign-ins of many people were begun on one connection, and not finished"),
    NODE_AS_INSIDE("access-edge-node-as-inside", 0, "Another edge node connected as if it were the inside"),
    SERVER_NOT_NEXT_HOP(
            "access-edge-server-not-next-hop",
            0,
            "A server that is no next hop of this node's connected as if it were the inside"),
    INSIDE_NAMES_FULL("access-edge-inside-names-full", 0, "Too many names of the inside: this one is not hidden"),
    CREDENTIALS_FAILED("access-edge-credentials-failed", 0, "Credentials from outside were refused inside");

    private final String code;
    private final int status;
    private final String meaning;

    AccessEdgeErrorCode(String code, int status, String meaning) {
        this.code = code;
        this.status = status;
        this.meaning = meaning;
    }

    @Override
    public String code() {
        return code;
    }

    /** The SIP status that goes with it; 0 if nothing is answered. */
    public int status() {
        return status;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
