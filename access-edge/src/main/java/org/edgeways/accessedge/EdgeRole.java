package org.edgeways.accessedge;

import java.util.random.RandomGenerator;
import org.edgeways.accessedge.engine.EdgePolicy;
import org.edgeways.accessedge.engine.EdgeRouter;
import org.edgeways.accessedge.engine.FlowDirectory;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.proxy.LocalRequestListener;
import org.edgeways.sip.proxy.ProxyCore;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.SipEngine;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.siptransport.SipConnection;
import org.edgeways.siptransport.SipRole;
import org.edgeways.siptransport.TransportErrorCode;

/** One shard's proxy core. Connections that we opened to a next hop ourselves are entered here. */
final class EdgeRole implements SipRole {

    private static final LocalRequestListener NOBODY_WAITS = new LocalRequestListener() {
        @Override
        public void response(SipMessage response, long now) {}

        @Override
        public void failed(int status, long now) {}
    };

    private final EdgeRouter router;
    private final ProxyCore core;
    private final FlowDirectory directory;
    private final PolicyInForce inForce;

    EdgeRole(EdgeRouter router, ProxyCore core, FlowDirectory directory, PolicyInForce inForce) {
        this.router = router;
        this.core = core;
        this.directory = directory;
        this.inForce = inForce;
    }

    /** On the shard's event loop: both hold for requests that come from now on. */
    void use(EdgePolicy policy, SipEngineLimits limits) {
        router.use(policy);
        core.use(limits);
    }

    @Override
    public SipEngine engine() {
        return core;
    }

    /** Tells the pool that a connection has ended on which somebody was signed in; nobody waits for its answer. */
    void flowEnded(Flow flow, RandomGenerator random, long now) {
        router.flowEnded(flow, random)
                .forEach(telling -> core.send(telling.request(), telling.to(), NOBODY_WAITS, now));
    }

    @Override
    public void opened(SipConnection connection, long now) {
        if (!EdgeConnections.isAccepted(connection) && connection.isOpen()) {
            directory.insideOpened(connection.flow());
            inForce.learn(connection);
        }
    }

    @Override
    public void closed(SipConnection connection, TransportErrorCode reason, long now) {
        var _ = directory.closed(connection.flow());
    }
}
