package org.edgeways.sip.transaction;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The server transactions of what came on one connection. */
final class FlowServers {

    private final Set<ServerTransaction> open = new LinkedHashSet<>();
    private final Queue<InviteServerTransaction> accepted = new ArrayDeque<>(1);

    void add(ServerTransaction transaction) {
        open.add(transaction);
    }

    /** From now on it is only {@link AcceptedInvites kept}. */
    void accepted(InviteServerTransaction invite) {
        open.remove(invite);
        accepted.add(invite);
    }

    /** The oldest of those that are only kept, if they are more than {@code most}; else null. */
    @Nullable
    InviteServerTransaction oldestPast(int most) {
        return accepted.size() > most ? accepted.peek() : null;
    }

    void ended(ServerTransaction transaction) {
        if (!open.remove(transaction)) {
            // the first, nearly always: all are kept equally long
            accepted.remove(transaction);
        }
    }

    boolean isEmpty() {
        return open.isEmpty() && accepted.isEmpty();
    }

    /** How many of them are not just {@link AcceptedInvites kept}. */
    int open() {
        return open.size();
    }

    List<ServerTransaction> all() {
        List<ServerTransaction> all = new ArrayList<>(open);
        all.addAll(accepted);
        return all;
    }
}
