package org.edgeways.sip.proxy;

import org.edgeways.sip.message.SipMessage;

/** What a router wants done when all branches of a request have ended. */
public sealed interface FinalOutcome {

    /** Send that response: the best one, or one of the router's own. */
    record Send(SipMessage response) implements FinalOutcome {}

    /** The router will answer later with {@link ProxyCore#respond}. */
    record Defer() implements FinalOutcome {}

    /** Send nothing. */
    record Nothing() implements FinalOutcome {}
}
