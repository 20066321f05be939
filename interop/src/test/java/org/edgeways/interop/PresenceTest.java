package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real clients publish their presence and watch each other's, outside and inside. */
@Tag("interop")
class PresenceTest extends SharedDemo {
    private static final int WAITING = 100;

    PresenceTest() {
        super("presence-demo");
    }

    @Test
    void baresipLinphonecAndJsSipSeeEachOtherComeChangeAndGo() {
        ChromiumJsSip jsSip = browser(carol);
        try (Baresip baresip = Baresip.startWatching("presence-baresip", alice, TONE, List.of(bob.uri(), carol.uri()));
                Linphonec linphonec =
                        Linphonec.startPublishing("presence-linphonec", bob, List.of(alice.uri(), carol.uri()))) {
            baresip.awaitSignedIn();
            linphonec.awaitSignedIn();
            jsSip.awaitSignedIn();
            jsSip.watch(alice.uri());
            jsSip.watch(bob.uri());

            jsSip.awaitPresence(alice.uri(), "open", "");
            jsSip.awaitPresence(bob.uri(), "open", "");
            baresip.awaitPresence(bob.uri(), "open");
            baresip.awaitPresence(carol.uri(), "open");
            linphonec.awaitPresence(alice.uri(), "open");
            linphonec.awaitPresence(carol.uri(), "open");

            jsSip.publish("open", "on-the-phone");
            baresip.awaitChange(carol.uri(), "Busy");
            linphonec.awaitActivity(carol.uri(), "on-the-phone");

            baresip.publish(false);
            jsSip.awaitPresence(alice.uri(), "closed", "");
            linphonec.awaitPresence(alice.uri(), "closed");

            linphonec.quit();
            jsSip.awaitPresence(bob.uri(), "closed", "");
            baresip.awaitChange(bob.uri(), "Offline");
        }
    }

    @Test
    void baresipInsideAndLinphonecAndJsSipOutsideSeeEachOtherAlsoVanish() {
        Account inside = demo.inside(alice);
        ChromiumJsSip jsSip = browser(carol);
        try (Baresip baresip = Baresip.startWatching(
                        "presence-baresip-inside", inside, TONE, List.of(bob.uri(), carol.uri()));
                Linphonec linphonec =
                        Linphonec.startPublishing("presence-linphonec-outside", bob, List.of(alice.uri()))) {
            baresip.awaitSignedIn();
            linphonec.awaitSignedIn();
            jsSip.awaitSignedIn();
            jsSip.watch(alice.uri());
            jsSip.awaitPresence(alice.uri(), "open", "");
            linphonec.awaitPresence(alice.uri(), "open");
            baresip.awaitPresence(bob.uri(), "open");
            baresip.awaitPresence(carol.uri(), "open");
            jsSip.publish("open", "on-the-phone");
            baresip.awaitChange(carol.uri(), "Busy");
            baresip.kill();
            linphonec.awaitPresence(alice.uri(), "closed");
            jsSip.awaitPresence(alice.uri(), "closed", "");
        }
    }

    @Test
    void linphonecInsideAndBaresipAndJsSipOutsideSeeEachOther() {
        Account inside = demo.inside(bob);
        ChromiumJsSip jsSip = browser(carol);
        try (Baresip baresip = Baresip.startWatching("presence-baresip-outside", alice, TONE, List.of(bob.uri()));
                Linphonec linphonec = Linphonec.startPublishing(
                        "presence-linphonec-inside", inside, List.of(alice.uri(), carol.uri()))) {
            baresip.awaitSignedIn();
            linphonec.awaitSignedIn();
            jsSip.awaitSignedIn();
            linphonec.awaitPresence(alice.uri(), "open");
            linphonec.awaitPresence(carol.uri(), "open");
            baresip.awaitPresence(bob.uri(), "open");
            jsSip.watch(bob.uri());
            jsSip.awaitPresence(bob.uri(), "open", "");
            jsSip.publish("open", "busy");
            linphonec.awaitActivity(carol.uri(), "busy");
            baresip.kill();
            linphonec.awaitPresence(alice.uri(), "closed");
        }
    }

    @Test
    void aBrowserWatchesTheContactListOfItsPersonWithOneSubscription() {
        demo.administer("user", "contact", "add", carol.username(), alice.username());
        ChromiumJsSip jsSip = browser(carol);
        jsSip.awaitSignedIn();
        jsSip.watchList();
        jsSip.awaitMembers(true, alice.uri());
        jsSip.awaitListed(alice.uri(), "closed");
        demo.administer("user", "contact", "add", carol.username(), bob.username(), "--display-name", "Bob at work");
        jsSip.awaitListed(bob.uri(), "closed");
        try (Baresip baresip = Baresip.start("presence-list-baresip", alice, TONE, List.of())) {
            baresip.awaitSignedIn();
            jsSip.awaitListed(alice.uri(), "open");
        }
        demo.administer("user", "contact", "remove", carol.username(), bob.username());
        jsSip.awaitUnlisted(bob.uri());
    }

    @Test
    void aBrowserIsToldOnWhichDevicesItsPersonIsSignedIn() {
        ChromiumJsSip jsSip = browser(carol);
        jsSip.awaitSignedIn();
        jsSip.watchDevices();
        jsSip.awaitDevices(1);
        try (Baresip baresip = Baresip.start("devices-baresip", demo.inside(carol), TONE, List.of())) {
            baresip.awaitSignedIn();
            jsSip.awaitDevices(1, 2);
            baresip.kill();
            jsSip.awaitDevices(1, 2, 1);
        }
    }

    /** So many wait that it has subscribed before it has answered them all. */
    @Test
    void baresipIsToldThatMessagesWaitAndThatItHasThemAll() throws Exception {
        try (Phones phones = new Phones();
                SipUserAgent sender = phones.signIn(demo.inside(bob))) {
            for (int i = 1; i <= WAITING; i++) {
                assertThat(sender.message(alice.uri(), "message " + i).status()).isEqualTo(202);
            }
            try (Baresip baresip = Baresip.startCountingMessages("waiting-baresip", alice)) {
                baresip.awaitSignedIn();
                baresip.awaitMessagesWaiting(true);
                baresip.awaitMessage(bob.uri(), "message " + WAITING);
                baresip.awaitMessagesWaiting(false);
            }
        }
    }

    @Test
    void clientsAreReachedByTheGruusThatTheyWereGiven() {
        ChromiumJsSip jsSip = browser(carol);
        try (Linphonec linphonec = Linphonec.start("gruu-linphonec", bob);
                Baresip baresip = Baresip.start("gruu-baresip", alice, TONE, List.of())) {
            linphonec.awaitSignedIn();
            baresip.awaitSignedIn();
            jsSip.awaitSignedIn();
            String gruu = jsSip.awaitGruu();
            assertThat(gruu).startsWith(carol.uri() + ";gr=urn:uuid:");
            linphonec.sendMessage(gruu, "to this browser");
            jsSip.awaitMessage(bob.uri(), "to this browser");

            // it names itself by its GRUU in the call, and the other side ends it by that
            linphonec.call(alice.uri());
            linphonec.awaitGruuInInvite();
            linphonec.awaitCallEstablished();
            baresip.awaitCallEstablished();
            baresip.hangUp();
            linphonec.awaitCallClosed();
        }
    }
}
