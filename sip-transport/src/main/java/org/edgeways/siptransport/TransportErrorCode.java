package org.edgeways.siptransport;

import org.edgeways.base.ErrorCode;

/** Why a SIP connection was closed, or did not carry a message. */
public enum TransportErrorCode implements ErrorCode {
    PEER_CLOSED("transport-peer-closed", "The other side closed the connection."),
    CONNECTION_FAILED("transport-connection-failed", "The connection broke."),
    CLOSED_BY_ROLE("transport-closed-by-role", "We closed the connection."),
    SHUT_DOWN("transport-shut-down", "The listener or dialer was closed."),
    IDLE("transport-idle", "Nothing came for longer than the idle limit."),
    SLOW_SENDER("transport-slow-sender", "A message stayed incomplete for too long."),
    SLOW_RECEIVER("transport-slow-receiver", "The other side took nothing of what was queued for too long."),
    FRAMING_LOST("transport-framing-lost", "The byte stream cannot be cut into messages."),
    MESSAGE_UNANSWERABLE("transport-message-unanswerable", "A message was so broken that it cannot be answered."),
    PONG_MISSING("transport-pong-missing", "A keep-alive was not answered."),
    LINK_SILENT(
            "transport-link-silent",
            "A link on which keep-alives came, or on which something was sent, has fallen silent."),
    UPGRADE_REFUSED("transport-upgrade-refused", "An HTTP request is not the WebSocket upgrade that we serve."),
    ORIGIN_REFUSED(
            "transport-origin-refused",
            "A web page asked for a WebSocket whose origin may not: see the setting access.origins."),
    TARGET_UNREACHABLE("transport-target-unreachable", "No connection to the next hop could be opened."),
    NEXT_HOP_PAUSED(
            "transport-next-hop-paused",
            "No connection to the next hop could be opened just now, and it is not dialled again yet."),
    NEXT_HOP_WITHDRAWN("transport-next-hop-withdrawn", "The settings no more name the next hop that we had dialled."),
    PEER_REFUSED("transport-peer-refused", "The other side has shown a certificate that is refused since."),
    ROLE_FAILED("transport-role-failed", "Our own handling of a message failed: a bug.");

    private final String code;
    private final String meaning;

    TransportErrorCode(String code, String meaning) {
        this.code = code;
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
}
