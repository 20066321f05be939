package org.edgeways.siptransport;

import java.math.BigInteger;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.edgeways.net.ClientTls;

/** The links to edge nodes, which come, go and change while it runs. Safe to use from any thread. */
public final class SipDialers implements AutoCloseable {

    private final TransportContext context;
    private final SipConnectionEvents events;
    private final Map<String, SipDialer> dialers = new HashMap<>();
    private boolean closed;

    /** None yet. */
    public SipDialers(TransportContext context, SipConnectionEvents events) {
        this.context = context;
        this.events = events;
    }

    /**
     * Keeps links to these nodes from now on and to no others: those of a node that is no more among them are closed at once.
     * Those of one that is dialled otherwise than before, or with fewer connections, end by themselves as soon as nothing is
     * lost by it, after the new ones were begun. Does nothing after {@link #close}.
     *
     * @param tls with which they are dialled
     * @param limits how they are looked after
     */
    public synchronized void keep(Collection<LinkedNode> nodes, ClientTls tls, LinkLimits limits) {
        if (closed) {
            return;
        }
        Set<String> hosts = nodes.stream().map(LinkedNode::host).collect(Collectors.toSet());
        dialers.entrySet().removeIf(dialled -> {
            boolean gone = !hosts.contains(dialled.getKey());
            if (gone) {
                dialled.getValue().close();
            }
            return gone;
        });
        for (LinkedNode node : nodes) {
            SipDialerSettings said = node.dialer(tls, limits);
            SipDialer known = dialers.get(node.host());
            if (known == null) {
                dialers.put(node.host(), SipDialer.start(context, said, events, LinkListener.NONE));
            } else {
                known.use(said);
            }
        }
    }

    /** Whether every node is linked with at least one connection. */
    public synchronized boolean linked() {
        return dialers.values().stream().allMatch(dialer -> dialer.open() > 0);
    }

    /** Closes all connections whose node has shown a certificate with one of these serial numbers. */
    public synchronized void endRefused(Set<BigInteger> serials) {
        dialers.values().forEach(dialer -> dialer.endRefused(serials));
    }

    /** Connects no more and closes what is open. */
    @Override
    public synchronized void close() {
        closed = true;
        dialers.values().forEach(SipDialer::close);
    }
}
