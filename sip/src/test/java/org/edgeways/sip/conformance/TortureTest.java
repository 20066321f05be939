package org.edgeways.sip.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.sip.framing.Frame;
import org.edgeways.sip.framing.Refusals;
import org.edgeways.sip.framing.StreamFramer;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipErrorCode;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipParser;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Uri;
import org.edgeways.sip.message.Via;
import org.edgeways.sip.proxy.ProxyCore;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.proxy.ProxyRouter;
import org.edgeways.sip.proxy.ProxySettings;
import org.edgeways.sip.proxy.RoutingDecision;
import org.edgeways.sip.proxy.Target;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.edgeways.sip.transaction.ReceivedVia;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.sip.transaction.SipTimers;
import org.edgeways.testkit.TortureMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 4475 and RFC 5118: every message has its outcome at the parser and the proxy core; the registrar's is in {@code pool}. */
class TortureTest {

    private static final long NOW = 1_700_000_000_000_000_000L;
    private static final Flow CLIENT = new Flow(1);

    static List<TortureMessage> messages() {
        return TortureMessage.all();
    }

    @Test
    void theManifestNamesEveryMessageOnce() {
        assertThat(messages()).hasSize(61);
        assertThat(messages().stream().map(TortureMessage::file).distinct()).hasSize(61);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void isReadAsTheManifestSays(TortureMessage torture) {
        assertThat(describe(parse(torture))).isEqualTo(torture.parse());
    }

    @ParameterizedTest
    @MethodSource("messages")
    void isProxiedAsTheManifestSays(TortureMessage torture) {
        String outcome = switch (parse(torture)) {
            case ParseOutcome.Refused refused -> answered(refused);
            case ParseOutcome.Good(SipMessage message) -> proxied(message);
        };
        assertThat(outcome).isEqualTo(torture.proxy());
    }

    @ParameterizedTest
    @MethodSource("messages")
    void goesOutByteForByteAsItCameIn(TortureMessage torture) {
        if (parse(torture) instanceof ParseOutcome.Good(SipMessage message)) {
            byte[] encoded = message.encode();
            byte[] bytes = torture.bytes();
            // dblreq has a second message behind it, which a datagram drops (RFC 3261 section 18.3)
            assertThat(encoded).isEqualTo(Arrays.copyOf(bytes, encoded.length));
            assertThat(bytes.length - encoded.length)
                    .isEqualTo(torture.file().endsWith("dblreq.dat") ? bytes.length - encoded.length : 0);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void isCutFromAStreamOrBreaksItButNeverDesynchronisesIt(TortureMessage torture) {
        StreamFramer framer = new StreamFramer(SipLimits.DEFAULT);
        byte[] bytes = torture.bytes();
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < bytes.length; i += 13) {
            framer.feed(bytes, i, Math.min(13, bytes.length - i));
            for (Frame frame = framer.next(); frame != null; frame = framer.next()) {
                frames.add(frame);
            }
        }
        frames.removeIf(frame -> frame instanceof Frame.KeepAlive);
        String name = torture.file()
                .substring(torture.file().indexOf('/') + 1, torture.file().length() - 4);
        switch (name) {
            case "clerr", "baddn" ->
                assertThat(framer.midMessage()).as("waits for the rest").isTrue();
            case "ncl", "mcl01", "inv2543" -> {
                Frame.Broken broken = (Frame.Broken) frames.getFirst();
                assertThat(broken.reason()).contains("Content-Length");
                assertThat(Refusals.answer(broken, SipLimits.DEFAULT).status()).isEqualTo(400);
            }
            default -> {
                Frame.Message message = (Frame.Message) frames.getFirst();
                assertThat(describe(SipParser.parse(message.bytes(), SipLimits.DEFAULT)))
                        .isEqualTo(torture.parse());
            }
        }
    }

    @Test
    void theUriOfEscapedSeparatorsStaysInOnePiece() {
        SipUri uri = requestUri("rfc4475/esc01.dat");
        assertThat(uri.user()).isEqualTo("sips:user@example.com");
        assertThat(uri.host()).isEqualTo("example.net");
        assertThat(requestUri("rfc4475/semiuri.dat").user()).isEqualTo("user;par=u@example.net");
        assertThat(requestUri("rfc4475/intmeth.dat").host()).isEqualTo("example.com");
    }

    @Test
    void anUnquotedCommaInADisplayNameIsRefusedAlsoWhereTheMessageIsWhole() {
        TortureMessage torture = messages().stream()
                .filter(message -> message.file().endsWith("baddn.dat"))
                .findFirst()
                .orElseThrow();
        byte[] whole = Arrays.copyOf(torture.bytes(), torture.bytes().length + 2);
        whole[whole.length - 2] = '\r';
        whole[whole.length - 1] = '\n';
        assertThat(SipParser.parse(whole, SipLimits.DEFAULT))
                .isInstanceOfSatisfying(ParseOutcome.Refused.class, refused -> {
                    assertThat(refused.code()).isEqualTo(SipErrorCode.HEADER_MALFORMED);
                    assertThat(refused.reason()).isEqualTo("Bad Request - From header");
                    assertThat(answered(refused)).isEqualTo("400");
                });
    }

    @Test
    void nullsInUrisCutNothingOff() {
        List<NameAddress> contacts = contacts("rfc4475/escnull.dat");
        assertThat(contacts.get(0).sipUri().user()).isEqualTo("\0");
        assertThat(contacts.get(1).sipUri().user()).isEqualTo("\0\0");
        assertThat(contacts.get(0).sipUri().equivalent(contacts.get(1).sipUri()))
                .isFalse();
    }

    @Test
    void aParameterBelongsToTheContactOrToItsUriAsTheBracketsSay() {
        NameAddress without = contacts("rfc4475/cparam01.dat").getFirst();
        assertThat(without.parameters().has("unknownparam")).isTrue();
        assertThat(without.sipUri().parameters().isEmpty()).isTrue();
        NameAddress with = contacts("rfc4475/cparam02.dat").getFirst();
        assertThat(with.parameters().isEmpty()).isTrue();
        assertThat(with.sipUri().parameters().has("unknownparam")).isTrue();
        assertThat(contacts("rfc4475/regescrt.dat").getFirst().sipUri().headers())
                .isEqualTo("Route=%3Csip:sip.example.com%3E");
    }

    @Test
    void theWholeBracketIsTheAddress() {
        assertThat(requestUri("rfc5118/port-ambiguous.dat").host()).isEqualTo("[2001:db8::10:5070]");
        assertThat(requestUri("rfc5118/port-ambiguous.dat").port()).isEqualTo(-1);
        assertThat(requestUri("rfc5118/port-unambiguous.dat").port()).isEqualTo(5070);
    }

    @Test
    void bothFormsOfTheColonsNameTheSameAddress() {
        assertThat(requestUri("rfc5118/ipv6-bug-abnf-3-colons.dat")
                        .equivalent(requestUri("rfc5118/ipv6-correct-abnf-2-colons.dat")))
                .isTrue();
    }

    @Test
    void aTortuousInviteIsUnderstood() {
        SipMessage invite = good("rfc4475/wsinv.dat");
        assertThat(invite.toTag()).isEqualTo("1918181833n");
        assertThat(invite.from().plainDisplayName()).isEqualTo("J Rosenberg \\\"");
        assertThat(invite.cseq().number()).isEqualTo(9);
        assertThat(invite.maxForwards()).hasValue(68);
        assertThat(invite.vias().orThrow()).extracting(Via::transport).containsExactly("UDP", "TCP", "UDP");
        assertThat(invite.vias().orThrow().get(1).branch()).isEqualTo("z9hG4bK9ikj8");
        NameAddress contact = invite.addresses(HeaderName.CONTACT).orThrow().getFirst();
        assertThat(contact.plainDisplayName()).isEqualTo("Quoted string \"\"");
        assertThat(contact.parameters().get("newparam")).isEqualTo("newvalue");
        assertThat(contact.parameters().get("q")).isEqualTo("0.33");
        assertThat(invite.body()).hasSize(150);
    }

    // ---- the elements

    private static ParseOutcome parse(TortureMessage torture) {
        return SipParser.parse(torture.bytes(), SipLimits.DEFAULT);
    }

    private static String describe(ParseOutcome outcome) {
        return switch (outcome) {
            case ParseOutcome.Good good -> "good";
            case ParseOutcome.Refused refused -> refused.code().code() + " " + refused.status();
        };
    }

    private static String answered(ParseOutcome.Refused refused) {
        SipMessage answer = Refusals.answer(refused);
        if (answer == null) {
            return "drops";
        }
        assertThat(answer.has(HeaderName.VIA)).isTrue();
        assertThat(answer.encode()).isNotEmpty();
        return Integer.toString(answer.status());
    }

    /** What the real proxy core does with it, between a client on one connection and the next hop. */
    private static String proxied(SipMessage message) {
        List<SipMessage> forwarded = new ArrayList<>();
        List<SipMessage> answered = new ArrayList<>();
        ProxyCore core = new ProxyCore(
                (sent, to, now) -> (to.equals(new Destination.Connection(CLIENT)) ? answered : forwarded).add(sent),
                new Onward(),
                ProxySettings.of(0),
                SipTimers.DEFAULT,
                SipEngineLimits.DEFAULT,
                new InMemoryCounters(),
                new Random(1));
        if (message.isRequest()) {
            ReceivedVia.mark(message, "192.0.2.250", 4711);
        }
        core.receive(message, Origin.connection(CLIENT), NOW);
        answered.removeIf(response -> response.status() == 100);
        if (!answered.isEmpty()) {
            assertThat(forwarded).isEmpty();
            SipMessage answer = answered.getFirst();
            assertThat(answer.callId()).isEqualTo(message.callId());
            if (answer.status() == 420) {
                assertThat(answer.elements(HeaderName.UNSUPPORTED))
                        .containsExactlyElementsOf(message.elements(HeaderName.PROXY_REQUIRE));
            }
            return Integer.toString(answer.status());
        }
        if (forwarded.isEmpty()) {
            return "drops";
        }
        SipMessage sent = forwarded.getFirst();
        assertThat(sent.isRequest()).isTrue();
        assertThat(sent.method()).isEqualTo(message.method());
        assertThat(sent.topVia().host()).isEqualTo("proxy.example");
        assertThat(sent.count(HeaderName.VIA)).isEqualTo(message.count(HeaderName.VIA) + 1);
        assertThat(sent.maxForwards()).hasValue(message.maxForwards().orElse(71) - 1);
        assertThat(sent.body()).isEqualTo(message.body());
        assertThat(SipParser.parse(sent.encode(), SipLimits.DEFAULT)).isInstanceOf(ParseOutcome.Good.class);
        return "forwards";
    }

    /** Sends everything on. */
    private static final class Onward implements ProxyRouter {

        @Override
        public boolean isOurs(SipUri routeUri) {
            return false;
        }

        @Override
        public Via via(Destination destination) {
            return Via.parse("SIP/2.0/TLS proxy.example").orThrow();
        }

        @Override
        public RoutingDecision route(ProxyRequest request, long now) {
            return RoutingDecision.Forward.to(
                    Target.of(request.message().requestUriText(), new Destination.Service("next")));
        }

        @Override
        public Target routeAcknowledgement(ProxyRequest ack, long now) {
            return null;
        }
    }

    private static SipMessage good(String file) {
        TortureMessage torture = messages().stream()
                .filter(message -> message.file().equals(file))
                .findFirst()
                .orElseThrow();
        return ((ParseOutcome.Good) parse(torture)).message();
    }

    private static SipUri requestUri(String file) {
        return (SipUri) ((org.edgeways.base.Result.Ok<Uri>) good(file).requestUri()).value();
    }

    private static List<NameAddress> contacts(String file) {
        return good(file).addresses(HeaderName.CONTACT).orThrow();
    }
}
