package org.edgeways.accessedge.engine;

import java.time.Duration;
import org.edgeways.policy.SipDomains;

/**
 * What the engine is set to at one time. Another takes its place as a whole, with {@link EdgeRouter#use}.
 *
 * @param names what the node calls itself
 * @param domains our SIP domains
 * @param nextHops where requests from outside go
 * @param hiding true to keep the inside's names and addresses from clients; false for finding faults only
 * @param limits the role's own limits
 * @param flowTimer how often clients that keep their connection alive (RFC 5626) are asked to do it; zero to leave it to
 *     them
 * @param insideNames what must not be read outside
 */
public record EdgePolicy(
        EdgeNames names,
        SipDomains domains,
        NextHops nextHops,
        boolean hiding,
        EdgeLimits limits,
        Duration flowTimer,
        InsideNames insideNames) {}
