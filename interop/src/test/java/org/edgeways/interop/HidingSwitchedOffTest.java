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
            Account alice = site.outside("alice");
            Account frank = site.inside("frank");
            try (Baresip outside = Baresip.start("hiding-off-outside", alice, TONE, List.of(frank.uri()));
                    Baresip inside = Baresip.start("hiding-off-inside", frank, TONE, List.of(alice.uri()));
                    Linphonec second = Linphonec.start("hiding-off-second", site.outside("frank"))) {
                inside.awaitSignedIn();
                outside.awaitSignedIn();
                second.awaitSignedIn();
                inside.sendMessage(alice.uri(), "who is there?");
                outside.awaitMessage(frank.uri(), "who is there?");
            }
            assertThat(site.outsideReading().insideSeenOutside())
                    .as("the pool's name in Via and Record-Route")
                    .anyMatch(seen -> seen.contains(Networks.POOL_NAME) && seen.contains("[MESSAGE "))
                    .as("the address of a client inside")
                    .anyMatch(seen -> seen.contains(site.networks().desk().address()));
        }
    }
}
