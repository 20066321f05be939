package org.edgeways.pool.engine;

import java.util.List;
import java.util.function.Supplier;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.proxy.Target;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.jspecify.annotations.Nullable;

/** Record-Route of the pool, and where requests go that carry it back: see {@link DialogParties}. */
final class Dialogs {

    /** Where a request within a dialog goes. */
    sealed interface Next {
        /** Over that branch. */
        record Device(Target target) implements Next {}

        /** Where the rest of the route set leads. */
        record AlongRoute() implements Next {}

        /** The device is not signed in any more. */
        record Gone() implements Next {}
    }

    /** What is let through to a device whose person may not be outside any more, so that a call ends on both sides. */
    private static final String ENDING = "BYE";

    private final Supplier<EngineSettings> settings;
    private final People people;
    private final Registrar registrar;
    private final Devices devices;
    private final Connections connections;
    private final SenderRule senders;

    Dialogs(
            Supplier<EngineSettings> settings,
            People people,
            Registrar registrar,
            Devices devices,
            Connections connections,
            SenderRule senders) {
        this.settings = settings;
        this.people = people;
        this.registrar = registrar;
        this.devices = devices;
        this.connections = connections;
        this.senders = senders;
    }

    /** The parties that a request's route names; null if it does not go along a Record-Route of ours. */
    static @Nullable DialogParties parties(ProxyRequest request) {
        List<NameAddress> popped = request.poppedRoutes();
        for (NameAddress route : popped) {
            SipUri uri = route.sipUri();
            DialogParties parties = uri == null ? null : DialogParties.parse(uri.userInfo());
            if (parties != null) {
                return parties;
            }
        }
        return null;
    }

    /** The party that a request comes from. */
    String caller(Sender sender, Flow flow) {
        Binding binding = sender.binding();
        if (binding != null) {
            return DialogParties.of(binding);
        }
        return sender.flow().inside()
                ? DialogParties.CONNECTION + connections.name(flow)
                : DialogParties.outside(sender.address());
    }

    /** The party that a branch goes to. */
    static String callee(Target target) {
        return target.label() instanceof DeviceTarget device ? DialogParties.of(device.binding()) : DialogParties.ROUTE;
    }

    /** The Record-Route value for those parties. */
    String recordRoute(DialogParties parties) {
        return "<sip:" + parties + "@" + settings.get().host() + ":"
                + settings.get().port() + ";transport=tls;lr>";
    }

    /** Where a request of {@code sender} within the dialog of {@code parties} goes. */
    Next next(DialogParties parties, Sender sender, ProxyRequest request, long now) {
        String to = comesFromCallee(parties, sender, now) ? parties.caller() : parties.callee();
        if (DialogParties.alongRoute(to)) {
            return isBarred(to, now) && !request.method().equals(ENDING) ? new Next.Gone() : new Next.AlongRoute();
        }
        String uri = request.message().requestUriText();
        return switch (to.charAt(0)) {
            case DialogParties.INSIDE -> {
                Binding binding = registrar.binding(to.substring(1), now);
                yield binding == null ? new Next.Gone() : new Next.Device(devices.target(binding, uri));
            }
            case DialogParties.CONNECTION -> {
                Flow flow = connections.flow(to.substring(1));
                yield flow == null
                        ? new Next.Gone()
                        : new Next.Device(Target.of(uri, new Destination.Connection(flow)));
            }
            default -> new Next.Gone();
        };
    }

    /** By connection; if that does not tell, because a device has signed in anew, by where it is; and else by person. */
    private boolean comesFromCallee(DialogParties parties, Sender sender, long now) {
        String flow = sender.flow().toString();
        if (flow.equals(flowOf(parties.caller(), now))) {
            return false;
        }
        if (flow.equals(flowOf(parties.callee(), now))) {
            return true;
        }
        boolean callerOutside = DialogParties.alongRoute(parties.caller());
        if (callerOutside != DialogParties.alongRoute(parties.callee())) {
            return callerOutside == sender.flow().inside();
        }
        return !sender.address().equals(personOf(parties.caller(), now))
                && (sender.address().equals(personOf(parties.callee(), now)) || callerOutside);
    }

    /** The next hop to a party that no route leads to; null if its device is gone at the moment. */
    @Nullable
    Destination way(String party, long now) {
        if (party.charAt(0) == DialogParties.INSIDE) {
            Binding binding = registrar.binding(party.substring(1), now);
            return binding == null ? null : devices.destination(binding);
        }
        Flow flow = party.charAt(0) == DialogParties.CONNECTION ? connections.flow(party.substring(1)) : null;
        return flow == null ? null : new Destination.Connection(flow);
    }

    private @Nullable String flowOf(String party, long now) {
        if (isBinding(party)) {
            Binding binding = registrar.binding(party.substring(1), now);
            return binding == null ? null : binding.flow();
        }
        Flow flow = party.charAt(0) == DialogParties.CONNECTION ? connections.flow(party.substring(1)) : null;
        return flow == null ? null : senders.inside(flow).toString();
    }

    private @Nullable String personOf(String party, long now) {
        if (!isBinding(party)) {
            return DialogParties.personOutside(party);
        }
        Binding binding = registrar.binding(party.substring(1), now);
        return binding == null ? null : binding.person();
    }

    private static boolean isBinding(String party) {
        return party.charAt(0) == DialogParties.INSIDE || party.charAt(0) == DialogParties.OUTSIDE;
    }

    /** Whether the route leads to somebody who may not be outside any more, as far as that is known. */
    private boolean isBarred(String party, long now) {
        String person =
                isBinding(party) ? registrar.personOf(party.substring(1), now) : DialogParties.personOutside(party);
        return person != null && !SenderRule.mayBeOutside(people.account(person));
    }
}
