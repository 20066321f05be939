package org.edgeways.siptransport;

import org.edgeways.base.ErrorCode;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.SipEngine;

/**
 * What a shard drives: one engine with the role around it, which knows connections. All calls come on the shard's one
 * event loop. {@code now} is in nanoseconds since 1970. The shard itself calls the engine's {@code timeout},
 * {@code sentOver}, {@code transportFailed} and {@code flowClosed}; messages pass through the role.
 */
public interface SipRole {

    /** The transactions of this shard; always the same object. */
    SipEngine engine();

    /** A connection has come. Every shard is told. */
    default void opened(SipConnection connection, long now) {}

    /** A message for this shard. A role that has nothing to check hands it to the engine. */
    default void received(SipConnection connection, SipMessage message, long now) {
        engine().receive(message, connection.origin(), now);
    }

    /** Something came that is no valid message; told to the shard of the connection's own loop. */
    default void refused(SipConnection connection, ErrorCode code, long now) {}

    /** A connection is gone; the engine has been told before. Every shard is told. */
    default void closed(SipConnection connection, TransportErrorCode reason, long now) {}

    /** Does what is due in the role itself; may be called too early or too often. */
    default void timeout(long now) {}

    /** When {@link #timeout} is to be called next, or {@link TimerQueue#NEVER}. */
    default long nextDeadline() {
        return TimerQueue.NEVER;
    }
}
