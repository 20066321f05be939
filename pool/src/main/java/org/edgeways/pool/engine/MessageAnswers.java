package org.edgeways.pool.engine;

/** What a device's final answer to a message means for the message. */
final class MessageAnswers {

    /** The connection to the device is gone (RFC 5626 section 11.5). */
    static final int FLOW_FAILED = 430;

    private MessageAnswers() {}

    /**
     * Whether the answer says only that the device could not be reached or could not take it now, so that the message
     * waits: 408, 430, 480, 482 (it still works on an earlier copy), 503 and 504. Everything else above 2xx is a refusal.
     */
    static boolean unreachable(int status) {
        return switch (status) {
            case 408, FLOW_FAILED, 480, 482, 503, 504 -> true;
            default -> false;
        };
    }
}
