package org.edgeways.accessedge;

import org.edgeways.accessedge.engine.FlowDirectory;
import org.edgeways.accessedge.engine.InsideNames;
import org.edgeways.sip.transaction.SipEngine;
import org.edgeways.siptransport.SipConnection;
import org.edgeways.siptransport.SipRole;
import org.edgeways.siptransport.TransportErrorCode;

/** One shard's proxy core. Connections that we opened to a next hop ourselves are entered here. */
final class EdgeRole implements SipRole {

    private final SipEngine engine;
    private final FlowDirectory directory;
    private final InsideNames insideNames;

    EdgeRole(SipEngine engine, FlowDirectory directory, InsideNames insideNames) {
        this.engine = engine;
        this.directory = directory;
        this.insideNames = insideNames;
    }

    @Override
    public SipEngine engine() {
        return engine;
    }

    @Override
    public void opened(SipConnection connection, long now) {
        if (!EdgeConnections.isAccepted(connection) && connection.isOpen()) {
            directory.insideOpened(connection.flow());
            EdgeConnections.learnNames(connection, insideNames);
        }
    }

    @Override
    public void closed(SipConnection connection, TransportErrorCode reason, long now) {
        directory.closed(connection.flow());
    }
}
