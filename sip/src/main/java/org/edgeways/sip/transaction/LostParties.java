package org.edgeways.sip.transaction;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/** Which named parties have no connection, and what becomes of requests to and from them: {@link SipEngine#partyLost}. */
final class LostParties {

    private final Set<Destination.Service> lost = new HashSet<>();

    /** The last connection is gone: {@code owed} gets what is to be looked at again when time is up. */
    void lost(
            Destination.Service party,
            Collection<ClientTransaction> clients,
            Collection<ServerTransaction> servers,
            Consumer<TransactionHost.Due.Lost> owed) {
        lost.add(party);
        for (ClientTransaction transaction : clients) {
            if (transaction.awaitsFinalResponse() && transaction.wentTo(party)) {
                owed.accept(new TransactionHost.Due.Lost(transaction, party));
            }
        }
        for (ServerTransaction transaction : servers) {
            if (transaction.awaitsFinalResponse()
                    && transaction.origin().replyTo().equals(party)) {
                owed.accept(new TransactionHost.Due.Lost(transaction, party));
            }
        }
    }

    void found(Destination.Service party) {
        lost.remove(party);
    }

    /** Time is up: whether it is to be given up. What the party asked for, and calls to it, go on if it is back. */
    boolean givesUp(TransactionHost.Due.Lost due) {
        boolean still = lost.contains(due.party());
        return switch (due.transaction()) {
            case ClientTransaction request -> request.awaitsFinalResponse() && (still || !request.isInvite());
            case ServerTransaction request -> request.awaitsFinalResponse() && still;
        };
    }
}
