package org.edgeways.accessedge.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.edgeways.base.Result;
import org.edgeways.policy.Decision;
import org.edgeways.policy.FromDomain;
import org.edgeways.policy.Origin;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.OtherUri;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.TelUri;
import org.edgeways.sip.message.Uri;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.proxy.RoutingDecision;
import org.edgeways.sip.proxy.Target;
import org.edgeways.tokens.ContactToken;
import org.edgeways.tokens.FlowToken;
import org.edgeways.tokens.RouteToken;
import org.edgeways.tokens.Sealer;
import org.jspecify.annotations.Nullable;

/** Requests of clients outside to the inside, and the responses to them. */
final class InwardLeg {

    /** What the Route of a request says about where it belongs. */
    private sealed interface Guidance {
        /** Nothing: a new request. */
        record None() implements Guidance {}

        /** A dialog whose way inside we sealed. */
        record Sealed(RouteToken token, boolean sameConnection) implements Guidance {}

        /** Something that is not right. */
        record Wrong(AccessEdgeErrorCode code, String detail) implements Guidance {}
    }

    private final EdgePolicy policy;
    private final EdgeNames names;
    private final FlowDirectory directory;
    private final SourceGuard guard;
    private final TopologyHiding hiding;
    private final Hygiene hygiene;
    private final Sealer sealer;
    private final Surroundings surroundings;
    private final Refusals refusals;
    private final EdgeEvents events;

    InwardLeg(
            EdgePolicy policy,
            FlowDirectory directory,
            SourceGuard guard,
            TopologyHiding hiding,
            Hygiene hygiene,
            Sealer sealer,
            Surroundings surroundings,
            Refusals refusals,
            EdgeEvents events) {
        this.policy = policy;
        this.names = policy.names();
        this.directory = directory;
        this.guard = guard;
        this.hiding = hiding;
        this.hygiene = hygiene;
        this.sealer = sealer;
        this.surroundings = surroundings;
        this.refusals = refusals;
        this.events = events;
    }

    RoutingDecision route(ProxyRequest request, ClientFlow client, long now) {
        SipUri from = request.received().from().sipUri();
        Decision sender = FromDomain.decide(policy.domains(), from == null ? null : from.host(), Origin.OUTSIDE);
        if (!sender.allowed()) {
            return refusals.fromClient(request, client, AccessEdgeErrorCode.FROM_FOREIGN, sender.rule(), now);
        }
        boolean register = request.method().equals("REGISTER");
        Guidance guidance = register ? new Guidance.None() : guidance(request, client, now);
        if (!register && !maySend(request, client, guidance, now)) {
            return refusals.fromClient(request, client, AccessEdgeErrorCode.SIGN_IN_FIRST, "nobody signed in", now);
        }
        if (guidance instanceof Guidance.Wrong(var code, var detail)) {
            return refusals.fromClient(request, client, code, detail, now);
        }
        NextHop hop = policy.nextHops().of(home(request, register, client, guidance, from, now));
        if (!register && !hop.judgesSenders() && !isOwn(from, client, guidance, now)) {
            AccessEdgeErrorCode code = AccessEdgeErrorCode.FROM_NOT_SIGNED_IN;
            return refusals.fromClient(request, client, code, "From: " + from, now);
        }
        if (!surroundings.isReachable(hop)) {
            return refusals.fromClient(request, client, AccessEdgeErrorCode.INSIDE_UNREACHABLE, hop.toString(), now);
        }
        hygiene.cleanRequest(request.message(), client, now);
        request.message().set(Hygiene.FLOW_MARK, names.flowMark(client.flow().id()));
        return register
                ? register(request, client, hop, now)
                : other(request, client, guidance, from == null ? "" : from.addressOfRecord(), hop, now);
    }

    /** The domain of the person whose request it is, in which they sign in. */
    private static String home(
            ProxyRequest request,
            boolean register,
            ClientFlow client,
            Guidance guidance,
            @Nullable SipUri from,
            long now) {
        SipUri to = register ? request.message().to().sipUri() : null;
        if (to != null || from == null) {
            return to == null ? "" : to.host();
        }
        String person = person(client, guidance, from.addressOfRecord(), now);
        return person.isEmpty() ? from.host() : person.substring(person.lastIndexOf('@') + 1);
    }

    /**
     * The ACK of a 2xx belongs to a dialog, and in every dialog we have recorded a route.
     *
     * @return null to drop it
     */
    @Nullable
    Target acknowledge(ProxyRequest ack, ClientFlow client, long now) {
        if (!(guidance(ack, client, now) instanceof Guidance.Sealed)) {
            refusals.note(
                    AccessEdgeErrorCode.ACKNOWLEDGEMENT_DROPPED,
                    client.flow(),
                    client.source(),
                    "ACK",
                    "no route of ours");
            return null;
        }
        return route(ack, client, now) instanceof RoutingDecision.Forward forward
                ? forward.targets().getFirst()
                : null;
    }

    /** Until somebody is signed in: REGISTER only, and what ends a dialog that was begun while one was. */
    private static boolean maySend(ProxyRequest request, ClientFlow client, Guidance guidance, long now) {
        boolean ends = request.method().equals("BYE") || request.method().equals("ACK");
        return client.isSignedIn(now)
                || ends && request.inDialog() && guidance instanceof Guidance.Sealed(var token, var same) && same;
    }

    /** True if the sender is signed in on the connection, or was when the dialog was begun there. */
    private static boolean isOwn(@Nullable SipUri from, ClientFlow client, Guidance guidance, long now) {
        if (from == null) {
            return false;
        }
        String sender = from.addressOfRecord();
        boolean begun = guidance instanceof Guidance.Sealed(var token, var same) && same;
        return client.isSignedInAs(sender, now) || begun && client.wasSignedInAs(sender);
    }

    private Guidance guidance(ProxyRequest request, ClientFlow client, long now) {
        List<NameAddress> routes = new ArrayList<>(request.poppedRoutes());
        switch (request.message().addresses(HeaderName.ROUTE)) {
            case Result.Ok<List<NameAddress>> ok -> routes.addAll(ok.value());
            case Result.Bad<List<NameAddress>> bad -> {
                return new Guidance.Wrong(AccessEdgeErrorCode.ROUTE_MALFORMED, bad.reason());
            }
        }
        for (NameAddress route : routes) {
            SipUri uri = route.sipUri();
            if (uri != null && names.isOutside(uri.host()) && uri.userInfo() != null) {
                return switch (RouteToken.open(sealer, uri.userInfo())) {
                    case Result.Bad<RouteToken> bad ->
                        new Guidance.Wrong(
                                AccessEdgeErrorCode.TOKEN_FORGED,
                                "Route: " + bad.code().code());
                    case Result.Ok<RouteToken> ok -> ownGuidance(ok.value(), client, now);
                };
            }
        }
        return new Guidance.None();
    }

    private Guidance ownGuidance(RouteToken token, ClientFlow client, long now) {
        boolean sameConnection = directory.named(token.flow()) == client;
        String person = token.flow().person();
        boolean begun = sameConnection && client.wasSignedInAs(person);
        if (begun || client.isSignedInAs(person, now)) {
            return new Guidance.Sealed(token, sameConnection);
        }
        return new Guidance.Wrong(AccessEdgeErrorCode.TOKEN_FOREIGN, "Route: given to " + person);
    }

    private RoutingDecision register(ProxyRequest request, ClientFlow client, NextHop hop, long now) {
        SipMessage message = request.message();
        SipUri to = message.to().sipUri();
        if (to == null || !policy.domains().contains(to.host())) {
            return refusals.fromClient(request, client, AccessEdgeErrorCode.REGISTRAR_FOREIGN, "To", now);
        }
        String person = to.addressOfRecord();
        if (person.length() > policy.limits().addressLength()) {
            return refusals.fromClient(request, client, AccessEdgeErrorCode.ADDRESS_TOO_LONG, "To", now);
        }
        if (!client.hasRoomFor(person, now)) {
            return refusals.fromClient(request, client, AccessEdgeErrorCode.PEOPLE_TOO_MANY, person, now);
        }
        if (!(message.requestUri() instanceof Result.Ok<Uri>(SipUri registrar))) {
            return refusals.fromClient(request, client, AccessEdgeErrorCode.DESTINATION_MALFORMED, "no SIP URI", now);
        }
        if (names.isOutside(registrar.host())) {
            message.setRequestUri("sip:" + to.host().toLowerCase(Locale.ROOT));
        } else if (!policy.domains().contains(registrar.host())) {
            return refusals.fromClient(request, client, AccessEdgeErrorCode.REGISTRAR_FOREIGN, "Request-URI", now);
        }
        // before anything is done for each of them
        if (message.elements(HeaderName.CONTACT).size() > policy.limits().contactsPerRegister()) {
            return refusals.fromClient(request, client, AccessEdgeErrorCode.CONTACTS_TOO_MANY, person, now);
        }
        hiding.restoreAddresses(message, HeaderName.CONTACT, person::equals);
        String device = "";
        if (message.addresses(HeaderName.CONTACT) instanceof Result.Ok<List<NameAddress>>(var contacts)
                && !contacts.isEmpty()
                && !contacts.getFirst().isStar()) {
            List<NameAddress> kept = SignInReading.kept(message, contacts);
            device = DeviceId.of(kept.isEmpty() ? contacts.getFirst() : kept.getFirst());
        }
        message.remove(HeaderName.ROUTE);
        FlowToken token =
                new FlowToken(names.node(), names.boot(), client.flow().id(), person, device);
        message.addFirst(HeaderName.PATH, names.pathInside(token.seal(sealer)));
        request.attach(new Passage.Inward(this, client, person, device, "", credentials(message), null, null));
        return RoutingDecision.Forward.to(Target.of(message.requestUriText(), hop.destination()));
    }

    private RoutingDecision other(
            ProxyRequest request, ClientFlow client, Guidance guidance, String sender, NextHop hop, long now) {
        SipMessage message = request.message();
        String uri;
        switch (destination(message, client, guidance, now)) {
            case Result.Ok<String> ok -> uri = ok.value();
            case Result.Bad<String> bad -> {
                AccessEdgeErrorCode code = (AccessEdgeErrorCode) bad.code();
                return refusals.fromClient(request, client, code, bad.reason(), now);
            }
        }
        hiding.restoreAddresses(message, HeaderName.REFER_TO, person -> client.isSignedInAs(person, now));
        List<String> routes = guidance instanceof Guidance.Sealed(var token, var same) ? token.routes() : List.of();
        boolean keepsRoutes = !policy.hiding() && guidance instanceof Guidance.Sealed;
        if (!keepsRoutes) {
            message.remove(HeaderName.ROUTE);
        }
        String person = person(client, guidance, sender, now);
        String device = client.deviceOf(person);
        FlowToken flow =
                new FlowToken(names.node(), names.boot(), client.flow().id(), person, device == null ? "" : device);
        String routeInside = names.routeInside(client.seal(flow, sealer));
        request.attach(
                new Passage.Inward(this, client, person, flow.device(), routeInside, credentials(message), null, null));
        Target target = new Target(uri, routes, hop.destination(), 1.0, null);
        List<String> own = new ArrayList<>(2);
        if (!policy.hiding()) {
            own.add(names.routeOutside(new RouteToken(flow, List.of()).seal(sealer), client.transport()));
        }
        own.add(routeInside);
        return new RoutingDecision.Forward(List.of(target), own, Duration.ZERO);
    }

    /** Whom the dialog belongs to: the sender if signed in here, else who was, else whoever is. */
    private static String person(ClientFlow client, Guidance guidance, String sender, long now) {
        if (client.isSignedInAs(sender, now)) {
            return sender;
        }
        if (guidance instanceof Guidance.Sealed(var token, var same)) {
            return token.flow().person();
        }
        List<String> people = client.people(now);
        return people.isEmpty() ? "" : people.getFirst();
    }

    /** The Request-URI as the inside gets it. */
    private Result<String> destination(SipMessage message, ClientFlow client, Guidance guidance, long now) {
        return switch (message.requestUri()) {
            case Result.Bad<Uri> bad ->
                Result.bad(AccessEdgeErrorCode.DESTINATION_MALFORMED, bad.offset(), bad.reason());
            case Result.Ok<Uri>(TelUri tel) -> Result.ok(message.requestUriText());
            case Result.Ok<Uri>(OtherUri other) -> Result.ok(message.requestUriText());
            case Result.Ok<Uri>(SipUri sip) -> {
                if (names.isOutside(sip.host())) {
                    yield unsealed(sip, message, client, now);
                }
                boolean openDialog = !policy.hiding() && guidance instanceof Guidance.Sealed;
                yield openDialog || policy.domains().contains(sip.host())
                        ? Result.ok(message.requestUriText())
                        : Result.bad(AccessEdgeErrorCode.DESTINATION_FOREIGN, 0, "Request-URI: " + sip.host());
            }
        };
    }

    private Result<String> unsealed(SipUri uri, SipMessage message, ClientFlow client, long now) {
        if (uri.userInfo() == null) {
            SipUri from = message.from().sipUri();
            return from == null
                    ? Result.bad(AccessEdgeErrorCode.DESTINATION_UNKNOWN, 0, "Request-URI names the edge itself")
                    : Result.ok("sip:" + from.host().toLowerCase(Locale.ROOT));
        }
        return switch (hiding.open(uri)) {
            case Result.Bad<ContactToken> bad ->
                Result.bad(
                        AccessEdgeErrorCode.TOKEN_FORGED,
                        0,
                        "Request-URI: " + bad.code().code());
            case Result.Ok<ContactToken> ok -> {
                String person = ok.value().person();
                boolean theirs = client.isSignedInAs(person, now) || client.wasSignedInAs(person);
                yield theirs
                        ? Result.ok(ok.value().uri())
                        : Result.bad(AccessEdgeErrorCode.TOKEN_FOREIGN, 0, "Request-URI: given to " + person);
            }
        };
    }

    /** How many passwords one request tries. */
    private static int credentials(SipMessage message) {
        return message.count(HeaderName.AUTHORIZATION) + message.count(HeaderName.PROXY_AUTHORIZATION);
    }

    /** Edits a response of the inside as it goes to the client. */
    void editResponse(ProxyRequest request, SipMessage upstream, Passage.Inward passage) {
        if (request.method().equals("REGISTER") && upstream.status() / 100 == 2) {
            // read before its contacts are sealed; taken to heart when the branch ends
            SignInReading reading = SignInReading.of(request.received(), upstream);
            if (reading != null) {
                request.attach(passage.with(reading));
            }
        }
        Privacy.apply(upstream);
        upstream.remove(Hygiene.FLOW_MARK);
        offerFlowTimer(request, upstream);
        if (!policy.hiding()) {
            return;
        }
        sealRecordRoutes(request, upstream, passage);
        List<NameAddress> own = request.method().equals("REGISTER") ? ownContacts(request) : List.of();
        hiding.hide(
                upstream,
                passage.client(),
                passage.person(),
                uri -> request.method().equals("REGISTER")
                        && (passage.client().wroteContact(passage.person(), uri.toString())
                                || own.stream().anyMatch(contact -> equivalent(contact, uri))));
    }

    /** Takes in what the inside's final answer says about the client: signed in, signed out, wrong credentials. */
    void learn(ProxyRequest request, SipMessage response, Passage.Inward passage, long now) {
        ClientFlow client = passage.client();
        if (response.status() == 401 || response.status() == 407) {
            challenged(request, response, passage, now);
        }
        if (response.status() == 503 || response.status() == 430) {
            String after = response.first(HeaderName.RETRY_AFTER);
            request.attach(passage.unavailable(after == null ? "" : after));
        }
        if (!request.method().equals("REGISTER") || response.status() / 100 != 2) {
            return;
        }
        SignInReading reading = passage.signIn();
        if (reading == null) {
            return;
        }
        if (reading.bound()) {
            Duration lifetime = Duration.ofSeconds(reading.lifetimeSeconds());
            boolean renewal = client.isSignedInAs(passage.person(), now);
            directory.signIn(client, passage.person(), passage.device(), now + lifetime.toNanos(), reading.contacts());
            events.signedIn(client, passage.person(), lifetime, renewal);
        } else if (client.deviceOf(passage.person()) != null) {
            directory.signOut(client, passage.person());
            events.signedOut(client, passage.person());
        }
    }

    private void challenged(ProxyRequest request, SipMessage response, Passage.Inward passage, long now) {
        ClientFlow client = passage.client();
        if (passage.credentials() == 0) {
            // the first challenge is nothing bad; those of one person after the other are
            if (request.method().equals("REGISTER") && client.beganTooManySignIns(passage.person())) {
                note(AccessEdgeErrorCode.NAMES_TRIED, request, client, "last " + passage.person());
                guard.scanned(client.source(), now);
            }
        } else if (!isStale(response)) {
            note(
                    AccessEdgeErrorCode.CREDENTIALS_FAILED,
                    request,
                    client,
                    "from " + request.received().from().uri());
            guard.credentialsFailed(client.source(), passage.credentials(), now);
            if (guard.isBanned(client.source(), now)) {
                client.failedWhileBanned();
            }
        }
    }

    private void note(AccessEdgeErrorCode code, ProxyRequest request, ClientFlow client, String detail) {
        refusals.note(code, client.flow(), client.source(), request.method(), detail);
    }

    private static boolean isStale(SipMessage response) {
        return Stream.concat(
                        response.values(HeaderName.WWW_AUTHENTICATE).stream(),
                        response.values(HeaderName.PROXY_AUTHENTICATE).stream())
                .anyMatch(InwardLeg::saysStale);
    }

    /** RFC 7616 section 3.3: {@code stale=true}, with or without quotes, in whatever case. */
    private static boolean saysStale(String challenge) {
        String squeezed = challenge
                .toLowerCase(Locale.ROOT)
                .replace(" ", "")
                .replace("\t", "")
                .replace("\"", "");
        return squeezed.contains(",stale=true") || squeezed.contains("digeststale=true");
    }

    private static List<NameAddress> ownContacts(ProxyRequest request) {
        return request.received().addresses(HeaderName.CONTACT) instanceof Result.Ok<List<NameAddress>>(var contacts)
                ? contacts
                : List.of();
    }

    private static boolean equivalent(NameAddress contact, SipUri uri) {
        SipUri own = contact.sipUri();
        return own != null && own.equivalent(uri);
    }

    /**
     * The response lists who recorded a route, nearest to the answering side first: what stands above our entry is the
     * inside's, and a client's requests travel through it in reverse.
     */
    private void sealRecordRoutes(ProxyRequest request, SipMessage upstream, Passage.Inward passage) {
        if (!upstream.has(HeaderName.RECORD_ROUTE)) {
            return;
        }
        List<String> routes = new ArrayList<>();
        for (String route : upstream.elements(HeaderName.RECORD_ROUTE)) {
            if (route.equals(passage.routeInside())) {
                break;
            }
            routes.add(route);
        }
        Collections.reverse(routes);
        upstream.remove(HeaderName.RECORD_ROUTE);
        FlowToken flow = new FlowToken(
                names.node(), names.boot(), passage.client().flow().id(), passage.person(), passage.device());
        RouteToken token = new RouteToken(flow, routes);
        if (token.fits()) {
            upstream.add(
                    HeaderName.RECORD_ROUTE,
                    names.routeOutside(token.seal(sealer), passage.client().transport()));
        } else {
            refusals.note(
                    AccessEdgeErrorCode.ROUTE_TOO_LONG,
                    request.flow(),
                    passage.client().source(),
                    request.method(),
                    "record routes of a response");
        }
    }

    /**
     * RFC 5626 section 5.4: the edge is who knows how often its connections must be kept alive. If the inside wants it more
     * often, so it is.
     */
    private void offerFlowTimer(ProxyRequest request, SipMessage upstream) {
        if (request.method().equals("REGISTER")
                && upstream.status() / 100 == 2
                && !policy.flowTimer().isZero()
                && request.received().lists(HeaderName.SUPPORTED, "outbound")) {
            long own = policy.flowTimer().toSeconds();
            String value = upstream.first(HeaderName.FLOW_TIMER);
            boolean number = value != null
                    && value.length() < 10
                    && !value.isEmpty()
                    && value.chars().allMatch(c -> c >= '0' && c <= '9');
            if (value == null || !number || Long.parseLong(value) > own) {
                upstream.set(HeaderName.FLOW_TIMER, Long.toString(own));
            }
        }
    }
}
