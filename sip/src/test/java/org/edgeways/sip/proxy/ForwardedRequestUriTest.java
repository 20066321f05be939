package org.edgeways.sip.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.sip.engine.EngineClock;
import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.engine.Wire;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Via;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.sip.transaction.SipTimers;
import org.junit.jupiter.api.Test;

/** A Request-URI that the proxy writes has no headers (RFC 3261 table 1), wherever it took the URI from. */
class ForwardedRequestUriTest {

    private final Wire wire = new Wire();

    private SipMessage forwarded(SipMessage request, String target) {
        ProxyRouter router = new ProxyRouter() {
            @Override
            public boolean isOurs(SipUri routeUri) {
                return routeUri.host().equals("ours.example");
            }

            @Override
            public boolean isOurRecordRoute(SipUri requestUri) {
                return requestUri.host().equals("ours.example");
            }

            @Override
            public Via via(Destination destination) {
                return Via.parse("SIP/2.0/TLS ours.example").orThrow();
            }

            @Override
            public RoutingDecision route(ProxyRequest received, long now) {
                String uri = target == null ? received.message().requestUriText() : target;
                return RoutingDecision.Forward.to(Target.of(uri, new Destination.Connection(new Flow(2))));
            }

            @Override
            public Target routeAcknowledgement(ProxyRequest ack, long now) {
                return null;
            }
        };
        ProxyCore core = new ProxyCore(
                wire,
                router,
                ProxySettings.of(0),
                SipTimers.DEFAULT,
                SipEngineLimits.DEFAULT,
                new InMemoryCounters(),
                new Random(1));
        core.receive(request, new Flow(1), EngineClock.START);
        return wire.request("MESSAGE");
    }

    @Test
    void aStrictRoutersUriWithHeadersWentOutAsARequestUriThatEverybodyRefuses() {
        SipMessage request = Messages.request("MESSAGE");
        request.add(HeaderName.ROUTE, "<sip:127.0.0.1:18443;transport=tls?lr>");
        SipMessage sent = forwarded(request, null);
        assertThat(sent.requestUriText()).isEqualTo("sip:127.0.0.1:18443;transport=tls");
        assertThat(sent.elements(HeaderName.ROUTE)).containsExactly("<sip:bob@acorn.example>");
    }

    @Test
    void aContactWithHeadersWentOutAsARequestUriThatEverybodyRefuses() {
        assertThat(forwarded(Messages.request("MESSAGE"), "sip:bob@192.0.2.7;method=INFO;ob?Subject=x")
                        .requestUriText())
                .isEqualTo("sip:bob@192.0.2.7;ob");
    }

    @Test
    void theLastRouteOfAStrictRouterBehindUsGivesARequestUriWithoutHeaders() {
        SipMessage request = Messages.request("MESSAGE", "sip:ours.example;lr", "TLS", "z9hG4bKm1");
        request.add(HeaderName.ROUTE, "<sip:bob@192.0.2.7?Subject=x>");
        assertThat(forwarded(request, null).requestUriText()).isEqualTo("sip:bob@192.0.2.7");
    }
}
