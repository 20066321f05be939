package org.edgeways.turn;

import org.edgeways.base.ErrorCode;

/**
 * What a TURN server refuses or drops, and why. A code with a {@link #status} is answered with it (RFC 8489 section 14.8,
 * RFC 8656 section 19); one without is met with silence.
 */
public enum TurnErrorCode implements ErrorCode {
    /** RFC 8489 section 14.8: another server is to be asked, since the node is being drained. */
    TRY_ALTERNATE(
            "turn-try-alternate",
            300,
            "Try Alternate",
            "This node is being drained: it takes no new allocations, and names another server"),
    /** The same, since there is no room for one more allocation. */
    TRY_ALTERNATE_FULL(
            "turn-try-alternate-full",
            300,
            "Try Alternate",
            "There is no room for one more allocation of whomever it be, and another server is named"),
    /** A request without the attribute it needs, or with one that cannot be read. */
    BAD_REQUEST(
            "turn-bad-request", 400, "Bad Request", "The request lacks an attribute or has one that cannot be read"),
    /** A request without credentials, as every first one is. */
    CHALLENGED("turn-challenged", 401, "", "The request has no credentials yet"),
    /** The user name is unknown here, withdrawn, or has a form that is not ours. */
    USER_UNKNOWN("turn-user-unknown", 401, "", "The user name is not known here"),
    /** The time that the credentials were given for is over. */
    CREDENTIALS_EXPIRED("turn-credentials-expired", 401, "", "The credentials are no longer valid"),
    /** The integrity of the request does not fit the user's key. */
    CREDENTIALS_WRONG("turn-credentials-wrong", 401, "", "The credentials do not fit"),
    /** The peer is one that nothing is relayed to. */
    PEER_FORBIDDEN("turn-peer-forbidden", 403, "Peer Forbidden", "Nothing is relayed to this peer's address"),
    /** Relayed ports are closed, so only peers that are relayed here themselves can be reached. */
    RELAY_PORTS_CLOSED(
            "turn-relay-ports-closed",
            403,
            "relayPorts: none",
            "The setting relayPorts is none: only peers that are relayed by this node can be reached"),
    /** RFC 8016 section 3.3: mobility is switched off, or the ticket is not one of ours for this user. */
    MOBILITY_FORBIDDEN("turn-mobility-forbidden", 405, "Mobility Forbidden", "The mobility ticket is not accepted"),
    /** A request with an attribute that must be understood and is not. */
    UNKNOWN_ATTRIBUTE(
            "turn-unknown-attribute", 420, "Unknown Attribute", "The request has an attribute that is not known"),
    /** There is no allocation for this client address. */
    NO_ALLOCATION("turn-no-allocation", 437, "Allocation Mismatch", "There is no allocation for this client address"),
    /** There is an allocation for this client address already. */
    ALLOCATION_EXISTS(
            "turn-allocation-exists", 437, "Allocation Mismatch", "The client address has an allocation already"),
    /** The nonce is too old, or was given to another address. */
    NONCE_STALE("turn-nonce-stale", 438, "", "The nonce is no longer valid"),
    /** RFC 8656 section 19: this kind of relayed address is not offered. */
    FAMILY_UNSUPPORTED(
            "turn-family-unsupported",
            440,
            "Address Family Not Supported",
            "No relayed addresses of this family are offered"),
    /** The allocation was made by another user. */
    OTHER_USER("turn-other-user", 441, "Wrong Credentials", "The allocation was made with another user name"),
    /** The transport asked for is not relayed. */
    TRANSPORT_UNSUPPORTED(
            "turn-transport-unsupported", 442, "Unsupported Transport Protocol", "This transport is not relayed"),
    /** TCP is asked for, whose peers are reached through relayed ports alone, and those are closed. */
    TCP_NEEDS_RELAY_PORTS(
            "turn-tcp-needs-relay-ports",
            442,
            "relayPorts: none",
            "The setting relayPorts is none: TCP to peers, which needs ports, is not relayed"),
    /** TCP is asked for, and its peers are switched off. */
    TCP_PEERS_OFF(
            "turn-tcp-peers-off", 442, "tcpPeers: false", "The setting tcpPeers is false: TCP to peers is not relayed"),
    /** The peer's address family is not one of the allocation's. */
    FAMILY_MISMATCH(
            "turn-family-mismatch",
            443,
            "Peer Address Family Mismatch",
            "The allocation has no address of the peer's family"),
    /** RFC 6062 section 6.3: there is a connection to this peer already. */
    CONNECTION_EXISTS(
            "turn-connection-exists", 446, "Connection Already Exists", "There is a connection to this peer already"),
    /** RFC 6062 section 6.3: the peer could not be connected to. */
    CONNECTION_FAILED(
            "turn-connection-failed",
            447,
            "Connection Timeout or Failure",
            "The peer could not be connected to in time"),
    /** The user has as many allocations as one may. */
    QUOTA_REACHED(
            "turn-quota-reached",
            486,
            "Allocation Quota Reached",
            "The person has as many allocations as one may have"),
    /** The source network has as many allocations as one may. */
    SOURCE_QUOTA_REACHED(
            "turn-source-quota-reached",
            486,
            "Allocation Quota Reached",
            "The client's source network has as many allocations as one may have"),
    /** There are as many allocations as there may be. */
    TOTAL_QUOTA_REACHED(
            "turn-total-quota-reached",
            486,
            "Allocation Quota Reached",
            "There are as many allocations as all may have together"),
    /** There is no room for one more allocation, permission, channel or connection. */
    NO_CAPACITY(
            "turn-no-capacity",
            508,
            "Insufficient Capacity",
            "There is no room for one more allocation, permission, channel or connection"),
    /** Past the connections to peers that the person may begin in a second: who gets on so fast looks for open ports. */
    CONNECTS_TOO_MANY(
            "turn-connects-too-many",
            508,
            "Insufficient Capacity",
            "The person begins more connections to peers in a second than one may"),
    /** All relayed ports are taken, or those that are free cannot be opened. */
    NO_PORT(
            "turn-no-port",
            508,
            "Insufficient Capacity",
            "No relayed port is free, or those that are cannot be opened"),
    /** RFC 8656 section 7.2: the token is of no reservation, or of one that is over, or of another user's. */
    RESERVATION_UNKNOWN(
            "turn-reservation-unknown",
            508,
            "Insufficient Capacity",
            "The token is of no reservation of this user, or its 30 seconds are over"),
    /** The node is being drained. */
    DRAINING("turn-draining", 508, "Insufficient Capacity", "This node is being drained: it takes no new allocations"),

    /** Neither STUN nor ChannelData, or STUN that fails the basic checks (RFC 8489 section 6.3). */
    MALFORMED("turn-malformed", 0, "", "The packet is neither STUN nor ChannelData"),
    /** STUN that nobody sends to a server, or an indication that cannot be read. */
    UNEXPECTED("turn-unexpected", 0, "", "The message is of no use to a server"),
    /** The source has used up the answers that it may have without credentials. */
    BUDGET_SPENT("turn-budget-spent", 0, "", "The source had all the answers that it may have without credentials"),
    /** Data from a client without an allocation. */
    DATA_WITHOUT_ALLOCATION("turn-data-without-allocation", 0, "", "The client has no allocation"),
    /** Data for, or from, a peer without a permission. */
    NO_PERMISSION("turn-no-permission", 0, "", "There is no permission for the peer"),
    /** Data for, or from, a peer whose permission was not renewed in time (RFC 8656 section 9). */
    PERMISSION_OVER(
            "turn-permission-over",
            0,
            "",
            "The permission for the peer is over: it holds for five minutes, and the client has not renewed it"),
    /** ChannelData on a number that is not bound. */
    CHANNEL_UNBOUND("turn-channel-unbound", 0, "", "The channel is not bound, or its ten minutes are over"),
    /** Data past the bandwidth, or the packets, that the person, the source or all may have. */
    RATE_EXCEEDED(
            "turn-rate-exceeded", 0, "", "More data than the person, the source network or all together may relay"),
    /** Data for a relayed address of ours that nobody has. */
    RELAY_UNKNOWN("turn-relay-unknown", 0, "", "Nobody has the relayed address");

    private final String code;
    private final int status;
    private final String reason;
    private final String meaning;

    TurnErrorCode(String code, int status, String reason, String meaning) {
        this.code = code;
        this.status = status;
        this.reason = reason;
        this.meaning = meaning;
    }

    @Override
    public String code() {
        return code;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    /** The status of the error response, 300 to 699; 0 if there is no response. */
    public int status() {
        return status;
    }

    /** The reason phrase of the response. Empty where strangers get it: a short answer is of no use for amplification. */
    public String reason() {
        return reason;
    }
}
