package org.edgeways.avedge;

import org.edgeways.base.ErrorCode;

/** What the role itself drops or closes, beside what its engines refuse. */
public enum AvEdgeErrorCode implements ErrorCode {
    /** A port to relay from could not be opened. */
    PORT_NOT_OPENED("av-edge-port-not-opened", "A port to relay from could not be opened."),
    /** Datagrams need a system call each: the system has no others, or a filter of system calls forbids them. */
    SOCKETS_PLAIN(
            "av-edge-sockets-plain",
            "System calls for many datagrams at once do not work here; it costs more processor"),
    /** A thread that relays has ended; others go on. */
    SHARD_ENDED("av-edge-shard-ended", "A thread that relays has ended; what it had is gone, and others go on"),
    /** A fault of this program. */
    SHARD_FAILED("av-edge-shard-failed", "A shard broke at something, which is a fault of this program; it goes on."),
    /** A thread has too much to do to take more from another one, or from the connections. */
    HAND_OVER_FULL("av-edge-hand-over-full", "The relay has more to do than it can, and something was dropped"),
    /** A client reads more slowly over its connection than data comes for it. */
    CLIENT_CONGESTED("av-edge-client-congested", "The client reads more slowly than data comes for it"),
    /** The client's connection, or its session over DTLS, is gone, but its allocation is not. */
    CLIENT_GONE("av-edge-client-gone", "The client's connection is closed"),
    /** A connection on which something came that is no TURN. */
    STREAM_BROKEN("av-edge-stream-broken", "What came on the connection is no TURN"),
    /** A connection on which nothing is relayed and nothing was asked for long. */
    STREAM_IDLE("av-edge-stream-idle", "Nothing is relayed on the connection, and nothing came"),
    /** A client over DTLS that offers no DTLS 1.2; it is told so by an alert. */
    DTLS_VERSION("av-edge-dtls-version", "The client offers no DTLS 1.2, and older ones are not spoken (RFC 8996)"),
    /** More clients over DTLS, or more that begin in a second, than there may be. */
    DTLS_LIMIT("av-edge-dtls-limit", "There are as many clients over DTLS, or as many begin at once, as there may be"),
    /** One source network has as many clients over DTLS, or begins as many in a second, as it may. */
    DTLS_SOURCE_LIMIT(
            "av-edge-dtls-source-limit",
            "One source network has as many clients over DTLS, or begins as many at once, as it may have"),
    /** A handshake or a session over DTLS that the client has broken. */
    DTLS_BROKEN("av-edge-dtls-broken", "What came is no DTLS, or the client does not agree"),
    /** A datagram over DTLS that is longer than what an Ethernet carries. */
    DTLS_TOO_LONG("av-edge-dtls-too-long", "A datagram over DTLS is longer than 1,472 bytes"),
    /** Data for a client over DTLS that does not go into one record. */
    DTLS_RECORD_TOO_LONG(
            "av-edge-dtls-record-too-long",
            "Data for a client over DTLS is longer than a record may be: 16,384 bytes, or less if the client has asked for less"),
    /** A peer's connection that comes while more of them wait to be judged than may. */
    PEERS_UNJUDGED("av-edge-peers-unjudged", "More peers connect at once than the relay can judge"),
    /** The system did not take a datagram. */
    NOT_SENT("av-edge-not-sent", "The system did not send a datagram");

    private final String code;
    private final String meaning;

    AvEdgeErrorCode(String code, String meaning) {
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
