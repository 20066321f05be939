package org.edgeways.pool.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.edgeways.policy.PersonRights;
import org.edgeways.policy.RemoteAccess;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.jspecify.annotations.Nullable;

/**
 * Who may be in From: a person of ours who has signed in on the very connection that the request came on, or who sends
 * right credentials along. It holds for every method and in dialogs too; that an edge node passed a request on proves
 * nothing. ACK cannot be challenged: its sender must have signed in on the connection, or have been accepted with
 * credentials there before.
 */
final class SenderRule {

    /** Sets the connection between device and edge node; trusted only from edge nodes. */
    static final HeaderName FLOW = HeaderName.of("P-Edgeways-Flow");

    /** In a request of an edge node's own: a connection of a client's that has ended. */
    static final HeaderName FLOW_ENDED = HeaderName.of("P-Edgeways-Flow-Ended");

    /** How many people accepted by credentials alone are remembered for their ACKs. */
    static final int ACCEPTED_REMEMBERED = 10_000;

    /** Who sent it, or why it is not passed on. */
    sealed interface Outcome {
        record Accepted(Sender sender) implements Outcome {}

        record Refused(Refusal refusal) implements Outcome {}
    }

    private record Accepted(FlowName flow, String address) {}

    private final People people;
    private final Registrar registrar;
    private final Authenticator authenticator;
    private final String boot;
    private final Map<Accepted, Boolean> accepted = new LinkedHashMap<>();

    SenderRule(People people, Registrar registrar, Authenticator authenticator, String boot) {
        this.people = people;
        this.registrar = registrar;
        this.authenticator = authenticator;
        this.boot = boot;
    }

    /**
     * The name of the connection between the device and the first server it meets; null if it came from an edge node
     * that did not say.
     */
    @Nullable
    FlowName flowName(SipMessage request, Origin origin) {
        if (!(origin.replyTo() instanceof Destination.Service node)) {
            return inside(origin.flow());
        }
        return named(request, node);
    }

    /** The people who are signed in on the connection from which an edge node says that a response has come. */
    Set<String> peopleBehind(Destination.Service node, SipMessage response) {
        FlowName flow = named(response, node);
        return flow == null ? Set.of() : registrar.peopleOn(flow);
    }

    /**
     * The connection of which an edge node says that it has ended; null if the request says nothing of the kind. What a client
     * has sent bears the mark of its own connection, so it is no word of the node's.
     */
    @Nullable
    FlowName ended(SipMessage request, Origin origin) {
        return origin.replyTo() instanceof Destination.Service node && !request.has(FLOW)
                ? named(request, FLOW_ENDED, node)
                : null;
    }

    private static @Nullable FlowName named(SipMessage message, Destination.Service node) {
        return named(message, FLOW, node);
    }

    private static @Nullable FlowName named(SipMessage message, HeaderName where, Destination.Service node) {
        String header = message.count(where) == 1 ? message.first(where) : null;
        FlowName named = header == null ? null : FlowName.parse(header);
        // an edge node speaks for itself only
        return named == null ? null : new FlowName(node.name(), named.boot(), named.connection());
    }

    /** The name of a connection of a device inside. */
    FlowName inside(Flow flow) {
        return new FlowName(FlowName.INSIDE, boot, Long.toString(flow.id()));
    }

    /** Judges any request but REGISTER, ACK and CANCEL. */
    Outcome judge(SipMessage request, Origin origin, long now) {
        FlowName flow = flowName(request, origin);
        if (flow == null) {
            return refused(403, PoolErrorCode.FLOW_UNNAMED, "requests from edge nodes carry P-Edgeways-Flow");
        }
        String from = Addresses.local(request.from(), people);
        if (from == null) {
            return refused(403, PoolErrorCode.SENDER_FOREIGN, "From is in one of our domains until federation exists");
        }
        People.Account account = people.account(from);
        Binding binding = registrar.bindingOn(from, flow, now);
        if (account != null && binding != null && mayUse(account, flow)) {
            return new Outcome.Accepted(new Sender(account, flow, binding, null));
        }
        return switch (authenticator.ofProxy(request, Addresses.domain(from), now)) {
            case Authenticator.Outcome.Refused refused -> new Outcome.Refused(refused.refusal());
            case Authenticator.Outcome.Accepted proven -> byCredentials(proven, from, flow);
        };
    }

    private Outcome byCredentials(Authenticator.Outcome.Accepted proven, String from, FlowName flow) {
        People.Account account = proven.account();
        if (!account.address().equals(from)) {
            return refused(403, PoolErrorCode.CREDENTIALS_OF_ANOTHER, "From and credentials name the same person");
        }
        if (!mayUse(account, flow)) {
            return refused(403, PoolErrorCode.REMOTE_ACCESS_DENIED, "remote access of " + from + " is off");
        }
        accepted.put(new Accepted(flow, from), Boolean.TRUE);
        if (accepted.size() > ACCEPTED_REMEMBERED) {
            accepted.remove(accepted.keySet().iterator().next());
        }
        return new Outcome.Accepted(new Sender(account, flow, null, proven.device()));
    }

    /** Judges an ACK; null to drop it. */
    @Nullable
    Sender judgeAcknowledgement(SipMessage ack, Origin origin, long now) {
        FlowName flow = flowName(ack, origin);
        String from = Addresses.local(ack.from(), people);
        People.Account account = from == null ? null : people.account(from);
        if (flow == null || from == null || account == null || !mayUse(account, flow)) {
            return null;
        }
        Binding binding = registrar.bindingOn(from, flow, now);
        return binding != null || accepted.containsKey(new Accepted(flow, from))
                ? new Sender(account, flow, binding, null)
                : null;
    }

    /** Whether the person may be on that connection: inside always, from outside with the right to remote access. */
    static boolean mayUse(People.Account account, FlowName flow) {
        return mayUse(account, flow.inside());
    }

    /** Whether somebody may be outside: nobody who may not sign in. */
    static boolean mayBeOutside(People.@Nullable Account account) {
        return account != null && mayUse(account, false);
    }

    static boolean mayUse(People.Account account, boolean inside) {
        return RemoteAccess.decide(
                        new PersonRights(account.remoteAccess()),
                        inside ? org.edgeways.policy.Origin.INSIDE : org.edgeways.policy.Origin.OUTSIDE)
                .allowed();
    }

    /** Forgets who was accepted on a connection that is gone. */
    void flowClosed(FlowName flow) {
        accepted.keySet().removeIf(a -> a.flow().equals(flow));
    }

    /** Forgets who was accepted on connections to edge nodes that are none of these. */
    void keep(Set<String> nodes) {
        accepted.keySet().removeIf(a -> !FlowName.leadsTo(a.flow().toString(), nodes));
    }

    private static Outcome refused(int status, PoolErrorCode code, String rule) {
        return new Outcome.Refused(Refusal.of(status, code, rule));
    }
}
