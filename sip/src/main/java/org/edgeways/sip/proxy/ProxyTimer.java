package org.edgeways.sip.proxy;

/** What a proxy core waits for. */
sealed interface ProxyTimer {

    /** RFC 3261 section 16.8: an INVITE rings without news. */
    record TimerC(Branch branch) implements ProxyTimer {}

    /** {@link RoutingDecision.Forward#finalTimeout}. */
    record FinalTimeout(ResponseContext context) implements ProxyTimer {}
}
