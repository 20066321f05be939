package org.edgeways.interop;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real clients ask to see somebody; decisions are made on the command line only, and reach running subscriptions. */
@Tag("interop")
class ConsentTest extends SharedDemo {

    ConsentTest() {
        super("consent-demo", "--presence", "ask");
    }

    private void decide(String decision, Account person, Account watcher) {
        demo.administer("user", "watcher", decision, person.username(), watcher.username());
    }

    @Test
    void aBrowserAsksIsAllowedPolitelyBlockedMadeToWaitAgainAndRefused() {
        ChromiumJsSip watcher = browser(carol);
        try (Linphonec person = Linphonec.startPublishing("consent-linphonec", bob, List.of())) {
            person.awaitSignedIn();
            watcher.awaitSignedIn();
            watcher.watch(bob.uri());
            watcher.awaitPending(bob.uri());
            decide("allow", bob, carol);
            watcher.awaitPresence(bob.uri(), "open", "");
            decide("polite-block", bob, carol);
            watcher.awaitPresence(bob.uri(), "closed", "");
            decide("forget", bob, carol);
            watcher.awaitPendingAgain(bob.uri());
            decide("block", bob, carol);
            watcher.awaitUnwatched(bob.uri(), "rejected");
            watcher.watch(bob.uri());
            watcher.awaitUnwatched(bob.uri(), "undefined");
        }
    }

    @Test
    void aBrowserIsToldWhoAsksToSeeItsPerson() {
        ChromiumJsSip person = browser(carol);
        person.awaitSignedIn();
        person.watchWatchers();
        try (Baresip watcher = Baresip.startWatching("consent-asking-baresip", alice, TONE, List.of(carol.uri()))) {
            watcher.awaitSignedIn();
            watcher.awaitSubscriptionState(carol.uri(), "pending");
            person.awaitWatcher(alice.uri(), "pending");
            decide("allow", carol, alice);
            person.awaitWatcher(alice.uri(), "active");
            decide("block", carol, alice);
            person.awaitWatcher(alice.uri(), "terminated");
        }
    }

    @Test
    void linphonecAsksInsideAndBaresipOutsideAndAreAllowedAndPolitelyBlocked() {
        Account inside = demo.inside(bob);
        try (Baresip baresip = Baresip.startWatching("consent-baresip", alice, TONE, List.of(bob.uri()));
                Linphonec linphonec =
                        Linphonec.startPublishing("consent-linphonec-inside", inside, List.of(alice.uri()))) {
            baresip.awaitSignedIn();
            linphonec.awaitSignedIn();
            baresip.awaitSubscriptionState(bob.uri(), "pending");
            linphonec.awaitSubscriptionState(alice.uri(), "pending");
            decide("allow", bob, alice);
            baresip.awaitPresence(bob.uri(), "open");
            decide("allow", alice, bob);
            linphonec.awaitPresence(alice.uri(), "open");
            decide("polite-block", bob, alice);
            baresip.awaitChange(bob.uri(), "Offline");
            decide("block", alice, bob);
            linphonec.awaitSubscriptionState(alice.uri(), "terminated;reason=rejected");
        }
    }
}
