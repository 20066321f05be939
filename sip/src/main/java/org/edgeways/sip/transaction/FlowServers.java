package org.edgeways.sip.transaction;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.edgeways.base.Counters.Counter;

/** The server transactions of what came on one connection. */
final class FlowServers {

    private final Set<ServerTransaction> all = new LinkedHashSet<>();
    private final AcceptedInvites<InviteServerTransaction> accepted;

    FlowServers(Counter forgotten) {
        accepted = new AcceptedInvites<>(InviteServerTransaction::abandon, forgotten);
    }

    void add(ServerTransaction transaction) {
        all.add(transaction);
    }

    void accepted(InviteServerTransaction invite, int most) {
        accepted.add(invite, most);
    }

    void ended(ServerTransaction transaction) {
        all.remove(transaction);
        accepted.ended(transaction);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** How many of them are not just {@link AcceptedInvites kept}. */
    int open() {
        return all.size() - accepted.size();
    }

    List<ServerTransaction> all() {
        return List.copyOf(all);
    }
}
