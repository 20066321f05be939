package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntSupplier;

/**
 * The connections of a {@link SeparateSite}'s inside to its edge, of the Link and of SIP, while settings change: as many are dialled
 * as the settings want more, and as many end as they want fewer, so that none that is lost or dialled anew goes unseen. SIP's end
 * only when nothing has come on them for a while.
 */
final class InsideConnections {

    private static final int USUAL = 4;

    /** The Link's and SIP's. */
    private static final int KINDS = 2;

    private final JsonMapper json = JsonMapper.builder().build();
    private final SeparateSite site;
    private final IntSupplier others;
    private final Seen first;
    private int wanted;
    private int more;
    private int fewer;

    /**
     * What the edge has counted since it was started.
     *
     * @param dialled of both kinds
     */
    private record Seen(double dialled, double linksClosed, double sipClosed) {}

    /** @param others how many connections somebody else has made to the inside leg until now */
    InsideConnections(SeparateSite site, IntSupplier others) throws IOException {
        this.site = site;
        this.others = others;
        this.wanted = wantedNow();
        Polling.until(
                "the inside has opened all connections",
                Account.STEP,
                () -> open() == wanted
                        && RunningCounters.sum(site.settings().resolveSibling("pool"), "sip_links_open", "") == wanted);
        this.first = seen();
        assertThat(first.dialled()).as("connections of the inside").isGreaterThanOrEqualTo(KINDS * wanted);
    }

    private double open() {
        return site.edgeCounter("link_connections_open", "");
    }

    private Seen seen() {
        return new Seen(
                site.edgeCounter("net_connections_accepted_total", "listener=\"inside-leg\"") - others.getAsInt(),
                site.edgeCounter("link_connections_closed_total", ""),
                site.edgeCounter("sip_connections_closed_total", "endpoint=\"inside-leg\""));
    }

    private int wantedNow() throws IOException {
        Path node = site.settings().resolve("EdgeNode-" + SeparateSite.NODE + ".yaml");
        return json.readTree(Files.readString(node))
                .path("spec")
                .path("insideLeg")
                .path("connections")
                .asInt(USUAL);
    }

    /** To be asked after each change, which may have changed how many are wanted. */
    void holdAfter(String change) throws IOException {
        int now = wantedNow();
        more += Math.max(0, now - wanted);
        fewer += Math.max(0, wanted - now);
        wanted = now;
        Seen seen = seen();
        assertThat(seen.dialled() - first.dialled())
                .as("connections of the inside dialled until " + change)
                .isLessThanOrEqualTo(KINDS * more);
        assertThat(seen.linksClosed() - first.linksClosed())
                .as("connections of the Link that ended until " + change)
                .isLessThanOrEqualTo(fewer);
        assertThat(seen.sipClosed() - first.sipClosed())
                .as("connections of the inside for SIP that ended until " + change)
                .isLessThanOrEqualTo(fewer);
    }

    /** In the end none is missing. */
    void areAsManyAsWanted() {
        Polling.until(
                "all that are wanted are open",
                Account.STEP,
                () -> seen().dialled() - first.dialled() == KINDS * more && open() == wanted);
    }
}
