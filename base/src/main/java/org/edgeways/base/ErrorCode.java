package org.edgeways.base;

/**
 * One kind of refusal or failure. Each room owns one enum that implements this; the wire response, the log line, the
 * metric label and the administrator's explanation all come from it. Codes are unique over all rooms.
 */
public interface ErrorCode {

    /** The code: lower-case words joined by hyphens, stable once released, such as {@code sip-header-malformed}. */
    String code();

    /** What it means, for a person, without any inside name or address. */
    String meaning();
}
