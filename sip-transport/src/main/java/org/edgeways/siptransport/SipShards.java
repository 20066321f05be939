package org.edgeways.siptransport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.edgeways.base.ErrorCode;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.transaction.Branches;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.SipEngine;

/**
 * The shards of one role, as the events of its listeners and dialers. A response goes to the shard in the branch that we
 * wrote; a request that came on a link to the shard that its Call-ID gives, so that a CANCEL follows its INVITE whatever
 * link it takes; any other request to the shard of its connection's event loop.
 */
public final class SipShards implements SipConnectionEvents {

    /** How much work may wait at one shard before it takes no new requests; they get 503. */
    static final int MOST_WAITING = 20_000;

    private static final int RETRY_AFTER_SECONDS = 5;

    private final TransportContext context;
    private final List<SipShard> shards = new ArrayList<>();
    private final OutboundConnections outbound;

    private SipShards(TransportContext context, int count, OutboundSettings outbound, SipRoleFactory factory) {
        this.context = context;
        this.outbound = new OutboundConnections(context, outbound, this);
        for (int i = 0; i < count; i++) {
            SipShard shard = new SipShard(i, context.loops().loop(i), context);
            shard.bind(factory.create(shard, new ShardTransmitter(shard, context, this.outbound)));
            shards.add(shard);
        }
    }

    /** One shard for each event loop: for an edge. */
    public static SipShards perLoop(TransportContext context, OutboundSettings outbound, SipRoleFactory factory) {
        return new SipShards(context, context.loops().size(), outbound, factory);
    }

    /** One shard in all, on the first event loop: for the pool and for user agents. */
    public static SipShards single(TransportContext context, OutboundSettings outbound, SipRoleFactory factory) {
        return new SipShards(context, 1, outbound, factory);
    }

    /** How many there are. */
    public int size() {
        return shards.size();
    }

    /** The shard of that number. */
    public SipShard shard(int number) {
        return shards.get(number);
    }

    /**
     * Dials these next hops only, as soon as each shard has done what {@code handOut} gave it; until then also those of before, so
     * that no shard names one that is not dialled. A connection to another next hop is closed 64*T1 later, when nothing that was
     * asked on it can still be answered but an INVITE that rings.
     *
     * @param handOut executes on each shard what has it use these next hops
     */
    public void keepNextHops(Collection<SipUri> nextHops, Runnable handOut) {
        keepNextHops(nextHops, handOut, OutboundConnections.LAST_ANSWERS);
    }

    void keepNextHops(Collection<SipUri> nextHops, Runnable handOut, Duration lastAnswers) {
        int change = outbound.allow(nextHops);
        handOut.run();
        AtomicInteger left = new AtomicInteger(shards.size());
        shards.forEach(shard -> shard.execute(now -> {
            if (left.decrementAndGet() == 0) {
                outbound.keepOnly(nextHops, change, lastAnswers);
            }
        }));
    }

    /** To be called when what is dialled with refuses more certificates: connections to who has shown them are closed at once. */
    public void endRefused() {
        outbound.endRefused();
    }

    @Override
    public void opened(SipConnection connection, long now) {
        for (SipShard shard : shards) {
            shard.hand(at -> {
                if (connection.origin().replyTo() instanceof Destination.Service party) {
                    shard.role().engine().partyFound(party, at);
                }
                shard.role().opened(connection, at);
            });
        }
    }

    @Override
    public void received(SipConnection connection, SipMessage message, long now) {
        SipShard shard = shardFor(connection, message);
        if (message.isRequest()
                && shard.waiting() > MOST_WAITING
                && !message.method().equals("ACK")) {
            context.counters().counter("sip_requests_shed").increment();
            SipMessage busy = SipMessage.responseTo(message, 503, "Service Unavailable", toTag());
            busy.set(org.edgeways.sip.message.HeaderName.of("Retry-After"), Integer.toString(RETRY_AFTER_SECONDS));
            connection.send(busy);
            return;
        }
        shard.hand(at -> shard.role().received(connection, message, at));
    }

    /** RFC 3261 section 8.2.6.2: every answer but 100 has one. */
    private String toTag() {
        return Long.toString(context.random().nextLong(Long.MAX_VALUE), 36);
    }

    private SipShard shardFor(SipConnection connection, SipMessage message) {
        int number = loopOf(connection);
        if (!message.isRequest()) {
            int branch = Branches.shardOf(message.topVia().branch());
            number = branch == Branches.NO_SHARD ? number : branch;
        } else if (connection.isLink()) {
            number = message.callId().hashCode();
        }
        return shards.get(Math.floorMod(number, shards.size()));
    }

    private static int loopOf(SipConnection connection) {
        return FlowNumbers.loopOf(connection.flow());
    }

    @Override
    public void refused(SipConnection connection, ErrorCode code, long now) {
        SipShard shard = shards.get(Math.floorMod(loopOf(connection), shards.size()));
        shard.hand(at -> shard.role().refused(connection, code, at));
    }

    @Override
    public void closed(SipConnection connection, TransportErrorCode reason, long now) {
        for (SipShard shard : shards) {
            shard.hand(at -> {
                SipEngine engine = shard.role().engine();
                engine.flowClosed(connection.flow(), at);
                if (connection.origin().replyTo() instanceof Destination.Service party) {
                    if (context.links().has(party)) {
                        engine.partyReduced(party, at);
                    } else {
                        engine.partyLost(party, at);
                    }
                }
                shard.role().closed(connection, reason, at);
            });
        }
    }
}
