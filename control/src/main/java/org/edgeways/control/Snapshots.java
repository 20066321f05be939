package org.edgeways.control;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.edgeways.net.Pem;
import org.edgeways.settings.Settings;
import org.edgeways.settings.kind.EdgeNode;
import org.edgeways.settings.kind.Role;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.tokens.SignedSnapshot;

/** Makes the snapshots of nodes: numbered on the record, signed. A node whose settings are the same keeps its number. */
final class Snapshots {

    /** Most refused serials that a node is told. */
    static final int MOST_REFUSED = 10_000;

    /**
     * A content that has its number.
     *
     * @param content SHA-256, hexadecimal
     * @param settings the same of what of the content is settings
     */
    record Made(String content, String settings, SignedSnapshot snapshot) {}

    private final Ledger ledger;
    private final Authority authority;
    private final Map<String, Made> made = new HashMap<>();
    private Optional<Supplier<EdgeSnapshot.Relay>> relays = Optional.empty();

    Snapshots(Ledger ledger, Authority authority) {
        this.ledger = ledger;
        this.authority = authority;
    }

    /** Relays are told what this gives from now on. */
    void relays(Supplier<EdgeSnapshot.Relay> told) {
        relays = Optional.of(told);
    }

    /**
     * The snapshots of those nodes that the settings name. Blocks until new numbers are durable. Before it is known what checks
     * relay credentials, there is none for a relay: it goes on with what it has.
     */
    Map<String, Made> of(Settings settings, Set<String> nodes) {
        EdgeSnapshot.Trust trust = new EdgeSnapshot.Trust(
                List.of(Pem.text(List.of(authority.certificates().certificate()))),
                ledger.refused(MOST_REFUSED, settings.connectors().keySet()),
                relays.map(Supplier::get).orElse(EdgeSnapshot.Relay.NONE));
        EdgeSnapshot.Trust without = new EdgeSnapshot.Trust(trust.authorities(), trust.refusedSerials());
        Map<String, Made> snapshots = new HashMap<>();
        for (String node : nodes) {
            EdgeNode said = settings.nodes().get(node);
            if (said != null && (relays.isPresent() || !said.roles().contains(Role.AV))) {
                Set<String> draining = ledger.draining();
                Set<String> joined = ledger.nodes().keySet();
                snapshots.put(
                        node,
                        of(
                                EdgeSnapshot.of(settings, node, 1, trust).withStanding(draining, joined),
                                () -> EdgeSnapshot.of(settings, node, 1, without)
                                        .withStanding(draining, joined)));
            }
        }
        made.keySet().retainAll(snapshots.keySet());
        return snapshots;
    }

    /** @param settings the same without what relays are told of credentials */
    private Made of(EdgeSnapshot snapshot, Supplier<EdgeSnapshot> settings) {
        String content = hash(snapshot);
        Made before = made.get(snapshot.node());
        if (before != null && before.content().equals(content)) {
            return before;
        }
        String ofSettings = hash(settings.get());
        long revision = ledger.revision(snapshot.node(), content, ofSettings);
        Made next =
                new Made(content, ofSettings, snapshot.withRevision(revision).signed(authority.signer()));
        made.put(snapshot.node(), next);
        return next;
    }

    private static String hash(EdgeSnapshot snapshot) {
        return KeyHash.of(snapshot.json().getBytes(StandardCharsets.UTF_8));
    }

    /** What is meant for that node gets a number anew, the next time. */
    void renumber(String node) {
        made.remove(node);
    }

    /** The number that is meant for a node; 0 for none. */
    long revision(String node) {
        Made known = made.get(node);
        return known == null ? 0 : known.snapshot().revision();
    }
}
