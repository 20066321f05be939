package org.edgeways.sip.location;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Uri;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocationWalkTest {

    private static final LocationSettings ALL = LocationSettings.of(Transport.TLS, Transport.TCP, Transport.UDP);

    private final Map<DnsQuestion, List<DnsRecord>> zone = new HashMap<>();
    private final List<DnsQuestion> asked = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({
        "sip:192.0.2.1, UDP 192.0.2.1:5060",
        "sip:192.0.2.1:5070, UDP 192.0.2.1:5070",
        "sips:192.0.2.1, TLS 192.0.2.1:5061",
        "sip:192.0.2.1;transport=tcp, TCP 192.0.2.1:5060",
        "sip:192.0.2.1;transport=TLS, TLS 192.0.2.1:5061",
        "sips:192.0.2.1;transport=tcp, TLS 192.0.2.1:5061",
        "sip:a@[2001:db8::1]:5070, UDP 2001:db8:0:0:0:0:0:1:5070",
        "sip:h.example;maddr=192.0.2.7, UDP 192.0.2.7:5060",
    })
    void asksNothingForAnAddress(String uri, String place) {
        assertThat(walk(uri, ALL)).containsExactly(place);
        assertThat(asked).isEmpty();
    }

    @Test
    void followsNaptrByOrderAndPreferenceThenSrvThenAddresses() {
        put(
                "acorn.example",
                DnsQuestion.Type.NAPTR,
                new DnsRecord.Naptr(50, 60, "s", "SIP+D2U", "_sip._udp.acorn.example"),
                new DnsRecord.Naptr(50, 50, "S", "SIPS+D2T", "_sips._tcp.acorn.example."),
                new DnsRecord.Naptr(10, 10, "s", "SIP+D2S", "_sip._sctp.acorn.example"),
                new DnsRecord.Naptr(10, 10, "u", "E2U+sip", "x"));
        put("_sips._tcp.acorn.example", DnsQuestion.Type.SRV, new DnsRecord.Srv(1, 0, 5071, "s1.acorn.example"));
        put("_sip._udp.acorn.example", DnsQuestion.Type.SRV, new DnsRecord.Srv(1, 0, 5072, "s2.acorn.example"));
        address("s1.acorn.example", "192.0.2.1");
        address("s1.acorn.example", "2001:db8::1");
        address("s2.acorn.example", "192.0.2.2");
        assertThat(walk("sip:bob@acorn.example", ALL))
                .containsExactly("TLS 2001:db8:0:0:0:0:0:1:5071", "TLS 192.0.2.1:5071", "UDP 192.0.2.2:5072");
    }

    @Test
    void asksForTheAddressesOfTheNextServerOnlyWhenTheFirstHasFailed() {
        put(
                "_sips._tcp.acorn.example",
                DnsQuestion.Type.SRV,
                new DnsRecord.Srv(2, 0, 5061, "second.example"),
                new DnsRecord.Srv(1, 0, 5061, "first.example"));
        address("first.example", "192.0.2.1");
        address("second.example", "192.0.2.2");
        LocationWalk walk = new LocationWalk(uri("sips:acorn.example"), LocationSettings.tlsOnly(), new Random(1));
        assertThat(step(walk)).isEqualTo("TLS 192.0.2.1:5061");
        assertThat(asked).noneMatch(question -> question.name().equals("second.example"));
        assertThat(step(walk)).isEqualTo("TLS 192.0.2.2:5061");
        assertThat(step(walk)).isEqualTo("exhausted");
    }

    @Test
    void asksForSrvOfItsTransportsWhenThereIsNoNaptr() {
        put("_sip._tcp.acorn.example", DnsQuestion.Type.SRV, new DnsRecord.Srv(1, 0, 5060, "t.example"));
        address("t.example", "192.0.2.3");
        assertThat(walk("sip:acorn.example", ALL)).containsExactly("TCP 192.0.2.3:5060");
        assertThat(asked)
                .extracting(DnsQuestion::name)
                .containsExactly(
                        "acorn.example",
                        "_sips._tcp.acorn.example",
                        "_sip._tcp.acorn.example",
                        "_sip._udp.acorn.example",
                        "t.example",
                        "t.example");
    }

    @Test
    void asksOnlyForSecureServicesOfASipsUri() {
        address("acorn.example", "192.0.2.4");
        assertThat(walk("sips:acorn.example", ALL)).containsExactly("TLS 192.0.2.4:5061");
        assertThat(asked).extracting(DnsQuestion::name).doesNotContain("_sip._tcp.acorn.example");
    }

    @Test
    void usesTheHostsOwnAddressesWhenThereIsNoServiceRecord() {
        address("acorn.example", "192.0.2.4");
        assertThat(walk("sip:acorn.example", ALL)).containsExactly("UDP 192.0.2.4:5060");
        assertThat(walk("sip:acorn.example", LocationSettings.tlsOnly())).containsExactly("TLS 192.0.2.4:5061");
        assertThat(walk("sip:acorn.example;transport=tcp", ALL)).containsExactly("TCP 192.0.2.4:5060");
        assertThat(walk("sip:acorn.example:5099;transport=tls", ALL)).containsExactly("TLS 192.0.2.4:5099");
    }

    @Test
    void takesARootTargetAsARefusal() {
        address("acorn.example", "192.0.2.4");
        put("_sip._tcp.acorn.example", DnsQuestion.Type.SRV, new DnsRecord.Srv(0, 0, 0, "."));
        assertThat(walk("sip:acorn.example;transport=tcp", ALL)).isEmpty();
    }

    @Test
    void triesNothingOverATransportThatMayNotBeUsed() {
        assertThat(walk("sip:192.0.2.1;transport=udp", LocationSettings.tlsOnly()))
                .isEmpty();
        assertThat(walk("sip:192.0.2.1;transport=sctp", ALL)).isEmpty();
    }

    @Test
    void drawsLotsByWeightWithinOnePriority() {
        List<DnsRecord.Srv> records = List.of(
                new DnsRecord.Srv(1, 0, 1, "zero"), new DnsRecord.Srv(1, 10, 1, "ten"),
                new DnsRecord.Srv(1, 30, 1, "thirty"), new DnsRecord.Srv(0, 1, 1, "first"));
        Random random = new Random(42);
        Map<String, Integer> seconds = new HashMap<>();
        for (int i = 0; i < 4_100; i++) {
            List<DnsRecord.Srv> ordered = SrvOrder.order(records, random);
            assertThat(ordered).hasSize(4);
            assertThat(ordered.getFirst().target()).isEqualTo("first");
            seconds.merge(ordered.get(1).target(), 1, Integer::sum);
        }
        assertThat(seconds.get("thirty")).isBetween(2_800, 3_200);
        assertThat(seconds.get("ten")).isBetween(850, 1_150);
        assertThat(seconds.get("zero")).isBetween(40, 180);
    }

    @Test
    void looksAtAsManyRecordsAndTriesAsManyPlacesAsTheLimitsSay() {
        for (int i = 0; i < 10; i++) {
            address("acorn.example", "192.0.2." + i);
        }
        LocationSettings limited = new LocationSettings(List.of(Transport.TLS), false, true, false, 5, 4);
        assertThat(walk("sips:acorn.example", limited)).hasSize(4);
        LocationSettings records = new LocationSettings(List.of(Transport.TLS), false, true, false, 5, 32);
        assertThat(walk("sips:acorn.example", records)).hasSize(5);
    }

    @Test
    void namesTheHostOfTheUriForTheCertificateNotTheSrvTarget() {
        put("_sips._tcp.acorn.example", DnsQuestion.Type.SRV, new DnsRecord.Srv(1, 0, 5061, "provider.example"));
        address("provider.example", "192.0.2.1");
        LocationWalk walk = new LocationWalk(uri("sips:acorn.example"), ALL, new Random(1));
        LocationStep step = walk.next();
        while (step instanceof LocationStep.Ask(List<DnsQuestion> questions)) {
            questions.forEach(question -> walk.answer(question, zone.getOrDefault(question, List.of())));
            step = walk.next();
        }
        assertThat(((LocationStep.Try) step).candidate().serverName()).isEqualTo("acorn.example");
    }

    private List<String> walk(String uri, LocationSettings settings) {
        LocationWalk walk = new LocationWalk(uri(uri), settings, new Random(1));
        List<String> places = new ArrayList<>();
        for (String place = step(walk); !place.equals("exhausted"); place = step(walk)) {
            places.add(place);
        }
        return places;
    }

    private String step(LocationWalk walk) {
        while (true) {
            switch (walk.next()) {
                case LocationStep.Ask(List<DnsQuestion> questions) ->
                    questions.forEach(question -> {
                        asked.add(question);
                        walk.answer(question, zone.getOrDefault(question, List.of()));
                    });
                case LocationStep.Try(Candidate c) -> {
                    return c.transport() + " " + c.address().getHostAddress() + ":" + c.port();
                }
                case LocationStep.Exhausted() -> {
                    return "exhausted";
                }
            }
        }
    }

    private void put(String name, DnsQuestion.Type type, DnsRecord... records) {
        zone.put(new DnsQuestion(name, type), List.of(records));
    }

    private void address(String name, String address) {
        DnsQuestion.Type type = address.contains(":") ? DnsQuestion.Type.AAAA : DnsQuestion.Type.A;
        zone.computeIfAbsent(new DnsQuestion(name, type), _ -> new ArrayList<>())
                .add(new DnsRecord.Address(InetAddress.ofLiteral(address)));
    }

    private static SipUri uri(String text) {
        return (SipUri) Uri.parse(text).orThrow();
    }
}
