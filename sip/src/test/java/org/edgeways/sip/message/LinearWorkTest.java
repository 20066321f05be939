package org.edgeways.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.Result;
import org.edgeways.sip.framing.Frame;
import org.edgeways.sip.framing.StreamFramer;
import org.edgeways.sip.proxy.ProxyCore;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.proxy.ProxyRouter;
import org.edgeways.sip.proxy.ProxySettings;
import org.edgeways.sip.proxy.RoutingDecision;
import org.edgeways.sip.proxy.Target;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.sip.transaction.SipTimers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The worst header sections that the limits let in cost work in proportion to their size. Counted in allocated bytes, which
 * do not depend on the machine's load: twice the input may take little more than twice of them, and no input takes more than
 * a few hundred times its own size.
 */
class LinearWorkTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final SipLimits LIMITS = SipLimits.DEFAULT;
    private static final int OTHERS_BYTES = 500;

    /** What a hostile peer repeats, in which header. */
    enum Worst {
        COMMAS("Route", "", ",", ""),
        ROUTES_OF_OURS("Route", "", "<sip:x;lr>,", "<sip:x;lr>"),
        ROUTES_OF_OTHERS("Route", "", "<sip:y;lr>,", "<sip:y;lr>"),
        CONTACTS("Contact", "", "<sip:a@b>,", "<sip:a@b>"),
        VIAS("Via", "SIP/2.0/TLS a;branch=z9hG4bKx", ",SIP/2.0/TLS a", ""),
        EMPTY_VIAS("Via", "", ",", "SIP/2.0/TLS a;branch=z9hG4bKx"),
        VIA_PARAMETERS("Via", "SIP/2.0/TLS a;branch=z9hG4bKx", ";a", ""),
        FROM_PARAMETERS("From", "<sip:a@b>;tag=1", ";a=\"\\\"\"", ""),
        URI_PARAMETERS("To", "<sip:a@b", ";a=1", ">"),
        QUOTES("To", "\"", "\\\"", "\" <sip:a@b>"),
        OPEN_QUOTES("Contact", "", "\",", ""),
        OPEN_ANGLES("Contact", "", "<", ""),
        ESCAPES("To", "<sip:", "%61", "@b>"),
        FOLDS("Subject", "a", "\r\n b", ""),
        FOLDED_VIA("Via", "SIP/2.0/TLS a;branch=z9hG4bKx", "\r\n ", ""),
        BLANKS("Contact", "<sip:a@b>", " ", ""),
        ONE_GIANT_VALUE("X-Giant", "", "x", "");

        private final String header;
        private final String start;
        private final String repeated;
        private final String end;

        Worst(String header, String start, String repeated, String end) {
            this.header = header;
            this.start = start;
            this.repeated = repeated;
            this.end = end;
        }

        /** Nearly as much as the limits allow. */
        int largest() {
            boolean copied = header.equals("Via") || header.equals("From") || header.equals("To");
            return (copied ? LIMITS.copiedBytes() : LIMITS.headerSectionBytes()) - OTHERS_BYTES;
        }

        byte[] message(int size) {
            StringBuilder text = new StringBuilder("OPTIONS sip:bob@acorn.example SIP/2.0\r\n");
            append(text, "Via", "SIP/2.0/TLS a.acorn.example;branch=z9hG4bK1", size);
            append(text, "From", "<sip:alice@acorn.example>;tag=1", size);
            append(text, "To", "<sip:bob@acorn.example>", size);
            append(text, "Contact", "<sip:alice@acorn.example>", size);
            text.append("Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n");
            if (text.indexOf("\r\n" + header + ": ") < 0) {
                append(text, header, "", size);
            }
            return text.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
        }

        private void append(StringBuilder text, String name, String usual, int size) {
            text.append(name).append(": ");
            if (name.equals(header)) {
                text.append(start)
                        .append(repeated.repeat(size / repeated.length()))
                        .append(end);
            } else {
                text.append(usual);
            }
            text.append("\r\n");
        }
    }

    @ParameterizedTest
    @EnumSource
    void twiceTheInputIsAtMostTwiceTheWork(Worst worst) {
        byte[] half = worst.message(worst.largest() / 2);
        byte[] whole = worst.message(worst.largest());
        assertThat(whole.length).isLessThanOrEqualTo(LIMITS.headerSectionBytes());
        everything(whole); // classes are loaded and tables are filled
        long forHalf = allocated(half);
        long forWhole = allocated(whole);
        assertThat(forWhole).as("%s: %d, then %d", worst, forHalf, forWhole).isLessThan(forHalf * 5 / 2 + 100_000);
        assertThat(forWhole).as("%s", worst).isLessThan(600L * whole.length);
    }

    private static long allocated(byte[] message) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        everything(message);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /** All that may happen to a message on its way through. */
    private static void everything(byte[] bytes) {
        StreamFramer framer = new StreamFramer(LIMITS);
        for (int at = 0; at < bytes.length; at += 1000) {
            framer.feed(bytes, at, Math.min(1000, bytes.length - at));
            for (Frame frame = framer.next(); frame != null; frame = framer.next()) {
                if (frame instanceof Frame.Message(byte[] message)) {
                    read(SipParser.parse(message, LIMITS));
                }
            }
        }
        read(SipParser.parse(bytes, LIMITS));
    }

    private static void read(ParseOutcome outcome) {
        if (!(outcome instanceof ParseOutcome.Good(SipMessage message))) {
            return;
        }
        message.vias();
        for (HeaderName name : message.names()) {
            message.elements(name);
            message.addresses(name);
            message.firstElement(name);
        }
        SipUri to = message.to().sipUri();
        if (to != null) {
            to.equivalent(to);
            to.addressOfRecord();
        }
        SipMessage edited = message.copy();
        edited.set(HeaderName.FROM, message.from().withParameter("tag", "other").toString());
        edited.removeFirstElement(HeaderName.CONTACT);
        edited.setTopVia(message.topVia().with("received", "192.0.2.1"));
        edited.encode();
        proxied(message);
    }

    private static void proxied(SipMessage message) {
        ProxyCore core = new ProxyCore(
                (sent, to, now) -> sent.encode(),
                new Forwarding(),
                ProxySettings.of(0),
                SipTimers.DEFAULT,
                SipEngineLimits.DEFAULT,
                new InMemoryCounters(),
                new SplittableRandom(1));
        core.receive(message, new Flow(1), 0);
    }

    private static final class Forwarding implements ProxyRouter {
        private static final Target FAR = Target.of("sip:bob@far.example", new Destination.Connection(new Flow(2)));

        @Override
        public boolean isOurs(SipUri routeUri) {
            return routeUri.host().equals("x");
        }

        @Override
        public Via via(Destination destination) {
            return ((Result.Ok<Via>) Via.parse("SIP/2.0/TLS edge.acorn.example")).value();
        }

        @Override
        public RoutingDecision route(ProxyRequest request, long now) {
            return new RoutingDecision.Forward(List.of(FAR), List.of("<sip:edge;lr>"), java.time.Duration.ZERO);
        }

        @Override
        public Target routeAcknowledgement(ProxyRequest ack, long now) {
            return FAR;
        }
    }
}
