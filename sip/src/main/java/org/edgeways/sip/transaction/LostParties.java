package org.edgeways.sip.transaction;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.edgeways.base.Counters;
import org.edgeways.base.TimerQueue;
import org.jspecify.annotations.Nullable;

/**
 * Which named parties have no connection, and what becomes of requests to and from them when one or the last of their
 * connections goes: {@link SipEngine#partyReduced}, {@link SipEngine#partyLost}.
 */
final class LostParties {

    private final Map<String, ClientTransaction> clients;
    private final Map<String, ClientTransaction> cancels;
    private final ServerTransactions servers;
    private final TimerQueue<TransactionHost.Due> queue;
    private final Counters.Counter again;
    private final Set<Destination.Service> lost = new HashSet<>();

    /**
     * @param clients the layer's, by branch; so are the others
     * @param again counts requests that were sent once more
     */
    LostParties(
            Map<String, ClientTransaction> clients,
            Map<String, ClientTransaction> cancels,
            ServerTransactions servers,
            TimerQueue<TransactionHost.Due> queue,
            Counters.Counter again) {
        this.clients = clients;
        this.cancels = cancels;
        this.servers = servers;
        this.queue = queue;
        this.again = again;
    }

    /** The last connection is gone: its requests are looked at again when time is up. */
    void lost(Destination.Service party, long now) {
        lost.add(party);
        long end = now + TransactionLayer.LOST_PARTY_GRACE.toNanos();
        for (ClientTransaction transaction : clients.values()) {
            if (transaction.awaitsFinalResponse() && transaction.wentTo(party)) {
                queue.schedule(end, new TransactionHost.Due.Lost(transaction, party, TransactionHost.Loss.LAST));
            }
        }
        for (ServerTransaction transaction : servers.all()) {
            if (transaction.awaitsFinalResponse()
                    && transaction.origin().replyTo().equals(party)) {
                queue.schedule(end, new TransactionHost.Due.Lost(transaction, party, TransactionHost.Loss.LAST));
            }
        }
    }

    /**
     * One connection is gone, others are not. An INVITE is sent once more over one of these, soon and not at once, since the
     * others may be dying too; the party absorbs it, or answers as it has answered. Any other request that came to its end there
     * would be taken for a new one: that is looked at when time is up. Who has said 100 may wait so long for somebody behind, and gets
     * as long again; but the answer may have been what was lost, and nothing else ends that wait (RFC 4320: no 408).
     */
    void reduced(Destination.Service party, long now, long pause) {
        long end = now + TransactionLayer.LOST_PARTY_GRACE.toNanos();
        for (ClientTransaction transaction : clients.values()) {
            if (transaction.awaitsFinalResponse() && transaction.wentTo(party)) {
                if (transaction instanceof InviteClientTransaction invite) {
                    queue.schedule(now + pause, new TransactionHost.Due.Again(invite, party));
                } else {
                    queue.schedule(end, new TransactionHost.Due.Lost(transaction, party, TransactionHost.Loss.ONE));
                }
            }
        }
    }

    void found(Destination.Service party) {
        lost.remove(party);
    }

    /** Time is up: whether it is to be given up. What the party asked for, and calls to it, go on if it is back. */
    boolean givesUp(TransactionHost.Due.Lost due, long now) {
        boolean still = lost.contains(due.party());
        return switch (due.transaction()) {
            case ServerTransaction request -> request.awaitsFinalResponse() && still;
            case ClientTransaction request when !request.awaitsFinalResponse() -> false;
            case ClientTransaction request ->
                switch (due.loss()) {
                    case LAST -> still || !request.isInvite();
                    case ONE -> !request.isProceeding() || waitsOn(request, due.party(), now);
                    case ONE_LONG_AGO -> true;
                };
        };
    }

    private boolean waitsOn(ClientTransaction request, Destination.Service party, long now) {
        long end = now + TransactionLayer.LOST_PARTY_GRACE.toNanos();
        queue.schedule(end, new TransactionHost.Due.Lost(request, party, TransactionHost.Loss.ONE_LONG_AGO));
        return false;
    }

    /** Sends an INVITE once more, and its CANCEL if there was one. */
    void again(TransactionHost.Due.Again due, long now) {
        if (due.invite().awaitsFinalResponse() && !lost.contains(due.party())) {
            again.increment();
            due.invite().again(now);
            @Nullable ClientTransaction cancel = cancels.get(due.invite().branch());
            if (cancel != null && cancel.awaitsFinalResponse()) {
                cancel.again(now);
            }
        }
    }
}
