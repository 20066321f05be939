package org.edgeways.control;

import java.math.BigInteger;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.edgeways.settings.Settings;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.kind.EdgeNode;
import org.edgeways.settings.snapshot.EdgeSnapshot;

/**
 * Tells everybody what is so now: nodes what they are to run, the listener whom to dial, connectors, by way of the nodes, which
 * certificates are refused. All on the desk.
 */
final class Telling {

    private static final int HEXADECIMAL = 16;

    private final Ledger ledger;
    private final Authority authority;
    private final TakenSettings taken;
    private final Snapshots snapshots;
    private final NodeSessions sessions;
    private final Perimeter.Listener listener;
    private final String called;
    private final InstantSource clock;

    /** Not everybody has been told what is so now: the next look does it. */
    private boolean untold;

    /** The refused serial numbers that connectors were told last. */
    private Set<BigInteger> toldRefused = Set.of();

    private Instant toldAt = Instant.EPOCH;

    /**
     * Nobody is told anything yet.
     *
     * @param called what this inside's certificate says: nodes find it by that, which is another name only after a restart
     */
    Telling(
            Ledger ledger,
            Authority authority,
            TakenSettings taken,
            NodeSessions sessions,
            Perimeter.Listener listener,
            String called,
            InstantSource clock) {
        this.ledger = ledger;
        this.authority = authority;
        this.taken = taken;
        this.snapshots = new Snapshots(ledger, authority);
        this.sessions = sessions;
        this.listener = listener;
        this.called = called;
        this.clock = clock;
    }

    /** Something is different: {@link #owed} tells it. */
    void owe() {
        untold = true;
    }

    /** Tells what could not be told until now, if there is any. */
    void owed() {
        if (untold) {
            tell();
        }
    }

    /** Tells all of them what is so now, once there are settings. */
    void tell() {
        untold = true;
        if (taken.inUse().isEmpty()) {
            return;
        }
        Settings current = taken.inUse().get();
        Map<String, EdgeNode> dialled = dialled(current);
        sessions.mean(snapshots.of(current.withPoolCalled(called), dialled.keySet()));
        tellConnectors();
        listener.changed(new Perimeter(current, dialled, ledger.nodes().keySet()));
        untold = false;
    }

    /** Connectors are told again if the last time is long ago. */
    void connectorsAgain() {
        if (!clock.instant().isBefore(toldAt.plus(Control.TOLD_AGAIN))) {
            tellConnectors();
        }
    }

    /**
     * By way of the nodes: connectors have no settings that say whom to refuse. Said again now and then, though it is the same: who
     * hears nothing new for long knows that it is held back.
     */
    private void tellConnectors() {
        Set<BigInteger> refused = ledger.refused();
        Instant now = clock.instant();
        if (!refused.equals(toldRefused) || !now.isBefore(toldAt.plus(Control.TOLD_AGAIN))) {
            sessions.refuse(refused());
            toldRefused = refused;
            toldAt = now;
        }
    }

    /** What connectors are told now, with its proof. */
    ControlMessage.RefusedSerials refused() {
        long now = clock.millis();
        List<String> serials = ledger.refused(ControlMessage.RefusedSerials.MOST);
        byte[] proof = authority.certificates().prove(ControlMessage.RefusedSerials.proven(now, serials));
        return new ControlMessage.RefusedSerials(
                now, serials, Base64.getEncoder().encodeToString(proof));
    }

    /** What a node is told that is to have a certificate replaced now, with its proof. */
    ControlMessage.CertificateDue due(String node, BigInteger serial) {
        String digits = serial.toString(HEXADECIMAL);
        byte[] proof = authority.certificates().prove(ControlMessage.CertificateDue.proven(node, digits));
        return new ControlMessage.CertificateDue(digits, Base64.getEncoder().encodeToString(proof));
    }

    /** Ends what is up with that node; {@link #tell} lets it be dialled anew. */
    void cutOff(String node, String reason) {
        sessions.cut(node, reason);
        untold = true;
        taken.inUse().ifPresent(current -> {
            Map<String, EdgeNode> others = dialled(current);
            others.remove(node);
            listener.changed(new Perimeter(current, others, ledger.nodes().keySet()));
        });
    }

    private Map<String, EdgeNode> dialled(Settings current) {
        Map<String, EdgeNode> dialled = new TreeMap<>();
        current.nodes().forEach((name, node) -> {
            if (ledger.nodes().containsKey(name)) {
                dialled.put(name, node);
            }
        });
        return dialled;
    }

    /** Nodes with the role av are told this too, from now on; nothing before it is known. */
    void relays(Supplier<EdgeSnapshot.Relay> told) {
        snapshots.relays(told);
    }

    /** What is meant for that node gets another number the next time. */
    void renumber(String node) {
        snapshots.renumber(node);
    }

    /** The numbers of what is meant for those nodes; 0 for none. */
    Map<String, Long> revisions(Collection<String> nodes) {
        return nodes.stream().collect(Collectors.toMap(node -> node, snapshots::revision));
    }
}
