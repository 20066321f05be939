package org.edgeways.settings.kind;

import java.time.Duration;
import org.edgeways.settings.form.Checked;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.text.Durations;

/** Requests, credentials and bans of an Access Edge. */
public record RequestLimits(
        @Key(
                says = "From one source network per second in the long run; past it 503 with Retry-After.",
                usual = "200",
                least = "1",
                most = "1000000")
        int requestsPerSecond,

        @Key(says = "From one source network at once.", usual = "400", least = "1", most = "1000000")
        int requestBurst,

        @Key(
                says = "Of one source network within the window; past it a ban.",
                usual = "50",
                least = "1",
                most = "1000000")
        int failedCredentials,

        @Key(
                says =
                        "Refused requests of one source network, on connections on which nobody is signed in, within the window; past it a ban.",
                usual = "50",
                least = "1",
                most = "1000000")
        int scanRequests,

        @Key(says = "The time in which either budget is restored.", usual = "10m", least = "1s", most = "1d")
        Duration window,

        @Key(says = "The first ban; each further one is twice as long.", usual = "1m", least = "1s", most = "1d")
        Duration firstBan,

        @Key(says = "The longest ban; not shorter than firstBan.", usual = "1h", least = "1s", most = "365d")
        Duration longestBan,

        @Key(
                says = "How long after its last ban a source network counts as new.",
                usual = "24h",
                least = "1s",
                most = "365d")
        Duration forgiveness,

        @Key(
                says = "Most source networks that are remembered; past it the least recent is forgotten.",
                usual = "65536",
                least = "1",
                most = "1000000")
        int sources,

        @Key(
                says = "Most bans that are remembered; past it the least recent is forgotten.",
                usual = "16384",
                least = "1",
                most = "1000000")
        int bans,

        @Key(
                says = "People signed in on one connection at a time; past it 403.",
                usual = "16",
                least = "1",
                most = "1000000")
        int peoplePerConnection,

        @Key(
                says =
                        "Addresses of one person that are remembered for one connection; past it the oldest is forgotten.",
                usual = "8",
                least = "1",
                most = "1000000")
        int contactsPerPerson,

        @Key(says = "Most contacts in one REGISTER; past it 403.", usual = "16", least = "1", most = "1000000")
        int contactsPerRegister,

        @Key(
                says = "The longest address of record in characters; past it 403.",
                usual = "256",
                least = "1",
                most = "1000000")
        int addressLength)
        implements Checked {

    @Override
    public void check(Disagreements found) {
        if (longestBan.compareTo(firstBan) < 0) {
            found.add(
                    "longestBan",
                    "(" + Durations.text(longestBan) + ") must not be shorter than firstBan ("
                            + Durations.text(firstBan) + ")");
        }
    }
}
