package org.edgeways.control;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.edgeways.settings.kind.Role;

/**
 * How it stands with one node.
 *
 * @param name its name
 * @param roles as the settings say; empty if they have no such node
 * @param joined since when it belongs to us; empty if it has not joined
 * @param bundle until when a bundle for it works that nobody has used
 * @param connected its control stream is up
 * @param draining it takes nothing new, by an administrator's word
 * @param meant the revision that is meant for it; 0 for none
 * @param ahead when it had settings of a higher number than are on the record, since the start: the record is older than the node
 * @param report what it said of itself last
 * @param certificateEnd when the newest certificate ends that was issued to it
 */
public record EdgeNodeStatus(
        String name,
        List<Role> roles,
        Optional<Instant> joined,
        Optional<Instant> bundle,
        boolean connected,
        boolean draining,
        long meant,
        Optional<Instant> ahead,
        Optional<NodeReport> report,
        Optional<Instant> certificateEnd) {

    public EdgeNodeStatus {
        roles = List.copyOf(roles);
    }

    /** It runs what is meant for it, as far as it has said. */
    public boolean isUpToDate() {
        return meant > 0
                && report.filter(said -> said.report().revision() == meant).isPresent();
    }
}
