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

    private static final char SIGNED_IN = 'b';
    private static final char CONNECTION = 'c';

    private final Supplier<EngineSettings> settings;
    private final Registrar registrar;
    private final Devices devices;
    private final Connections connections;
    private final SenderRule senders;

    Dialogs(
            Supplier<EngineSettings> settings,
            Registrar registrar,
            Devices devices,
            Connections connections,
            SenderRule senders) {
        this.settings = settings;
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
        if (!sender.flow().inside()) {
            return DialogParties.ROUTE;
        }
        Binding binding = sender.binding();
        return binding != null ? SIGNED_IN + binding.id() : CONNECTION + connections.name(flow);
    }

    /** The party that a branch goes to. */
    static String callee(Target target) {
        return target.label() instanceof DeviceTarget device
                        && !device.binding().remote()
                ? SIGNED_IN + device.binding().id()
                : DialogParties.ROUTE;
    }

    /** The Record-Route value for those parties. */
    String recordRoute(DialogParties parties) {
        return "<sip:" + parties + "@" + settings.get().host() + ":"
                + settings.get().port() + ";transport=tls;lr>";
    }

    /** Where a request of {@code sender} within the dialog of {@code parties} goes. */
    Next next(DialogParties parties, Sender sender, ProxyRequest request, long now) {
        String to = comesFromCallee(parties, sender, now) ? parties.caller() : parties.callee();
        if (to.equals(DialogParties.ROUTE)) {
            return new Next.AlongRoute();
        }
        String uri = request.message().requestUriText();
        return switch (to.charAt(0)) {
            case SIGNED_IN -> {
                Binding binding = registrar.binding(to.substring(1), now);
                yield binding == null ? new Next.Gone() : new Next.Device(devices.target(binding, uri));
            }
            case CONNECTION -> {
                Flow flow = connections.flow(to.substring(1));
                yield flow == null
                        ? new Next.Gone()
                        : new Next.Device(Target.of(uri, new Destination.Connection(flow)));
            }
            default -> new Next.Gone();
        };
    }

    /** By connection; if that does not tell, because a device has signed in anew, by person. */
    private boolean comesFromCallee(DialogParties parties, Sender sender, long now) {
        String flow = sender.flow().toString();
        if (flow.equals(flowOf(parties.caller(), now))) {
            return false;
        }
        if (flow.equals(flowOf(parties.callee(), now))) {
            return true;
        }
        if (!sender.flow().inside()) {
            return !parties.caller().equals(DialogParties.ROUTE);
        }
        return !sender.address().equals(personOf(parties.caller(), now))
                && (sender.address().equals(personOf(parties.callee(), now))
                        || parties.caller().equals(DialogParties.ROUTE));
    }

    /** The next hop to a party that is not {@link DialogParties#ROUTE}; null if its device is gone at the moment. */
    @Nullable
    Destination way(String party, long now) {
        if (party.charAt(0) == SIGNED_IN) {
            Binding binding = registrar.binding(party.substring(1), now);
            return binding == null ? null : devices.destination(binding);
        }
        Flow flow = party.charAt(0) == CONNECTION ? connections.flow(party.substring(1)) : null;
        return flow == null ? null : new Destination.Connection(flow);
    }

    private @Nullable String flowOf(String party, long now) {
        if (party.charAt(0) == SIGNED_IN) {
            Binding binding = registrar.binding(party.substring(1), now);
            return binding == null ? null : binding.flow();
        }
        Flow flow = party.charAt(0) == CONNECTION ? connections.flow(party.substring(1)) : null;
        return flow == null ? null : senders.inside(flow).toString();
    }

    private @Nullable String personOf(String party, long now) {
        Binding binding = party.charAt(0) == SIGNED_IN ? registrar.binding(party.substring(1), now) : null;
        return binding == null ? null : binding.person();
    }
}
