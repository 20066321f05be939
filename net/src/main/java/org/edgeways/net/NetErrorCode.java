package org.edgeways.net;

import org.edgeways.base.ErrorCode;

/** Why the net room refuses or closes a connection. */
public enum NetErrorCode implements ErrorCode {
    CONNECTIONS_EXHAUSTED("net-connections-exhausted", "The server has reached its limit of open connections."),
    CONNECTIONS_PER_SOURCE_EXHAUSTED(
            "net-connections-per-source-exhausted", "One source network has reached its limit of open connections."),
    HANDSHAKES_EXHAUSTED("net-handshakes-exhausted", "Too many TLS handshakes are in progress at once."),
    HANDSHAKES_PER_SOURCE_EXHAUSTED(
            "net-handshakes-per-source-exhausted", "Too many TLS handshakes of one source network are in progress."),
    CONNECTION_RATE_EXCEEDED(
            "net-connection-rate-exceeded", "One source network opens connections faster than is allowed."),
    SOURCE_BANNED("net-source-banned", "The source network is banned for a while."),
    HANDSHAKE_TIMEOUT("net-handshake-timeout", "The TLS handshake took longer than is allowed."),
    CLIENT_HELLO_MALFORMED("net-client-hello-malformed", "The beginning of the TLS handshake cannot be read."),
    CLIENT_HELLO_TOO_LONG("net-client-hello-too-long", "The beginning of the TLS handshake is longer than is allowed."),
    PROTOCOL_NOT_COMMON("net-protocol-not-common", "The client speaks no protocol that is served here (ALPN)."),
    CLIENT_EARLY("net-client-early", "The client came before what it is for is served here, as is usual."),
    CERTIFICATE_NOT_ASKED(
            "net-certificate-not-asked", "A client that may be a browser wants what takes a client certificate."),
    PROTOCOL_NOT_SERVED("net-protocol-not-served", "A protocol that we know is not served here."),
    PROTOCOL_UNKNOWN("net-protocol-unknown", "What the client sent first belongs to no protocol that we know."),
    FIRST_BYTES_TIMEOUT("net-first-bytes-timeout", "The client did not say in time what it wants."),
    REQUEST_MALFORMED("net-request-malformed", "An HTTP request cannot be read."),
    REQUEST_TIMEOUT("net-request-timeout", "An HTTP request was not complete in time."),
    REQUEST_NOT_SERVED("net-request-not-served", "An HTTP request is for nothing that is served here."),
    REQUEST_FAILED("net-request-failed", "Our own answer to an HTTP request failed: a bug."),
    UPGRADE_NOT_SERVED("net-upgrade-not-served", "An HTTP upgrade is for nothing that is served here."),
    CONNECTION_UNUSED("net-connection-unused", "An HTTP connection was opened and nothing came on it."),
    HTTP2_STREAMS_EXHAUSTED("net-http2-streams-exhausted", "An HTTP/2 connection has as many streams as it may have."),
    HTTP2_HEADERS_TOO_LONG(
            "net-http2-headers-too-long", "The header fields of an HTTP/2 stream are more than is allowed."),
    HTTP2_FLOODED(
            "net-http2-flooded", "More HTTP/2 resets, empty frames or continuations came in a row than are allowed."),
    HTTP2_RULES_BROKEN("net-http2-rules-broken", "The client broke the rules of HTTP/2."),
    HTTP2_IDLE("net-http2-idle", "Nothing came or went on an HTTP/2 connection for as long as is allowed."),
    HTTP2_AGED("net-http2-aged", "An HTTP/2 connection has lived as long as is allowed."),
    HANDSHAKE_FAILED("net-handshake-failed", "The TLS handshake failed."),
    CLEAR_TEXT("net-clear-text", "The peer spoke no TLS."),
    CLEAR_PAGE("net-clear-page", "A browser asked for a page without TLS: the address is to begin with https."),
    CERTIFICATE_SELF_SIGNED(
            "net-certificate-self-signed",
            "There is no certificate yet: a self-signed one is shown, which no client trusts."),
    CERTIFICATE_REFUSED("net-certificate-refused", "The peer's certificate is not one we accept."),
    SIGNING_REQUEST_REFUSED(
            "net-signing-request-refused",
            "A request for a certificate is malformed, or its maker does not hold the key."),
    KEY_LOCKED(
            "net-key-locked", "The passphrase does not open a key file: it is another one, or the file was changed."),
    PASSPHRASE_UNUSABLE("net-passphrase-unusable", "The file of a passphrase cannot be used."),
    ACCEPT_FAILED("net-accept-failed", "A connection could not be accepted; the listener goes on."),
    TASK_FAILED("net-task-failed", "A task broke, which is a fault of this program; others go on."),
    PEM_MALFORMED("net-pem-malformed", "A certificate or key file cannot be read.");

    private final String code;
    private final String meaning;

    NetErrorCode(String code, String meaning) {
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
