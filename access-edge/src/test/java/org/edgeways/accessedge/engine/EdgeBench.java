package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.SourceNetwork;
import org.edgeways.policy.SipDomains;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipParser;
import org.edgeways.sip.proxy.ProxyCore;
import org.edgeways.sip.proxy.ProxySettings;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.edgeways.sip.transaction.ReceivedVia;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.sip.transaction.SipTimers;
import org.edgeways.sip.transaction.TransportFailure;
import org.edgeways.tokens.Keyring;
import org.edgeways.tokens.Sealer;
import org.jspecify.annotations.Nullable;

/**
 * One edge engine in virtual time, with clients outside and one inside trunk that the test plays itself. All messages
 * cross the border as bytes, and every byte that goes to a client is kept.
 */
final class EdgeBench {

    static final String OUTSIDE = "edge.acorn.example";
    static final String INSIDE = "edge1.perimeter.acorn.example";
    static final String POOL_ROUTE = "<sip:pool.acorn.example:9061;transport=tls;lr>";
    static final long START = 1_790_000_000_000_000_000L;

    final InMemoryCounters counters = new InMemoryCounters();
    final Random random = new Random(42);
    final Recorder events = new Recorder();
    final ByteArrayOutputStream bytesOutside = new ByteArrayOutputStream();
    final Flow trunk = new Flow(1);
    final Set<Flow> congested = new HashSet<>();
    final Map<Flow, Deque<SipMessage>> atClients = new TreeMap<>((a, b) -> Long.compare(a.id(), b.id()));
    final Deque<SipMessage> atInside = new ArrayDeque<>();
    final EdgeNames names;
    final Keyring keyring;
    final NextHop nextHop;
    /** Whom the last request for the inside went to. */
    String lastService = "";
    /** One that has no connection open. */
    @Nullable
    NextHop away;

    final Sealer sealer;
    final FlowDirectory directory;
    final SourceGuard guard;
    final InsideNames insideNames;
    final EdgePolicy policy;
    final EdgeRouter router;
    final ProxyCore core;
    boolean insideReachable = true;
    long now = START;

    private long flows = 100;
    private int identifiers;

    EdgeBench() {
        this(true, EdgeLimits.DEFAULT);
    }

    EdgeBench(boolean hiding, EdgeLimits limits) {
        this(hiding, limits, Keyring.create(new Random(7)), 1);
    }

    EdgeBench(boolean hiding, EdgeLimits limits, Keyring keyring, long boot) {
        this(hiding, limits, keyring, boot, new NextHop.Service("pool"), 0);
    }

    /** With a next hop that the edge dials; the trunk stands for the connection to it. */
    static EdgeBench dialling(NextHop nextHop, int insidePort) {
        return new EdgeBench(true, EdgeLimits.DEFAULT, Keyring.create(new Random(7)), 1, nextHop, insidePort);
    }

    private EdgeBench(boolean hiding, EdgeLimits limits, Keyring keyring, long boot, NextHop nextHop, int insidePort) {
        this.keyring = keyring;
        this.nextHop = nextHop;
        Set<String> aliases = Set.of("localhost", "127.0.0.1");
        names = new EdgeNames("edge1", boot, OUTSIDE, aliases, 8443, 8444, INSIDE, insidePort);
        sealer = new Sealer(keyring, random);
        directory = new FlowDirectory(names, limits, counters);
        guard = new SourceGuard(limits, events, counters);
        SipDomains domains = new SipDomains(List.of("acorn.example"));
        insideNames = new InsideNames(List.of("pool.acorn.example", "perimeter.acorn.example"), names.known(domains));
        policy = new EdgePolicy(
                names, domains, NextHops.one(nextHop), hiding, limits, Duration.ofMinutes(2), insideNames);
        Refusals refusals = new Refusals(names, Duration.ofSeconds(5), guard, events, counters, random);
        router = new EdgeRouter(policy, directory, guard, sealer, new Around(), refusals, events, counters);
        core = new ProxyCore(
                this::transmit,
                router,
                ProxySettings.of(0),
                SipTimers.DEFAULT,
                SipEngineLimits.DEFAULT,
                counters,
                random);
        directory.insideOpened(trunk);
    }

    private final class Around implements Surroundings {
        @Override
        public boolean isReachable(NextHop hop) {
            return insideReachable && !hop.equals(away);
        }

        @Override
        public boolean isCongested(Flow flow) {
            return congested.contains(flow);
        }
    }

    private void transmit(SipMessage message, Destination to, long at) {
        byte[] bytes = message.encode();
        switch (to) {
            case Destination.Connection(Flow flow)
            when atClients.containsKey(flow) -> {
                bytesOutside.writeBytes(bytes);
                atClients.get(flow).add(parse(bytes));
            }
            case Destination.Service(String name) -> {
                lastService = name;
                atInside.add(parse(bytes, SipLimits.BETWEEN_PARTS));
            }
            case Destination.Connection gone -> fail(message, TransportFailure.FLOW_GONE);
            case Destination.Locate located
            when located.equals(nextHop.destination()) -> atInside.add(parse(bytes, SipLimits.BETWEEN_PARTS));
            case Destination.Locate locate -> throw new AssertionError("nothing may be located: " + locate);
        }
    }

    private void fail(SipMessage message, TransportFailure failure) {
        if (message.isRequest()) {
            core.transportFailed(message.topVia().branch(), failure, now);
        }
    }

    /** As it is read on a client's connection. */
    static SipMessage parse(byte[] bytes) {
        return parse(bytes, SipLimits.DEFAULT);
    }

    private static SipMessage parse(byte[] bytes, SipLimits limits) {
        return switch (SipParser.parse(bytes, limits)) {
            case ParseOutcome.Good(SipMessage message) -> message;
            case ParseOutcome.Refused refused ->
                throw new AssertionError(refused + "\n" + new String(bytes, StandardCharsets.UTF_8));
        };
    }

    // ---- connections

    Flow client(String address, ClientTransport transport) {
        Flow flow = new Flow(++flows);
        try {
            directory.clientOpened(flow, transport, SourceNetwork.of(InetAddress.getByName(address)));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
        atClients.put(flow, new ArrayDeque<>());
        return flow;
    }

    Flow client() {
        return client("198.51.100.7", ClientTransport.TLS);
    }

    void close(Flow flow) {
        atClients.remove(flow);
        var _ = directory.closed(flow);
        core.flowClosed(flow, now);
    }

    // ---- messages

    /** A request as a client writes it; {@code |} separates further header lines. */
    SipMessage request(String method, String uri, String from, String to, String more) {
        int id = ++identifiers;
        StringBuilder text = new StringBuilder();
        text.append(method).append(' ').append(uri).append(" SIP/2.0\r\n");
        text.append("Via: SIP/2.0/TLS 192.168.77.10:5061;branch=z9hG4bKc")
                .append(id)
                .append(";rport\r\n");
        text.append("Max-Forwards: 70\r\n");
        text.append("From: <").append(from).append(">;tag=f").append(id).append("\r\n");
        text.append("To: ").append(to.startsWith("<") ? to : "<" + to + ">").append("\r\n");
        text.append("Call-ID: call").append(id).append("\r\n");
        text.append("CSeq: ").append(id).append(' ').append(method).append("\r\n");
        for (String line : more.split("\\|", -1)) {
            if (!line.isBlank()) {
                text.append(line).append("\r\n");
            }
        }
        return parse(text.append("Content-Length: 0\r\n\r\n").toString().getBytes(StandardCharsets.UTF_8));
    }

    void fromClient(Flow flow, SipMessage message) {
        fromClient(flow, message.encode());
    }

    /** As the client has spelled it. */
    void fromClient(Flow flow, byte[] bytes) {
        SipMessage received = parse(bytes);
        if (received.isRequest()) {
            ReceivedVia.mark(received, "198.51.100.7", 40_000);
        }
        core.receive(received, Origin.connection(flow), now);
    }

    void fromInside(SipMessage message) {
        Origin origin = switch (nextHop) {
            case NextHop.Service(String name) -> Origin.service(trunk, name);
            case NextHop.Connector(String name) -> Origin.service(trunk, name);
            case NextHop.Direct direct -> Origin.connection(trunk);
        };
        core.receive(parse(message.encode(), SipLimits.BETWEEN_PARTS), origin, now);
    }

    /** The oldest message that the inside has not looked at. */
    SipMessage atInside() {
        SipMessage message = atInside.poll();
        assertThat(message).as("a message for the inside").isNotNull();
        return message;
    }

    /** The oldest message but 100 that the client has not looked at. */
    SipMessage at(Flow flow) {
        SipMessage message = atClients.get(flow).poll();
        while (message != null && message.status() == 100) {
            message = atClients.get(flow).poll();
        }
        assertThat(message).as("a message for the client").isNotNull();
        return message;
    }

    void nothingAtInside() {
        assertThat(atInside).isEmpty();
    }

    void answerFromInside(SipMessage request, int status, String reason, String... headers) {
        fromInside(answer(request, status, reason, headers));
    }

    static SipMessage answer(SipMessage request, int status, String reason, String... headers) {
        SipMessage answer = SipMessage.responseTo(request, status, reason, "answerer");
        if (status > 100 && status < 300) {
            request.values(HeaderName.RECORD_ROUTE).forEach(value -> answer.add(HeaderName.RECORD_ROUTE, value));
        }
        for (int i = 0; i < headers.length; i += 2) {
            answer.add(HeaderName.of(headers[i]), headers[i + 1]);
        }
        return answer;
    }

    /** Signs in, as the pool sees it; the contact is that of the request. */
    SipMessage signIn(Flow flow, String person, String contact) {
        fromClient(
                flow,
                request("REGISTER", "sip:acorn.example", person, person, "Contact: " + contact + "|Expires: 300"));
        SipMessage register = atInside();
        answerFromInside(register, 200, "OK", "Contact", contact + ";expires=300");
        assertThat(at(flow).status()).isEqualTo(200);
        return register;
    }

    /** Alice, signed in on a TLS connection. */
    Flow alice() {
        Flow flow = client();
        signIn(
                flow,
                "sip:alice@acorn.example",
                "<sip:alice@192.168.77.10:5061;transport=tls>;+sip.instance=\"<urn:uuid:a>\"");
        return flow;
    }

    /** A call of Alice's to Bob that the inside has answered: the 200 as she gets it, acknowledged. */
    SipMessage call(Flow flow) {
        fromClient(
                flow,
                request(
                        "INVITE",
                        "sip:bob@acorn.example",
                        "sip:alice@acorn.example",
                        "sip:bob@acorn.example",
                        "Contact: <sip:alice@192.168.77.10:5061;transport=tls>"));
        fromInside(EdgePathsTest.answerThroughPool(atInside(), 200));
        SipMessage ok = at(flow);
        fromClient(flow, inDialog("ACK", ok, ""));
        assertThat(atInside().method()).isEqualTo("ACK");
        return ok;
    }

    /** A call of Alice's to Bob that rings: the INVITE as she sent it. */
    SipMessage ringing(Flow flow) {
        SipMessage invite = request(
                "INVITE",
                "sip:bob@acorn.example",
                "sip:alice@acorn.example",
                "sip:bob@acorn.example",
                "Contact: <sip:alice@192.168.77.10>");
        fromClient(flow, invite);
        answerFromInside(atInside(), 180, "Ringing");
        assertThat(at(flow).status()).isEqualTo(180);
        return invite;
    }

    /** The CANCEL of an INVITE, as its sender writes it (RFC 3261 section 9.1); {@code more} are further header lines. */
    static SipMessage cancel(SipMessage invite, String... more) {
        StringBuilder text = new StringBuilder("CANCEL " + invite.requestUriText() + " SIP/2.0\r\n");
        for (HeaderName name : List.of(HeaderName.VIA, HeaderName.FROM, HeaderName.TO, HeaderName.CALL_ID)) {
            text.append(name).append(": ").append(invite.first(name)).append("\r\n");
        }
        text.append("Max-Forwards: 70\r\nCSeq: ").append(invite.cseq().number()).append(" CANCEL\r\n");
        for (String line : more) {
            text.append(line).append("\r\n");
        }
        return parse(text.append("Content-Length: 0\r\n\r\n").toString().getBytes(StandardCharsets.UTF_8));
    }

    /** A request of Alice's in the dialog that {@code ok} began. */
    SipMessage inDialog(String method, SipMessage ok, String more) {
        return request(
                method,
                EdgePathsTest.uri(ok.first(HeaderName.CONTACT)),
                "sip:alice@acorn.example",
                ok.first(HeaderName.TO),
                "Route: " + ok.first(HeaderName.RECORD_ROUTE) + "|" + more);
    }

    void pass(Duration time) {
        long end = now + time.toNanos();
        while (core.nextDeadline() <= end) {
            now = Math.max(now, core.nextDeadline());
            core.timeout(now);
        }
        now = end;
    }

    String textOutside() {
        return bytesOutside.toString(StandardCharsets.UTF_8);
    }

    /** What the engine told, in order. */
    static final class Recorder implements EdgeEvents, SourceGuard.BanListener {
        final List<Refusal> refusals = new ArrayList<>();
        final List<String> log = new ArrayList<>();

        @Override
        public void refused(Refusal refusal) {
            refusals.add(refusal);
            log.add(refusal.code().code());
        }

        @Override
        public void signedIn(ClientFlow client, String person, Duration lifetime, boolean renewal) {
            log.add((renewal ? "renewed " : "signed in ") + person + " " + lifetime.toSeconds());
        }

        @Override
        public void signedOut(ClientFlow client, String person) {
            log.add("signed out " + person);
        }

        @Override
        public void rerouted(ClientFlow client, String person, String method) {
            log.add("rerouted " + person + " " + method);
        }

        @Override
        public void banned(SourceNetwork source, SourceGuard.Cause cause, Duration time, int times, long at) {
            log.add("banned " + source + " " + cause.label() + " " + time.toSeconds() + " " + times);
        }

        AccessEdgeErrorCode last() {
            return refusals.getLast().code();
        }
    }
}
