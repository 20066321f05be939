package org.edgeways.siptransport;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.edgeways.net.PeerIdentity;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;

/** A connection of the pool's as an edge has it; nothing is sent. */
record PoolLink(Flow flow, boolean isOpen, boolean isCongested, boolean isUnanswered, AtomicInteger asked)
        implements SipConnection {

    PoolLink(Flow flow, boolean isOpen, boolean isCongested) {
        this(flow, isOpen, isCongested, false);
    }

    PoolLink(Flow flow, boolean isOpen, boolean isCongested, boolean isUnanswered) {
        this(flow, isOpen, isCongested, isUnanswered, new AtomicInteger());
    }

    @Override
    public void ask() {
        asked.incrementAndGet();
    }

    static final PeerIdentity POOL = new PeerIdentity(null, "pool", List.of("pool.inside.acorn.example"), null);

    @Override
    public Origin origin() {
        return Origin.service(flow, "pool");
    }

    @Override
    public SipTransport transport() {
        return SipTransport.TLS;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        throw new AssertionError("nobody asks here");
    }

    @Override
    public InetSocketAddress localAddress() {
        throw new AssertionError("nobody asks here");
    }

    @Override
    public PeerIdentity peer() {
        return POOL;
    }

    @Override
    public boolean isLink() {
        return true;
    }

    @Override
    public String endpoint() {
        return "inside-leg";
    }

    @Override
    public SendOutcome send(byte[] message) {
        throw new AssertionError("nobody asks here");
    }

    @Override
    public void close(TransportErrorCode reason) {
        throw new AssertionError("nobody asks here");
    }
}
