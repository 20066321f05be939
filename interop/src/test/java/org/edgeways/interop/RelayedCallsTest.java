package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.edgeways.interop.ChromiumJsSip.Heard;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Calls between a browser at home, behind a symmetric NAT, and one inside, through the edge's relay only: the pages get its
 * credentials themselves, trust nothing but the test's authority, and send tones. The inner firewall lets nothing in. A
 * softphone inside is called by such a page, and calls it.
 */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RelayedCallsTest {
    private static final Path ANOTHER_AUTHORITY =
            Path.of("src/test/resources/another-authority.crt").toAbsolutePath();
    private static final int HOME_TONE = 440;
    private static final int DESK_TONE = 1_000;
    /** Neighbouring frequencies of the browser's analysis are 3 Hz apart, and gaps in the sound bend what it finds. */
    private static final double HERTZ = 20;

    private static final String TLS = "turns:edge.acorn.example:443?transport=tcp";
    private static final String INSIDE_UDP = "turn:edge1.perimeter.acorn.example:3478?transport=udp";
    private static final String INSIDE_TCP = "turn:edge1.perimeter.acorn.example:3478?transport=tcp";
    private static final String INSIDE_TLS = "turns:edge1.perimeter.acorn.example:3478?transport=tcp";
    private static final int READING = Integer.MAX_VALUE;

    private SeparateSite site;
    private ChromiumJsSip home;
    private ChromiumJsSip desk;
    private RelayAccess atHome;
    private RelayAccess atDesk;

    @BeforeAll
    void twoPagesSignInAndAskForTheRelay() {
        site = SeparateSite.startForPages("relayed", "alice", "bob", "carol");
        site.networks().passUnread(); // pages shall see the edge's own certificate
        home = ChromiumJsSip.start("relayed-home", site.outside("alice"), SeparateSite.PAGE_PORT);
        Account bob = site.outside("bob").withPlace(site.networks().desk());
        desk = ChromiumJsSip.start("relayed-desk", bob, SeparateSite.PAGE_PORT);
        home.awaitSignedIn();
        desk.awaitSignedIn();
        atHome = home.askForRelay();
        atDesk = desk.askForRelay(SeparateSite.insideCredentials());
    }

    @AfterAll
    void stop() {
        if (home != null) {
            home.close();
        }
        if (desk != null) {
            desk.close();
        }
        if (site != null) {
            site.close();
        }
    }

    @Test
    void aPageIsToldOfTheRelayOverUdpTcpAndTls() {
        assertThat(atHome.urls())
                .containsExactly(
                        "turn:edge.acorn.example:3478?transport=udp", "turn:edge.acorn.example:443?transport=tcp", TLS);
        assertThat(atDesk.urls())
                .as("by the pool, to a page inside")
                .containsExactly(INSIDE_UDP, INSIDE_TCP, INSIDE_TLS);
        assertThat(site.relayAccess("bob").insideUrls()).isEqualTo(atDesk.urls());
    }

    @ParameterizedTest
    @CsvSource({
        "udp, turn:edge.acorn.example:3478?transport=udp",
        "tcp, turn:edge.acorn.example:443?transport=tcp",
        "tls, turns:edge.acorn.example:443?transport=tcp"
    })
    void aPageAtHomeCallsOneInsideThroughTheRelay(String protocol, String url) {
        talk(protocol, List.of(url), protocol, List.of(url));
    }

    @ParameterizedTest
    @CsvSource({"udp, " + INSIDE_UDP, "tcp, " + INSIDE_TCP, "tls, " + INSIDE_TLS})
    void aPageInsideUsesTheRelaysInsideLeg(String protocol, String url) {
        talk("tls", List.of(TLS), protocol, List.of(url));
    }

    /** By all that it was told of; where TURN in clear passes on port 443, that is as good. */
    @ParameterizedTest
    @CsvSource({"DATAGRAMS, tcp|tls", "ALL_BUT_TLS, tls"})
    void whereUdpIsBlockedThePageFindsAnotherWayByItself(Networks.Cut cut, String protocol) {
        site.networks().cut(Networks.Cable.HOME, cut);
        try {
            talk(protocol, atHome.urls(), "udp", List.of(INSIDE_UDP));
        } finally {
            site.networks().mend(Networks.Cable.HOME);
        }
    }

    /**
     * Both ends hear the other one's tone by way of the relay.
     *
     * @param homeProtocol a pattern of how the page at home speaks with the relay
     */
    private void talk(String homeProtocol, List<String> homeUrls, String deskProtocol, List<String> deskUrls) {
        home.relayCalls(atHome, homeUrls, HOME_TONE);
        desk.relayCalls(atDesk, deskUrls, DESK_TONE);
        long frames = connect(homeProtocol, homeUrls, deskProtocol, deskUrls);
        assertThat(frames).isZero();
    }

    @Test
    void aCallOfTwoPagesHasVideoToo() {
        List<String> inside = List.of(INSIDE_UDP);
        home.relayVideoCalls(atHome, List.of(TLS), HOME_TONE);
        desk.relayVideoCalls(atDesk, inside, DESK_TONE);
        assertThat(connect("tls", List.of(TLS), "udp", inside)).isPositive();
    }

    /** The fewer of the pictures that either has seen. */
    private long connect(String homeProtocol, List<String> homeUrls, String deskProtocol, List<String> deskUrls) {
        double before = betweenClients();
        home.call(site.outside("bob").uri());
        home.awaitCallEstablished();
        desk.awaitCallEstablished();
        Heard atHomeHeard = home.measure();
        Heard atDeskHeard = desk.measure();
        home.hangUp();
        home.awaitCallClosed();
        desk.awaitCallClosed();
        assertRelayed(atHomeHeard, homeProtocol, homeUrls, DESK_TONE);
        assertRelayed(atDeskHeard, deskProtocol, deskUrls, HOME_TONE);
        long heard = atHomeHeard.packetsReceived() + atDeskHeard.packetsReceived();
        Polling.until(
                "the edge has counted them from one client to the other",
                Account.STEP,
                () -> betweenClients() - before >= heard);
        return Math.min(atHomeHeard.framesDecoded(), atDeskHeard.framesDecoded());
    }

    @Test
    void aPageAtHomeCallsASoftphoneInsideThroughTheRelay() {
        try (Baresip phone = softphoneInside("relayed-called-baresip")) {
            home.relayCalls(atHome, List.of(TLS), HOME_TONE);
            home.call(site.inside("carol").uri());
            talk(phone);
        }
    }

    @Test
    void aSoftphoneInsideCallsAPageAtHomeThroughTheRelay() {
        try (Baresip phone = softphoneInside("relayed-calling-baresip")) {
            home.relayCalls(atHome, List.of(TLS), HOME_TONE);
            phone.call(site.outside("alice").uri());
            talk(phone);
        }
    }

    /** More than the one that is listened to for the tone. */
    private static final int SECONDS_OF_SOUND = 3;

    private Baresip softphoneInside(String name) {
        TurnAccount relay = TurnAccount.inside(site.relayAccess("carol"));
        Baresip phone = Baresip.startAsBrowsersDo(name, site.inside("carol"), DESK_TONE, relay);
        phone.awaitSignedIn();
        return phone;
    }

    /** The page at home and the softphone hear each other; the page hangs up. */
    private void talk(Baresip phone) {
        double before = betweenClients();
        home.awaitCallEstablished();
        phone.awaitCallEstablished();
        Heard heard = home.measure();
        int sent = phone.awaitMedia(SECONDS_OF_SOUND * 50);
        home.hangUp();
        home.awaitCallClosed();
        phone.awaitCallClosed();
        assertRelayed(heard, "tls", List.of(TLS), DESK_TONE);
        assertThat(phone.heard().hasTone(HOME_TONE, DESK_TONE)).isTrue();
        assertThat(betweenClients() - before).as("of at least %d packets", sent).isGreaterThan(sent / 2.0);
    }

    /** dave may not be outside: curl gets him credentials inside, and coturn's client relays with them on the inside leg. */
    @ParameterizedTest
    @ValueSource(strings = {"", "-t", "-t -S"})
    void whoMayBeInsideOnlyIsGivenTheRelayThere(String transport) {
        Account dave = site.inside("dave");
        RelayAccess access = RelayPeople.ask("relayed-dave", dave, SeparateSite.insideCredentials());
        assertThat(access.urls()).containsExactly(INSIDE_UDP, INSIDE_TCP, INSIDE_TLS);
        double before = betweenClients();
        RelayPeople.talk("relayed-dave", dave, access, Networks.EDGE_INSIDE_NAME, Networks.RELAY_PORT, transport);
        assertThat(betweenClients()).isGreaterThan(before);
    }

    private double betweenClients() {
        return site.edgeCounter("av_edge_packets_total", "direction=\"between-clients\"");
    }

    private static void assertRelayed(Heard heard, String protocol, List<String> urls, int hertz) {
        assertThat(heard.candidateType()).as("%s", heard).isEqualTo("relay");
        assertThat(heard.relayProtocol()).as("%s", heard).matches(protocol);
        assertThat(urls).as("%s", heard).contains(heard.url());
        assertThat(heard.totalAudioEnergy()).as("%s", heard).isPositive();
        assertThat(heard.packetsReceived()).as("%s", heard).isPositive();
        assertThat(heard.hertz()).as("%s", heard).isCloseTo(hertz, within(HERTZ));
    }

    /** The same address without a name that the certificate has: all but TLS takes it. */
    @Test
    void theRelaysCertificateIsVerified() {
        assertThat(home.gather(atHome, atHome.urls())).containsExactly("tcp", "tls", "udp");
        assertThat(home.gather(
                        atHome,
                        List.of("turn:198.51.100.10:443?transport=tcp", "turns:198.51.100.10:443?transport=tcp")))
                .as("by an address that the certificate does not have")
                .containsExactly("tcp");
        Account carol = site.outside("carol").withCaFile(ANOTHER_AUTHORITY);
        try (ChromiumJsSip untrusting = ChromiumJsSip.start("relayed-untrusting", carol, SeparateSite.PAGE_PORT + 1)) {
            untrusting.awaitConnectionRefused();
            assertThat(untrusting.gather(atHome, atHome.urls()))
                    .as("by a page that trusts another authority")
                    .containsExactly("tcp", "udp");
        }
    }

    /** The last of all. What pages at home are sent over TLS goes past the reader here, but not their datagrams. */
    @Test
    @Order(READING)
    void theFirewallHasHadNothingToBlockAndNoDatagramNamesTheInside() {
        Networks networks = site.networks();
        assertThat(networks.blocked())
                .as("packets from the perimeter to the inside")
                .isZero();
        OutsideReading reading = site.outsideReading();
        assertThat(reading.insideSeenOutside()).isEmpty();
        assertThat(networks.unread()).as("packets that nobody read").isZero();
        assertThat(reading.sent()).anyMatch(message -> message.relays("XOR-RELAYED-ADDRESS"));
    }
}
