package org.edgeways.sip.useragent;

import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/** What happened at a user agent. */
public sealed interface UserAgentEvent {

    /** Where events go; called within the engine's methods, must not block. */
    interface Listener {
        /**
         * Something happened.
         *
         * @param now nanoseconds since 1970
         */
        void happened(UserAgentEvent event, long now);
    }

    /**
     * A REGISTER was accepted.
     *
     * @param expiresSeconds how long the binding lives
     * @param flowTimerSeconds the server's Flow-Timer (RFC 5626 section 4.4), 0 if it names none
     */
    record Registered(SipMessage response, long expiresSeconds, long flowTimerSeconds) implements UserAgentEvent {}

    /** The binding was removed on our request. */
    record Unregistered() implements UserAgentEvent {}

    /** A REGISTER was refused, not answered, or granted no time (status 200). Nothing is tried again by itself. */
    record RegistrationFailed(int status, String reason) implements UserAgentEvent {}

    /**
     * A request that we sent has its final answer.
     *
     * @param id what sending it returned
     * @param status 408 without any answer, or that of the transport's failure; 487 for a change of the session that was
     *     still waiting when the call ended
     * @param response null if none came
     */
    record Answered(
            long id, int status, String reason, @Nullable SipMessage response) implements UserAgentEvent {}

    /** A MESSAGE came for the first time; it has been answered as {@link UserAgent#answerMessagesWith} says. */
    record MessageReceived(SipMessage message) implements UserAgentEvent {}

    /** A MESSAGE came once more with the same Call-ID, CSeq and Message-ID; it has been answered and is dropped. */
    record RepetitionDropped(SipMessage message) implements UserAgentEvent {}

    /** A request of another method came within a call, and has been answered 200. */
    record RequestReceived(Call call, SipMessage request) implements UserAgentEvent {}

    /** Somebody calls; to be answered with {@link UserAgent#ring}, {@link UserAgent#accept} or {@link UserAgent#reject}. */
    record CallOffered(Call call) implements UserAgentEvent {}

    /** A provisional response above 100 to our call. */
    record CallProgress(Call call, SipMessage response) implements UserAgentEvent {}

    /** A call is up: as its caller, the 2xx came; as its callee, the ACK did. */
    record CallEstablished(Call call) implements UserAgentEvent {}

    /** The peer changed the session by re-INVITE or UPDATE, which has been answered 200. */
    record CallChanged(Call call, SipMessage request) implements UserAgentEvent {}

    /**
     * A call is over.
     *
     * @param status 200 after BYE, else the final status of the INVITE; 408 if no ACK came
     */
    record CallEnded(Call call, int status, String reason) implements UserAgentEvent {}
}
