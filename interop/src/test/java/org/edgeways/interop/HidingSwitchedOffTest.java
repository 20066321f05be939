package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Shows that the reading in {@link SeparateNetworksTest} can fail: an edge that hides nothing, read in the same way. */
@Tag("interop")
class HidingSwitchedOffTest {
    private static final int TONE = 440;

    @Test
    void theReaderFindsTheInsideWhenTheEdgeDoesNotHideIt() {
        try (SeparateSite site = SeparateSite.start("hiding-off", false, "alice", "frank")) {
            InnerFirewall.isClosed(site.networks());
            Account alice = site.outside("alice");
            Account frank = site.inside("frank");
            try (Baresip outside = Baresip.start("hiding-off-outside", alice, TONE, List.of(frank.uri()));
                    Baresip inside = Baresip.start("hiding-off-inside", frank, TONE, List.of(alice.uri()));
                    ChromiumJsSip second = ChromiumJsSip.start("hiding-off-second", site.outside("frank"))) {
                inside.awaitSignedIn();
                outside.awaitSignedIn();
                second.awaitSignedIn();
                second.watchDevices();
                second.awaitDevices(2);
                inside.sendMessage(alice.uri(), "who is there?");
                outside.awaitMessage(frank.uri(), "who is there?");
            }
            OutsideReading reading = site.outsideReading();
            assertThat(reading.sent())
                    .as("what the person is told of their devices")
                    .anyMatch(message -> message.registrations() == 2);
            assertThat(reading.insideSeenOutside())
                    .as("the pool's name in Via and Record-Route")
                    .anyMatch(seen -> seen.contains(Networks.POOL_NAME) && seen.contains("[MESSAGE "))
                    .as("the pool's name around what the person is told of their devices")
                    .anyMatch(seen -> seen.contains(Networks.POOL_NAME) && seen.contains("[NOTIFY "))
                    .as("the address of a client inside, in the answer to a REGISTER outside")
                    .anyMatch(seen -> seen.contains(site.networks().desk().address()) && seen.contains("[SIP/2.0 200"));
            InnerFirewall.hasBlockedNothing(site.networks());
        }
    }
}
