package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everybody on a host of their own: clients at home behind a symmetric NAT, an edge with two legs, a firewall that lets
 * nothing in, pool and clients inside. What the edge has sent outside in all of this is read at the end.
 *
 * <p>Media between outside and inside goes through the edge's relay, on which each allocates on its own leg.
 */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SeparateNetworksTest {
    private static final int TONE = 440;
    private static final int OTHER_TONE = 700;
    private static final int FIREWALL = 1;
    private static final int READING = Integer.MAX_VALUE;
    private static final List<String> OUTSIDE = List.of("baresip", "linphonec", "chromium", "sipp");
    private static final List<String> INSIDE = List.of("baresip inside", "linphonec inside");

    private final Map<String, Account> accounts = new HashMap<>();
    private final Map<String, Messenger> clients = new HashMap<>();
    private SeparateSite site;
    private Socat socat;

    @BeforeAll
    void everybodySignsIn() {
        site = SeparateSite.start("networks", true, "alice", "bob", "carol", "erin", "frank", "heidi", "ivan");
        accounts.put("baresip", site.outside("alice"));
        accounts.put("linphonec", site.outside("bob"));
        accounts.put("chromium", site.outside("carol"));
        accounts.put("sipp", site.outside("erin"));
        accounts.put("baresip inside", site.inside("frank"));
        accounts.put("linphonec inside", site.inside("dave"));
        List<String> contacts = accounts.values().stream().map(Account::uri).toList();
        clients.put("chromium", ChromiumJsSip.start("networks-chromium", accounts.get("chromium")));
        clients.put("baresip", Baresip.start("networks-baresip", accounts.get("baresip"), TONE, contacts));
        clients.put("linphonec", Linphonec.start("networks-linphonec", accounts.get("linphonec")));
        clients.put(
                "baresip inside",
                Baresip.start("networks-baresip-inside", accounts.get("baresip inside"), TONE, contacts));
        clients.put("linphonec inside", Linphonec.start("networks-linphonec-inside", accounts.get("linphonec inside")));
        Account erin = accounts.get("sipp");
        socat = Socat.start(erin.place(), "networks-socat", erin.host(), erin.sipTlsPort(), erin.caFile());
        clients.put("sipp", Sipp.start("networks-sipp", erin, socat));
        clients.values().forEach(Messenger::awaitSignedIn);
    }

    @AfterAll
    void stop() {
        clients.values().forEach(Messenger::close);
        if (socat != null) {
            socat.close();
        }
        if (site != null) {
            site.close();
        }
    }

    /** Each outside with each other outside, and with each inside, both ways. */
    static Stream<Arguments> pairs() {
        Stream<String> everybody = Stream.concat(OUTSIDE.stream(), INSIDE.stream());
        return everybody.flatMap(from -> Stream.concat(OUTSIDE.stream(), INSIDE.stream())
                .filter(to -> !to.equals(from) && (OUTSIDE.contains(from) || OUTSIDE.contains(to)))
                .map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("pairs")
    void aMessageArrives(String from, String to) {
        String text = "Grüße von " + from + " für " + to;
        clients.get(from).sendMessage(accounts.get(to).uri(), text);
        clients.get(to).awaitMessage(accounts.get(from).uri(), text);
    }

    /**
     * The port is open, as a client inside sees, but the perimeter does not reach it: the pool has dialled the edge. The first
     * of all: from here on nothing may be blocked, which the last one looks at.
     */
    @Test
    @Order(FIREWALL)
    void theFirewallLetsNothingFromTheEdgeToTheInside() {
        Networks networks = site.networks();
        String pool = networks.pool().address();
        assertThat(Networks.reaches(networks.desk(), pool, SeparateSite.INSIDE_PORT))
                .isTrue();
        assertThat(networks.blocked()).as("joining and sign-ins").isZero();
        assertThat(Networks.reaches(networks.edge(), pool, SeparateSite.INSIDE_PORT))
                .isFalse();
        assertThat(networks.blocked()).as("an attempt is counted").isPositive();
        networks.forgetBlocked();
        assertThat(networks.blocked()).isZero();
    }

    /** A softphone at home, one inside and a browser at home publish and watch each other: all of it goes past the reader. */
    @Test
    void peopleAtHomeAndInsideSeeEachOthersPresence() {
        Account atHome = site.outside("heidi");
        Account inside = site.inside("ivan");
        ChromiumJsSip browser = (ChromiumJsSip) clients.get("chromium");
        String carol = accounts.get("chromium").uri();
        try (Baresip heidi = Baresip.startWatching("networks-watching", atHome, TONE, List.of(inside.uri(), carol));
                Linphonec ivan =
                        Linphonec.startPublishing("networks-watching-inside", inside, List.of(atHome.uri(), carol))) {
            heidi.awaitSignedIn();
            ivan.awaitSignedIn();
            browser.watch(inside.uri());
            browser.awaitPresence(inside.uri(), "open", "");
            heidi.awaitPresence(inside.uri(), "open");
            heidi.awaitPresence(carol, "open");
            ivan.awaitPresence(atHome.uri(), "open");
            browser.publish("open", "on-the-phone");
            heidi.awaitChange(carol, "Busy");
            ivan.awaitActivity(carol, "on-the-phone");
        }
        browser.awaitPresence(inside.uri(), "closed", "");
    }

    @Test
    void theEdgeSeesItsClientsWithTheAddressOfTheNat() {
        assertThat(site.edgeLog())
                .contains("event=access-edge-signed-in code=ok person=sip:alice@acorn.example source="
                        + Networks.NAT_OUTSIDE);
    }

    @Test
    void somebodyWithoutRemoteAccessIsRefusedOutsideWithTheReason() {
        try (Baresip dave = Baresip.start("networks-no-remote-access", site.outside("dave"), TONE, List.of())) {
            assertThat(dave.awaitSignInRefused(403)).containsIgnoringCase("remote access");
        }
    }

    /** The answers to REGISTER then list a device inside to the one outside. */
    @Test
    void aPersonSignsInOutsideBesidesADeviceInside() {
        try (Linphonec frank = Linphonec.start("networks-second-device", site.outside("frank"))) {
            frank.awaitSignedIn();
        }
    }

    /** What the browser is told then goes outside: a document that the pool has made of a device inside. */
    @Test
    void aPersonOutsideIsToldThatTheyAreSignedInInsideToo() {
        ChromiumJsSip outside = (ChromiumJsSip) clients.get("chromium");
        outside.watchDevices();
        outside.awaitDevices(1);
        try (Baresip inside = Baresip.start("networks-told-of", site.inside("carol"), TONE, List.of())) {
            inside.awaitSignedIn();
            outside.awaitDevices(1, 2);
        }
    }

    @Test
    void baresipOutsideTalksWithBaresipInsideThroughTheRelay() {
        try (Baresip heidi = Baresip.startRelayed(
                        "networks-calling-baresip", site.outside("heidi"), TONE, relayOutside("heidi"));
                Baresip ivan = Baresip.startRelayed(
                        "networks-called-baresip-inside", site.inside("ivan"), OTHER_TONE, relayInside("ivan"))) {
            double before = relayed();
            int sent = talk(heidi, ivan, site.inside("ivan").uri());
            assertRelayed(before, sent);
        }
    }

    @Test
    void baresipInsideTalksWithBaresipOutsideThroughTheRelay() {
        try (Baresip heidi = Baresip.startRelayed(
                        "networks-called-baresip", site.outside("heidi"), OTHER_TONE, relayOutside("heidi"));
                Baresip ivan = Baresip.startRelayed(
                        "networks-calling-baresip-inside", site.inside("ivan"), TONE, relayInside("ivan"))) {
            double before = relayed();
            int sent = talk(ivan, heidi, site.outside("heidi").uri());
            assertRelayed(before, sent);
        }
    }

    @Test
    void baresipCallsBaresipOutsideWithMedia() {
        try (Baresip heidi = Baresip.start("networks-calling-at-home", site.outside("heidi"), TONE, List.of());
                Baresip ivan = Baresip.start("networks-called-at-home", site.outside("ivan"), OTHER_TONE, List.of())) {
            talk(heidi, ivan, site.outside("ivan").uri());
        }
    }

    /**
     * The called side hangs up.
     *
     * @return how many packets the two have sent, at least
     */
    private static int talk(Baresip caller, Baresip called, String uri) {
        caller.awaitSignedIn();
        called.awaitSignedIn();
        caller.call(uri);
        caller.awaitCallEstablished();
        called.awaitCallEstablished();
        int sent = Math.max(caller.awaitMedia(), called.awaitMedia());
        called.hangUp();
        caller.awaitCallClosed();
        called.awaitCallClosed();
        assertThat(caller.heard().hasTone(OTHER_TONE, TONE)).isTrue();
        assertThat(called.heard().hasTone(TONE, OTHER_TONE)).isTrue();
        return sent;
    }

    @Test
    void linphonecOutsideTalksWithLinphonecInsideThroughTheRelay() {
        try (Linphonec heidi = Linphonec.startRelayed(
                        "networks-calling-linphonec", site.outside("heidi"), relayOutside("heidi"));
                Linphonec ivan = Linphonec.startRelayed(
                        "networks-called-linphonec-inside", site.inside("ivan"), relayInside("ivan"))) {
            double before = relayed();
            talk(heidi, ivan, site.inside("ivan").uri());
            assertRelayed(before, Linphonec.LEAST_PACKETS);
        }
    }

    @Test
    void linphonecInsideTalksWithLinphonecOutsideThroughTheRelay() {
        try (Linphonec heidi = Linphonec.startRelayed(
                        "networks-called-linphonec", site.outside("heidi"), relayOutside("heidi"));
                Linphonec ivan = Linphonec.startRelayed(
                        "networks-calling-linphonec-inside", site.inside("ivan"), relayInside("ivan"))) {
            double before = relayed();
            talk(ivan, heidi, site.outside("heidi").uri());
            assertRelayed(before, Linphonec.LEAST_PACKETS);
        }
    }

    @Test
    void linphonecCallsLinphonecOutsideWithMedia() {
        try (Linphonec heidi = Linphonec.start("networks-calling-linphonec-at-home", site.outside("heidi"));
                Linphonec ivan = Linphonec.start("networks-called-linphonec-at-home", site.outside("ivan"))) {
            talk(heidi, ivan, site.outside("ivan").uri());
        }
    }

    /** The caller hangs up. */
    private static void talk(Linphonec caller, Linphonec called, String uri) {
        caller.awaitSignedIn();
        called.awaitSignedIn();
        caller.call(uri);
        called.answer();
        caller.awaitCallEstablished();
        called.awaitCallEstablished();
        caller.playAndRecord(TONE);
        called.playAndRecord(OTHER_TONE);
        caller.awaitMedia();
        called.awaitMedia();
        caller.hangUp();
        caller.awaitCallClosed();
        called.awaitCallClosed();
        assertThat(caller.heard().hasTone(OTHER_TONE, TONE)).isTrue();
        assertThat(called.heard().hasTone(TONE, OTHER_TONE)).isTrue();
    }

    /** Past the reader: the answers that have the credentials, and the relay over TLS, over which softphones do not use it. */
    @ParameterizedTest
    @CsvSource({"'', 3478", "-t -S, 443"})
    void somebodyAtHomeGetsCredentialsAndRelaysWithThem(String transport, int port) {
        Account heidi = site.outside("heidi");
        RelayAccess access = RelayPeople.ask("networks-heidi", heidi, SeparateSite.outsideCredentials());
        double before = relayed();
        RelayPeople.talk("networks-heidi", heidi, access, Networks.EDGE_NAME, port, transport);
        assertThat(relayed()).isGreaterThan(before);
    }

    private TurnAccount relayOutside(String person) {
        return TurnAccount.outside(site.relayAccess(person));
    }

    private TurnAccount relayInside(String person) {
        return TurnAccount.inside(site.relayAccess(person));
    }

    private double relayed() {
        return site.edgeCounter("av_edge_packets_total", "");
    }

    /**
     * What came before the other side had let it in is lost, more on a busy machine. The firewall has kept nothing from the
     * inside.
     */
    private void assertRelayed(double before, int sent) {
        assertThat(relayed() - before).as("of at least %d packets", sent).isGreaterThan(sent / 2.0);
        assertThat(site.networks().blocked())
                .as("packets from the perimeter that the inner firewall has blocked")
                .isZero();
    }

    /** Both outside: browsers have no listener inside. */
    @Test
    void chromiumCallsChromiumOutsideWithMedia() {
        try (ChromiumJsSip heidi = ChromiumJsSip.start("networks-calling-chromium", site.outside("heidi"));
                ChromiumJsSip ivan = ChromiumJsSip.start("networks-called-chromium", site.outside("ivan"))) {
            heidi.awaitSignedIn();
            ivan.awaitSignedIn();
            heidi.call(site.outside("ivan").uri());
            heidi.awaitCallEstablished();
            ivan.awaitCallEstablished();
            heidi.awaitMedia();
            ivan.awaitMedia();
            ivan.hangUp();
            heidi.awaitCallClosed();
            ivan.awaitCallClosed();
        }
    }

    /** The last of all: it reads what the others have made the edge send. */
    @Test
    @Order(READING)
    void nothingThatTheEdgeSentOutsideNamesTheInside() {
        OutsideReading reading = site.outsideReading();
        assertThat(reading.insideSeenOutside()).isEmpty();

        Networks networks = site.networks();
        assertThat(networks.blocked())
                .as("packets from the perimeter that the inner firewall has blocked")
                .isZero();
        assertThat(networks.unread()).as("packets that nobody read").isZero();
        Networks.reaches(networks.edge(), Networks.NAT_OUTSIDE, Networks.SIP_TLS_PORT);
        assertThat(networks.unread()).as("they are counted").isPositive();
        assertThat(reading.sent()).as("messages read").hasSizeGreaterThan(100);
        assertThat(reading.sent())
                .as("the certificate that it shows, to clients and to who names no host")
                .anyMatch(message -> message.connection().startsWith("0001-") && isForTheEdge(message))
                .anyMatch(message -> message.connection().startsWith("nameless-") && isForTheEdge(message));
        assertThat(reading.sent())
                .as("the answer to a REGISTER of somebody who is also signed in inside")
                .anyMatch(message -> message.startLine().startsWith("SIP/2.0 200")
                        && message.values("CSeq", "CSeq").getFirst().endsWith("REGISTER")
                        && message.values("To", "t").getFirst().contains("frank")
                        && contacts(message) == 2);
        assertThat(reading.sent())
                .as("what somebody outside is told of their devices, one of which is inside")
                .anyMatch(message -> message.registrations() == 2);
        assertThat(reading.sent())
                .as("presence, told at home over TLS and over a WebSocket")
                .anyMatch(message -> message.tellsPresence() && !message.overWebSocket())
                .anyMatch(message -> message.tellsPresence() && message.overWebSocket());
        assertThat(reading.sent())
                .as("credentials for the relay")
                .anyMatch(message -> message.startLine().startsWith("HTTP/1.1 200")
                        && message.body().contains("turn:" + Networks.EDGE_NAME));
        assertThat(reading.sent())
                .as("the relay's answers and whose data it brings, over UDP and TLS")
                .anyMatch(message -> message.relays("XOR-RELAYED-ADDRESS") && isDatagram(message))
                .anyMatch(message -> message.relays("XOR-RELAYED-ADDRESS") && !isDatagram(message))
                .anyMatch(message -> message.relays("XOR-PEER-ADDRESS") && isDatagram(message))
                .anyMatch(message -> message.startLine().equals("ChannelData") && isDatagram(message))
                .anyMatch(message -> message.startLine().equals("ChannelData") && !isDatagram(message));
        for (String method : List.of("SUBSCRIBE", "PUBLISH")) {
            assertThat(reading.sent()).as("the answer to " + method).anyMatch(message -> message.accepts(method));
        }
        for (String method : List.of("MESSAGE", "INVITE", "BYE", "ACK")) {
            assertThat(reading.sent())
                    .as(method)
                    .anyMatch(message -> message.startLine().startsWith(method + " sip:"));
        }
        assertThat(reading.sent())
                .as("a message and a call in WebSockets")
                .anyMatch(message ->
                        message.overWebSocket() && message.startLine().startsWith("MESSAGE "))
                .anyMatch(message ->
                        message.overWebSocket() && message.startLine().startsWith("INVITE "));
    }

    private static boolean isForTheEdge(OutsideReading.Sent message) {
        return message.startLine().equals(ShownCertificates.START_LINE)
                && message.values(ShownCertificates.ALTERNATIVE_NAME, "").contains(Networks.EDGE_NAME);
    }

    private static boolean isDatagram(OutsideReading.Sent message) {
        return message.connection().startsWith("datagram ");
    }

    private static long contacts(OutsideReading.Sent message) {
        return message.values("Contact", "m").stream()
                .flatMap(value -> Stream.of(value.split(",", -1)))
                .count();
    }
}
