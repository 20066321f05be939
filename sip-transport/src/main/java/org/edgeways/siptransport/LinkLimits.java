package org.edgeways.siptransport;

import java.time.Duration;

/**
 * How the inside looks after its connections to edge nodes, as in {@link SipDialerSettings}. An edge must bear more silence
 * ({@code linkSilence}) than the two first together, else it closes links that are well.
 *
 * @param keepAlive interval of pings; default 30 s
 * @param pongTimeout how long a ping may stay unanswered; default 10 s
 * @param longestBackOff the longest pause before a lost connection is dialled again; default 30 s
 */
public record LinkLimits(Duration keepAlive, Duration pongTimeout, Duration longestBackOff) {

    /** The defaults named above. */
    public static final LinkLimits DEFAULT =
            new LinkLimits(Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(30));

    /** The same dialer with these limits. */
    public SipDialerSettings applyTo(SipDialerSettings dialer) {
        return dialer.withKeepAlive(keepAlive, pongTimeout).withBackOff(dialer.firstBackOff(), longestBackOff);
    }
}
