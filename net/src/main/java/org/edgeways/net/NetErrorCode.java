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
    HANDSHAKE_FAILED("net-handshake-failed", "The TLS handshake failed."),
    CLEAR_TEXT("net-clear-text", "The peer spoke no TLS."),
    CERTIFICATE_REFUSED("net-certificate-refused", "The peer's certificate is not one we accept."),
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
