package org.edgeways.pool.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.edgeways.base.Counters;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.proxy.ProxyCore;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.proxy.RoutingDecision;
import org.jspecify.annotations.Nullable;

/** Serves REGISTER, in the order of RFC 3261 section 10.3. It is answered when the bindings are durable. */
final class Registrations {

    private static final Set<String> EXTENSIONS = Set.of("path", "outbound", Gruu.OPTION);
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final String RETRY_AFTER_FAILURE = "30";

    private record Pending(
            ProxyRequest request,
            String person,
            FlowName flow,
            boolean newDevice,
            List<Binding> before,
            List<Binding> after) {}

    private final People people;
    private final Registrar registrar;
    private final Authenticator authenticator;
    private final SenderRule senders;
    private final BindingSaves saves;
    private final Deliveries deliveries;
    private final Answers answers;
    private final PoolEvents events;
    private final Counters counters;
    private final Map<Long, Pending> pending = new HashMap<>();

    Registrations(
            People people,
            Registrar registrar,
            Authenticator authenticator,
            SenderRule senders,
            BindingSaves saves,
            Deliveries deliveries,
            Answers answers,
            PoolEvents events,
            Counters counters) {
        this.people = people;
        this.registrar = registrar;
        this.authenticator = authenticator;
        this.senders = senders;
        this.saves = saves;
        this.deliveries = deliveries;
        this.answers = answers;
        this.events = events;
        this.counters = counters;
    }

    /** Handles a REGISTER for one of our domains. */
    RoutingDecision route(ProxyRequest request, ProxyCore core, long now) {
        SipMessage message = request.received();
        FlowName flow = senders.flowName(message, request.origin());
        if (flow == null) {
            return refuse(request, 403, PoolErrorCode.FLOW_UNNAMED, "requests from edge nodes carry P-Edgeways-Flow");
        }
        if (registrar.isOut(flow)) {
            // no 403, which devices take for the last word: they are to come by another node
            return answers.reject(
                    request,
                    Refusal.of(500, PoolErrorCode.NODE_OUT, "nobody signs in through a node that is put out")
                            .with(HeaderName.RETRY_AFTER, RETRY_AFTER_FAILURE));
        }
        // item 2: extensions
        List<String> unknown = message.elements(HeaderName.REQUIRE).stream()
                .filter(tag -> !EXTENSIONS.contains(tag.strip().toLowerCase(Locale.ROOT)))
                .toList();
        if (!unknown.isEmpty()) {
            return answers.reject(
                    request,
                    Refusal.of(420, PoolErrorCode.EXTENSION_REQUIRED, "RFC 3261 section 10.3 item 2")
                            .with(HeaderName.UNSUPPORTED, String.join(", ", unknown)));
        }
        if (message.to().sipUri() == null) {
            return refuse(request, 400, PoolErrorCode.URI_UNSUPPORTED, "RFC 3261 section 10.2: To is a SIP URI");
        }
        String person = Addresses.local(message.to(), people);
        if (person == null) {
            return refuse(request, 404, PoolErrorCode.PERSON_UNKNOWN, "To is in one of our domains");
        }
        if (!person.equals(Addresses.local(message.from(), people))) {
            // section 10.2: a third party; who may be one would be said by nobody
            return refuse(request, 403, PoolErrorCode.REGISTER_FOR_ANOTHER, "From and To name the same person");
        }
        // items 3 and 4: who it is, and whether they may
        return switch (authenticator.ofRegistrar(message, Addresses.domain(person), now)) {
            case Authenticator.Outcome.Refused refused -> answers.reject(request, refused.refusal());
            case Authenticator.Outcome.Accepted accepted -> authenticated(request, core, accepted, person, flow, now);
        };
    }

    private RoutingDecision authenticated(
            ProxyRequest request,
            ProxyCore core,
            Authenticator.Outcome.Accepted accepted,
            String person,
            FlowName flow,
            long now) {
        if (!accepted.account().address().equals(person)) {
            return refuse(request, 403, PoolErrorCode.CREDENTIALS_OF_ANOTHER, "people register their own address only");
        }
        if (!SenderRule.mayUse(accepted.account(), flow)) {
            return refuse(request, 403, PoolErrorCode.REMOTE_ACCESS_DENIED, "remote access of " + person + " is off");
        }
        List<Binding> before = registrar.bindings(person, now);
        return switch (registrar.register(request.received(), person, flow, accepted.device(), now)) {
            case Registrar.Outcome.Refused refused -> answers.reject(request, refused.refusal());
            case Registrar.Outcome.Accepted(Registrar.Change change) -> {
                if (!change.changed()) {
                    core.respond(request, ok(request.received(), flow, change.bindings(), now), now);
                } else {
                    if (change.evicted() > 0) {
                        counters.counter("pool_bindings_evicted").add(change.evicted());
                    }
                    boolean newDevice = newDevice(before, change.bindings());
                    if (newDevice) {
                        deliveries.arriving(person);
                    }
                    pending.put(
                            saves.save(person),
                            new Pending(request, person, flow, newDevice, before, change.bindings()));
                }
                yield new RoutingDecision.Handled();
            }
        };
    }

    private static boolean newDevice(List<Binding> before, List<Binding> after) {
        Set<String> known = new java.util.HashSet<>();
        before.forEach(b -> known.add(b.id() + b.flow()));
        return after.stream().anyMatch(b -> !known.contains(b.id() + b.flow()));
    }

    /** Whether a binding may be, as the account is at the moment. */
    static boolean allows(People.@Nullable Account account, Binding binding) {
        return account != null
                && SenderRule.mayUse(account, !binding.remote())
                && account.devices().stream().anyMatch(device -> device.id().equals(binding.device()));
    }

    /**
     * Completion of {@link DurableCommands#saveBindings}.
     *
     * @return the person who has signed in or refreshed that, or null
     */
    @Nullable
    String bindingsSaved(long ticket, @Nullable String failure, ProxyCore core, long now) {
        Pending saved = pending.remove(ticket);
        if (failure != null) {
            events.storeFailed("bindings", failure);
        }
        if (saved == null) {
            return null;
        }
        ProxyRequest request = saved.request();
        if (failure != null) {
            Refusal refusal = Refusal.of(500, PoolErrorCode.STORE_FAILED, "bindings are stored before 200")
                    .with(HeaderName.RETRY_AFTER, RETRY_AFTER_FAILURE);
            core.respond(request, answers.refusal(request, refusal), now);
            // section 10.3 item 7: what was not committed has not happened
            registrar.undo(saved.person(), saved.before(), saved.after(), now);
            People.Account account = people.account(saved.person());
            registrar.retain(saved.person(), binding -> allows(account, binding));
            saves.save(saved.person());
            if (saved.newDevice()) {
                deliveries.arrived(saved.person(), false, now);
            }
            return null;
        }
        List<Binding> bindings = registrar.bindings(saved.person(), now);
        core.respond(request, ok(request.received(), saved.flow(), bindings, now), now);
        counters.counter("pool_registrations").increment();
        events.signedIn(saved.person(), saved.flow().toString(), bindings.size());
        if (saved.newDevice()) {
            deliveries.arrived(saved.person(), true, now);
        } else if (!bindings.isEmpty()) {
            deliveries.wake(saved.person(), now);
        }
        return saved.person();
    }

    /** Item 8: all bindings, each with the time it has left. */
    private SipMessage ok(SipMessage request, FlowName flow, List<Binding> bindings, long now) {
        SipMessage response = SipMessage.responseTo(request, 200, "OK");
        boolean outbound = false;
        // RFC 5627 section 5.2
        boolean gruus = request.lists(HeaderName.SUPPORTED, Gruu.OPTION);
        for (Binding binding : bindings) {
            long left = Math.max(1, (binding.expiresAt() - now + NANOS_PER_SECOND / 2) / NANOS_PER_SECOND);
            String gruu = gruus ? Gruu.of(binding.person(), binding.instance()) : null;
            response.add(
                    HeaderName.CONTACT,
                    "<" + binding.contact() + ">" + binding.parameters()
                            + (gruu == null ? "" : ";pub-gruu=\"" + gruu + "\"")
                            + ";expires=" + left);
            outbound |= binding.regId() > 0 && binding.callId().equals(request.callId());
        }
        if (!flow.inside() && request.lists(HeaderName.SUPPORTED, "path")) {
            response.setAll(HeaderName.PATH, request.values(HeaderName.PATH));
        }
        response.set(HeaderName.SUPPORTED, "path, outbound, gruu");
        if (outbound) {
            // RFC 5626 section 6
            response.set(HeaderName.REQUIRE, "outbound");
            response.set(
                    HeaderName.FLOW_TIMER,
                    Long.toString(registrar.limits().flowTimer().toSeconds()));
        }
        response.set(HeaderName.DATE, Messages.date(now));
        return response;
    }

    private RoutingDecision refuse(ProxyRequest request, int status, PoolErrorCode code, String rule) {
        return answers.reject(request, Refusal.of(status, code, rule));
    }
}
