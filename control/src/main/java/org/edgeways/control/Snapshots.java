package org.edgeways.control;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
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

    private static final int HEXADECIMAL = 16;

    /**
     * A content that has its number.
     *
     * @param said what the settings have said, without what is added for a relay
     */
    private record Made(String content, EdgeSnapshot said, SignedSnapshot snapshot) {}

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
    Map<String, SignedSnapshot> of(Settings settings, Set<String> nodes) {
        EdgeSnapshot.Trust trust = new EdgeSnapshot.Trust(
                List.of(Pem.text(List.of(authority.certificates().certificate()))),
                serials(ledger.refused(), MOST_REFUSED),
                relays.map(Supplier::get).orElse(EdgeSnapshot.Relay.NONE));
        Map<String, SignedSnapshot> snapshots = new HashMap<>();
        for (String node : nodes) {
            EdgeNode said = settings.nodes().get(node);
            if (said != null && (relays.isPresent() || !said.roles().contains(Role.AV))) {
                EdgeSnapshot snapshot = EdgeSnapshot.of(settings, node, 1, trust);
                snapshots.put(node, of(snapshot.withDraining(ledger.draining().contains(node))));
            }
        }
        made.keySet().retainAll(snapshots.keySet());
        return snapshots;
    }

    private SignedSnapshot of(EdgeSnapshot snapshot) {
        String content = KeyHash.of(snapshot.json().getBytes(StandardCharsets.UTF_8));
        Made before = made.get(snapshot.node());
        if (before != null && before.content().equals(content)) {
            return before.snapshot();
        }
        // keys and withdrawals of relay credentials come and go by themselves: they would push what people did out of
        // the audit
        EdgeSnapshot said = snapshot.withoutRelay();
        boolean telling = before == null || !before.said().equals(said);
        long revision = ledger.revision(snapshot.node(), content, telling);
        SignedSnapshot signed = snapshot.withRevision(revision).signed(authority.signer());
        made.put(snapshot.node(), new Made(content, said, signed));
        return signed;
    }

    /** The number that is meant for a node; 0 for none. */
    long revision(String node) {
        Made known = made.get(node);
        return known == null ? 0 : known.snapshot().revision();
    }

    /** As texts, at most so many. */
    static List<String> serials(Set<BigInteger> refused, int most) {
        return refused.stream()
                .sorted(Comparator.naturalOrder())
                .limit(most)
                .map(serial -> serial.toString(HEXADECIMAL))
                .toList();
    }
}
