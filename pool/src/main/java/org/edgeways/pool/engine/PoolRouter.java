package org.edgeways.pool.engine;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.edgeways.base.Result;
import org.edgeways.pool.presence.engine.EventRequest;
import org.edgeways.pool.presence.engine.PresenceEngine;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.Parameters;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Uri;
import org.edgeways.sip.message.Via;
import org.edgeways.sip.proxy.FinalOutcome;
import org.edgeways.sip.proxy.ProxyCore;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.proxy.ProxyRouter;
import org.edgeways.sip.proxy.RoutingDecision;
import org.edgeways.sip.proxy.Target;
import org.edgeways.sip.transaction.Destination;
import org.jspecify.annotations.Nullable;

/**
 * Where requests go in the pool: to the registrar, to a person's devices, along a dialog, to an edge node, nowhere. First
 * comes who sent it ({@link SenderRule}), then where to.
 */
final class PoolRouter implements ProxyRouter {

    /**
     * What is kept beside a request.
     *
     * @param shown whether the device that has answered is one of a person whom the sender may see
     */
    private record Passage(Sender sender, @Nullable MessageFork fork, boolean shown) {}

    /** Requests that make no dialog and need no route back. */
    private static final Set<String> WITHOUT_DIALOG = Set.of("MESSAGE", "PUBLISH", "OPTIONS");

    /** Requests that a person notices. All others devices answer by themselves when they belong to no dialog. */
    private static final Set<String> NOTICED = Set.of("INVITE", "MESSAGE");

    /**
     * The answers that a device gives to a request of a dialog that it does not have, or before it looks for the dialog.
     * Without the dialog they tell only that the device is there.
     */
    private static final Set<Integer> OF_NO_DIALOG =
            Set.of(400, 404, 405, 406, 413, 414, 415, 416, 420, 421, 423, 480, 481, 482, 483, 489, 494, 501, 505, 513);

    private static final String ASKS_ONLY = "OPTIONS in a dialog tells who is there";

    private static final String ALLOW = "REGISTER, OPTIONS, INVITE, ACK, CANCEL, BYE, MESSAGE, PRACK, UPDATE, INFO,"
            + " REFER, SUBSCRIBE, NOTIFY, PUBLISH";

    private final Supplier<EngineSettings> settings;
    private final People people;
    private final SenderRule senders;
    private final Registrations registrations;
    private final Messages messages;
    private final Devices devices;
    private final Dialogs dialogs;
    private final PresenceEngine presence;
    private final OpenCalls calls;
    private final Hygiene hygiene;
    private final Answers answers;
    private final BindingDrops drops;
    private final Consumer<FlowName> flowEnds;
    private final Supplier<ProxyCore> core;

    PoolRouter(
            Supplier<EngineSettings> settings,
            People people,
            SenderRule senders,
            Registrations registrations,
            Messages messages,
            Devices devices,
            Dialogs dialogs,
            PresenceEngine presence,
            OpenCalls calls,
            Answers answers,
            BindingDrops drops,
            Consumer<FlowName> flowEnds,
            Supplier<ProxyCore> core) {
        this.settings = settings;
        this.people = people;
        this.senders = senders;
        this.registrations = registrations;
        this.messages = messages;
        this.devices = devices;
        this.dialogs = dialogs;
        this.presence = presence;
        this.calls = calls;
        this.answers = answers;
        this.drops = drops;
        this.flowEnds = flowEnds;
        this.core = core;
        this.hygiene = new Hygiene(people::isDomain);
    }

    /** By one of our names and our port; devices inside put in what they were told to connect to. */
    @Override
    public boolean isOurs(SipUri route) {
        String host = route.host().toLowerCase(Locale.ROOT);
        if (people.isDomain(host)) {
            return true;
        }
        boolean port = route.port() == settings.get().port() || route.port() < 0;
        boolean address =
                host.startsWith("[") || (!host.isEmpty() && Character.isDigit(host.charAt(host.length() - 1)));
        return port
                && (host.equals(settings.get().host())
                        || settings.get().aliases().contains(host)
                        || (address && route.port() > 0));
    }

    @Override
    public boolean isOurRecordRoute(SipUri requestUri) {
        return isOurs(requestUri) && DialogParties.parse(requestUri.userInfo()) != null;
    }

    @Override
    public Via via(Destination destination) {
        return new Via("TLS", settings.get().host(), settings.get().port(), Parameters.NONE);
    }

    @Override
    public RoutingDecision route(ProxyRequest request, long now) {
        SipMessage message = request.message();
        if (!(message.requestUri() instanceof Result.Ok<Uri>(SipUri target))) {
            return refuse(request, 416, PoolErrorCode.URI_UNSUPPORTED, "RFC 3261 section 16.3 item 2");
        }
        if (message.method().equals("REGISTER")) {
            return isOurs(target)
                    ? registrations.route(request, core.get(), now)
                    : refuse(request, 403, PoolErrorCode.DOMAIN_FOREIGN, "RFC 3261 section 10.3 item 1");
        }
        boolean toPool = isOurs(target) && target.user() == null && !message.has(HeaderName.ROUTE);
        if (toPool && message.method().equals("OPTIONS")) {
            FlowName ended = senders.ended(request.received(), request.origin());
            if (ended != null) {
                flowEnds.accept(ended);
            }
            return options(request, now);
        }
        return switch (senders.judge(request.received(), request.origin(), now)) {
            case SenderRule.Outcome.Refused refused -> answers.reject(request, refused.refusal());
            case SenderRule.Outcome.Accepted(Sender sender) -> {
                request.attach(new Passage(sender, null, false));
                hygiene.clean(message, sender);
                yield routed(request, sender, target, now);
            }
        };
    }

    private RoutingDecision routed(ProxyRequest request, Sender sender, SipUri target, long now) {
        DialogParties parties = Dialogs.parties(request);
        if (request.method().equals("SUBSCRIBE")) {
            RoutingDecision decision = subscription(request, sender, target, parties, now);
            if (decision != null) {
                return decision;
            }
        }
        if (!request.inDialog()
                && !NOTICED.contains(request.method())
                && (parties != null || alongRoute(request.message(), target) != null)) {
            // the route of a call that is over would lead past the person's decisions
            return refuse(
                    request, 403, PoolErrorCode.DOMAIN_FOREIGN, "outside a dialog it is asked of a person's address");
        }
        if (parties != null) {
            devices.resolve(request.message(), now);
            switch (dialogs.next(parties, sender, request, now)) {
                case Dialogs.Next.Device(Target device) -> {
                    return asksOnly(request) && !shows(device, sender)
                            ? answers.reject(request, deviceGone(ASKS_ONLY))
                            : forward(List.of(device), dialogs.recordRoute(parties));
                }
                case Dialogs.Next.Gone gone -> {
                    return answers.reject(request, deviceGone("the route names a device that is gone"));
                }
                case Dialogs.Next.AlongRoute along -> {}
            }
        }
        Destination next = alongRoute(request.message(), target);
        if (next != null) {
            if (asksOnly(request)) {
                return answers.reject(request, deviceGone(ASKS_ONLY));
            }
            Target branch = Target.of(request.message().requestUriText(), next);
            return forward(List.of(branch), recordRoute(request, sender, parties));
        }
        if (!request.message().has(HeaderName.ROUTE) && people.isDomain(target.host()) && target.user() != null) {
            return toPerson(request, sender, target, parties, now);
        }
        if (isOurs(target) && target.user() == null) {
            return toPool(request);
        }
        DeviceTarget named = request.message().has(HeaderName.ROUTE) ? null : devices.ofContact(target, now);
        if (named != null && !probes(request, named.binding().person(), sender)) {
            return forward(List.of(devices.target(named, 1.0)), recordRoute(request, sender, parties));
        }
        return refuse(
                request,
                403,
                PoolErrorCode.DOMAIN_FOREIGN,
                "Request-URI and Route name our domains, devices and edge nodes");
    }

    /** What becomes of a SUBSCRIBE that does not go where any other request goes; null if it does. */
    private @Nullable RoutingDecision subscription(
            ProxyRequest request, Sender sender, SipUri target, @Nullable DialogParties parties, long now) {
        if (parties == null && isOurs(target) && request.inDialog()) {
            // our own Contact, or the person for a device that keeps no remote target
            if (presence.knows(request.received()) || !people.isDomain(target.host())) {
                presence.subscribe(event(request, sender, Addresses.of(target)), now);
                return new RoutingDecision.Handled();
            }
        }
        if (request.message().values(HeaderName.EVENT).size() != 1) {
            // a device would perhaps take it for another event than we do
            return answers.reject(
                    request,
                    Refusal.of(489, PoolErrorCode.EVENT_UNSUPPORTED, "RFC 6665 section 7.2.1: one Event header")
                            .with(HeaderName.ALLOW_EVENTS, presence.allowEvents()));
        }
        boolean toUs = people.isDomain(target.host()) || (isOurs(target) && target.user() == null);
        boolean toDevice = parties != null || request.message().has(HeaderName.ROUTE) || !toUs;
        if (toDevice && presence.serves(event(request.message()))) {
            // it would answer for itself, and knows no decisions
            int status = request.inDialog() ? 481 : 403;
            return refuse(request, status, PoolErrorCode.EVENT_OF_DEVICE, "served events are asked of a person");
        }
        return null;
    }

    /** The edge node that Route or Request-URI names, or null. */
    private @Nullable Destination alongRoute(SipMessage message, SipUri target) {
        SipUri hop = target;
        List<String> routes = message.elements(HeaderName.ROUTE);
        if (!routes.isEmpty()) {
            if (!(NameAddress.parse(routes.getFirst()) instanceof Result.Ok<NameAddress>(NameAddress route))
                    || !(route.uri() instanceof SipUri uri)) {
                return null;
            }
            hop = uri;
        }
        String host = hop.host().toLowerCase(Locale.ROOT);
        return settings.get().edgeHosts().contains(host) ? new Destination.Service(host) : null;
    }

    private RoutingDecision toPerson(
            ProxyRequest request, Sender sender, SipUri target, @Nullable DialogParties parties, long now) {
        String person = Addresses.of(target);
        if (people.account(person) == null) {
            return refuse(request, 404, PoolErrorCode.PERSON_UNKNOWN, "nobody has the address " + person);
        }
        String method = request.method();
        boolean probes = probes(request, person, sender);
        if (method.equals("MESSAGE") && !Gruu.is(target) && !probes) {
            MessageFork fork = Messages.fork(request.message(), person);
            request.attach(new Passage(sender, fork, false));
            return messages.route(request, fork, now);
        }
        String event = event(request.message());
        if (method.equals("SUBSCRIBE") && presence.serves(event)) {
            presence.subscribe(event(request, sender, person), now);
            return new RoutingDecision.Handled();
        }
        if (method.equals("PUBLISH") && presence.publishes(event)) {
            presence.publish(event(request, sender, person), now);
            return new RoutingDecision.Handled();
        }
        // RFC 5627 section 6.1: a GRUU means one device, and what is for that device only is kept for no other
        boolean gruu = Gruu.is(target);
        List<DeviceTarget> targets =
                probes ? List.of() : gruu ? devices.named(target, person, now) : devices.of(person, now);
        if (targets.isEmpty()) {
            PoolErrorCode code = gruu ? PoolErrorCode.GRUU_NOT_SIGNED_IN : PoolErrorCode.NOBODY_SIGNED_IN;
            return refuse(request, 480, code, target + " has no registration");
        }
        return forward(
                targets.stream()
                        .map(t -> devices.target(t, t.binding().priority() / 1000.0))
                        .toList(),
                recordRoute(request, sender, parties));
    }

    /**
     * Whether a request that rings nowhere would tell its sender in silence whether that person is there. Of a dialog it
     * would be along its route, which this one is not.
     */
    private boolean probes(ProxyRequest request, String person, Sender sender) {
        return (request.inDialog() || !NOTICED.contains(request.method())) && !presence.shows(person, sender.address());
    }

    /** Many devices answer it with 200 within dialogs that they do not have. */
    private static boolean asksOnly(ProxyRequest request) {
        return request.method().equals("OPTIONS") && request.inDialog();
    }

    private boolean shows(Target target, Sender sender) {
        return target.label() instanceof DeviceTarget device
                && presence.shows(device.binding().person(), sender.address());
    }

    /** Whether a response comes from a device of a person, or of people, whom the sender may see. */
    private boolean shows(Target target, SipMessage response, Sender sender) {
        if (!(target.destination() instanceof Destination.Service node) || target.label() != null) {
            return shows(target, sender);
        }
        Set<String> there = senders.peopleBehind(node, response);
        return !there.isEmpty() && there.stream().allMatch(person -> presence.shows(person, sender.address()));
    }

    private static Refusal deviceGone(String rule) {
        return Refusal.of(480, PoolErrorCode.DEVICE_GONE, rule);
    }

    private RoutingDecision toPool(ProxyRequest request) {
        return switch (request.method()) {
            case "SUBSCRIBE", "PUBLISH" ->
                answers.reject(
                        request,
                        Refusal.of(489, PoolErrorCode.EVENT_UNSUPPORTED, "the pool itself has no events")
                                .with(HeaderName.ALLOW_EVENTS, presence.allowEvents()));
            default -> refuse(request, 404, PoolErrorCode.PERSON_UNKNOWN, "the Request-URI names no person");
        };
    }

    private RoutingDecision options(ProxyRequest request, long now) {
        SipMessage response = SipMessage.responseTo(request.received(), 200, "OK");
        response.set(HeaderName.ALLOW, ALLOW);
        response.set(HeaderName.ACCEPT, "*/*");
        response.set(HeaderName.SUPPORTED, "path, outbound, gruu, eventlist");
        response.set(HeaderName.ALLOW_EVENTS, presence.allowEvents());
        core.get().respond(request, response, now);
        return new RoutingDecision.Handled();
    }

    /** The event package that a SUBSCRIBE or PUBLISH names, in lower case; empty for any other request. */
    private static String event(SipMessage message) {
        if (!message.method().equals("SUBSCRIBE") && !message.method().equals("PUBLISH")) {
            return "";
        }
        String event = message.first(HeaderName.EVENT);
        return event == null ? "" : event.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    private EventRequest event(ProxyRequest request, Sender sender, String resource) {
        Binding binding = sender.binding();
        return new EventRequest(
                request,
                sender.address(),
                resource,
                dialogs.caller(sender, request.flow()),
                binding == null ? null : Devices.name(binding),
                sender.credential());
    }

    private String recordRoute(ProxyRequest request, Sender sender, @Nullable DialogParties parties) {
        if (WITHOUT_DIALOG.contains(request.method())) {
            return "";
        }
        return dialogs.recordRoute(
                parties != null
                        ? parties
                        : new DialogParties(dialogs.caller(sender, request.flow()), DialogParties.ROUTE));
    }

    private static RoutingDecision forward(List<Target> targets, String recordRoute) {
        return new RoutingDecision.Forward(
                targets, recordRoute.isEmpty() ? List.of() : List.of(recordRoute), Duration.ZERO);
    }

    @Override
    public @Nullable Target routeAcknowledgement(ProxyRequest ack, long now) {
        Sender sender = senders.judgeAcknowledgement(ack.received(), ack.origin(), now);
        if (sender == null || !(ack.message().requestUri() instanceof Result.Ok<Uri>(SipUri target))) {
            return null;
        }
        hygiene.clean(ack.message(), sender);
        DialogParties parties = Dialogs.parties(ack);
        if (parties != null) {
            devices.resolve(ack.message(), now);
            switch (dialogs.next(parties, sender, ack, now)) {
                case Dialogs.Next.Device(Target device) -> {
                    return device;
                }
                case Dialogs.Next.Gone gone -> {
                    return null;
                }
                case Dialogs.Next.AlongRoute along -> {}
            }
        }
        Destination next = alongRoute(ack.message(), target);
        return next == null ? null : Target.of(ack.message().requestUriText(), next);
    }

    /** Each branch gets a Record-Route that names its own device. */
    @Override
    public void onForward(ProxyRequest request, Target target, SipMessage outgoing) {
        Passage passage = request.attachment(Passage.class);
        if (passage != null && request.method().equals("INVITE")) {
            calls.rings(request, passage.sender(), target);
        }
        boolean fromHere = Dialogs.parties(request) == null && !WITHOUT_DIALOG.contains(request.method());
        if (passage != null && fromHere && request.transaction() != null) {
            DialogParties parties =
                    new DialogParties(dialogs.caller(passage.sender(), request.flow()), Dialogs.callee(target));
            outgoing.replaceFirstElement(HeaderName.RECORD_ROUTE, dialogs.recordRoute(parties));
        }
    }

    @Override
    public void onResponse(ProxyRequest request, Target target, SipMessage upstream) {
        Passage passage = request.attachment(Passage.class);
        if (passage != null && request.inDialog()) {
            request.attach(new Passage(passage.sender(), passage.fork(), shows(target, upstream, passage.sender())));
        }
        Hygiene.stripResponse(upstream);
    }

    @Override
    public List<Target> onBranchFinal(ProxyRequest request, Target target, SipMessage response, long now) {
        Passage passage = request.attachment(Passage.class);
        if (passage != null && passage.fork() != null) {
            messages.branchFinal(request, passage.fork(), response, now);
        }
        if (!(target.label() instanceof DeviceTarget device)) {
            return List.of();
        }
        int status = response.status();
        if (status == MessageAnswers.FLOW_FAILED) {
            drops.drop(device.binding(), "its connection is gone");
        }
        DeviceTarget other = devices.next(device, now);
        boolean flowDead = status == MessageAnswers.FLOW_FAILED || status == 408 || status == 503;
        return flowDead && other != null ? List.of(devices.target(other, target.q())) : List.of();
    }

    @Override
    public boolean mayStart(ProxyRequest request, Target target, long now) {
        return !(target.label() instanceof DeviceTarget device) || devices.signedIn(device.binding(), now);
    }

    @Override
    public FinalOutcome onFinal(ProxyRequest request, @Nullable SipMessage chosen, long now) {
        SipMessage best = chosen;
        if (best != null && Hygiene.challenges(best)) {
            best = answers.refusal(
                    request,
                    Refusal.of(403, PoolErrorCode.DEVICE_CHALLENGES, "challenges of devices are not passed on"));
        }
        Passage passage = request.attachment(Passage.class);
        if (best != null
                && passage != null
                && request.inDialog()
                && !passage.shown()
                && OF_NO_DIALOG.contains(best.status())) {
            // with the route of a call that is over it would be learnt who is there
            best = answers.refusal(request, deviceGone("answered " + best.status() + " by a device not shown"));
        }
        if (passage != null && passage.fork() != null) {
            return messages.allFinal(request, passage.fork(), best, now);
        }
        return best == null ? new FinalOutcome.Nothing() : new FinalOutcome.Send(best);
    }

    @Override
    public FinalOutcome onFinalTimeout(ProxyRequest request, long now) {
        Passage passage = request.attachment(Passage.class);
        return passage != null && passage.fork() != null
                ? messages.timedOut(request, passage.fork(), now)
                : new FinalOutcome.Nothing();
    }

    @Override
    public void onDone(ProxyRequest request, long now) {
        calls.over(request);
    }

    private RoutingDecision refuse(ProxyRequest request, int status, PoolErrorCode code, String rule) {
        return answers.reject(request, Refusal.of(status, code, rule));
    }
}
