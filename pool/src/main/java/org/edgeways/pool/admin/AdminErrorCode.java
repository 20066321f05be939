package org.edgeways.pool.admin;

import org.edgeways.base.ErrorCode;

/** Why an administrator's request is not carried out, beyond what accounts say. */
public enum AdminErrorCode implements ErrorCode {
    REQUEST_MALFORMED("admin-request-malformed", "the request is no JSON object on one line"),
    COMMAND_UNKNOWN("admin-command-unknown", "there is no such command"),
    FIELD_MISSING("admin-field-missing", "the command needs another field"),
    FIELD_MALFORMED("admin-field-malformed", "a field of the command has the wrong kind of value"),
    FAILED("admin-failed", "the pool could not do it"),
    SOCKET_TAKEN("admin-socket-taken", "another pool runs with the same data directory"),
    SOCKET_LEFT("admin-socket-left", "the socket's file could not be removed; the next start replaces it"),
    CONNECTIONS_EXHAUSTED("admin-connections-exhausted", "too many administrators are connected at once"),
    LINE_TOO_LONG("admin-line-too-long", "a request is longer than is allowed"),
    PATH_TOO_LONG("admin-path-too-long", "the data directory's path is too long for a Unix-domain socket");

    private final String code;
    private final String meaning;

    AdminErrorCode(String code, String meaning) {
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
