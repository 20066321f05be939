package org.edgeways.siptransport;

import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Transmitter;
import org.edgeways.sip.transaction.TransportFailure;
import org.jspecify.annotations.Nullable;

/** Sends what one shard's engine transmits, and tells the engine what went over which connection or failed. */
final class ShardTransmitter implements Transmitter {

    private final SipShard shard;
    private final TransportContext context;
    private final OutboundConnections outbound;

    ShardTransmitter(SipShard shard, TransportContext context, OutboundConnections outbound) {
        this.shard = shard;
        this.context = context;
        this.outbound = outbound;
    }

    @Override
    public void transmit(SipMessage message, Destination to, long now) {
        String branch = message.isRequest() ? message.topVia().branch() : null;
        switch (to) {
            case Destination.Connection(var flow) ->
                send(context.connections().get(flow), message, branch, TransportFailure.FLOW_GONE);
            case Destination.Service(String name) -> {
                SipConnection link = context.links().pick(name, message.callId(), shard.number());
                if (link != null && branch != null) {
                    shard.role().engine().sentOver(branch, link.origin());
                }
                send(link, message, branch, TransportFailure.UNREACHABLE);
            }
            case Destination.Locate(var uri) ->
                outbound.find(uri, message.callId(), connection -> {
                    if (connection != null && branch != null) {
                        shard.execute(at -> shard.role().engine().sentOver(branch, connection.origin()));
                    }
                    send(connection, message, branch, TransportFailure.UNREACHABLE);
                });
        }
    }

    private void send(
            @Nullable SipConnection connection, SipMessage message, @Nullable String branch, TransportFailure gone) {
        SendOutcome outcome = connection == null ? SendOutcome.CLOSED : connection.send(message);
        switch (outcome) {
            case SENT -> {}
            case FULL -> failed(branch, TransportFailure.CONGESTED);
            case CLOSED -> failed(branch, gone);
        }
    }

    private void failed(@Nullable String branch, TransportFailure failure) {
        if (branch == null) {
            context.counters()
                    .counter("sip_responses_not_sent", "reason", failure.name().toLowerCase(java.util.Locale.ROOT))
                    .increment();
        } else {
            shard.execute(at -> shard.role().engine().transportFailed(branch, failure, at));
        }
    }
}
