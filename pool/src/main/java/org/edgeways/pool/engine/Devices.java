package org.edgeways.pool.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.edgeways.base.Result;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Uri;
import org.edgeways.sip.proxy.Target;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.jspecify.annotations.Nullable;

/** From a person to the devices that requests go to. */
final class Devices {

    private final Registrar registrar;
    private final String boot;

    Devices(Registrar registrar, String boot) {
        this.registrar = registrar;
        this.boot = boot;
    }

    /** One target for each device of the person, with its newest flow first. */
    List<DeviceTarget> of(String person, long now) {
        Map<String, List<Binding>> devices = new LinkedHashMap<>();
        for (Binding binding : registrar.bindings(person, now)) {
            devices.computeIfAbsent(name(binding), k -> new ArrayList<>()).add(binding);
        }
        List<DeviceTarget> targets = new ArrayList<>();
        for (List<Binding> flows : devices.values()) {
            flows.sort(Comparator.comparingLong(Binding::registeredAt).reversed());
            targets.add(new DeviceTarget(flows.getFirst(), flows.subList(1, flows.size())));
        }
        return targets;
    }

    /** The next flow of a device on which it is still signed in, after one was tried in vain; null if there is none. */
    @Nullable
    DeviceTarget next(DeviceTarget tried, long now) {
        return tried.next(binding -> signedIn(binding, now));
    }

    /** Whether a binding has not ended since it was looked up, and is still one outside if it was: it may be refreshed. */
    boolean signedIn(Binding binding, long now) {
        Binding present = registrar.binding(binding.id(), now);
        return present != null && present.remote() == binding.remote();
    }

    /** The device's name among those of its person: several flows of one device (RFC 5626) have the same. */
    static String name(Binding binding) {
        return binding.instance() != null && binding.regId() > 0 ? binding.instance() : binding.id();
    }

    /** The newest binding of the person's device of that name; null if it is not signed in. */
    @Nullable
    Binding binding(String person, String name, long now) {
        return registrar.bindings(person, now).stream()
                .filter(binding -> name(binding).equals(name))
                .max(Comparator.comparingLong(Binding::registeredAt))
                .orElse(null);
    }

    /** The device of the person that a GRUU names, if it is signed in. */
    List<DeviceTarget> named(SipUri gruu, String person, long now) {
        return of(person, now).stream()
                .filter(device -> Gruu.names(gruu, device.binding()))
                .max(Comparator.comparingLong(device -> device.binding().registeredAt()))
                .stream()
                .toList();
    }

    /**
     * The device whose contact is that URI: the target of a transfer or a redirection, which others have learned from a
     * Contact. Null if nobody is signed in there.
     */
    @Nullable
    DeviceTarget ofContact(SipUri uri, long now) {
        Binding binding = registrar.ofContact(uri, now);
        return binding == null ? null : new DeviceTarget(binding, List.of());
    }

    /** Within a dialog a device goes by its contact, even if it was named by its GRUU (RFC 5627 section 6.1). */
    void resolve(SipMessage message, long now) {
        if (message.requestUri() instanceof Result.Ok<Uri>(SipUri target) && Gruu.is(target)) {
            named(target, Addresses.of(target), now)
                    .forEach(device -> message.setRequestUri(device.binding().contact()));
        }
    }

    /**
     * The branch to that device.
     *
     * @param q 0 to 1
     */
    Target target(DeviceTarget device, double q) {
        Binding binding = device.binding();
        return new Target(binding.contact(), binding.path(), destination(binding), q, device);
    }

    /** The branch to a device with another Request-URI than its contact: within a dialog. */
    Target target(Binding binding, String requestUri) {
        return new Target(requestUri, binding.path(), destination(binding), 1.0, new DeviceTarget(binding, List.of()));
    }

    /** The next hop to a binding. */
    Destination destination(Binding binding) {
        if (!binding.path().isEmpty()) {
            SipUri first = uri(binding.path().getFirst());
            if (first != null) {
                return new Destination.Service(first.host().toLowerCase(Locale.ROOT));
            }
        }
        FlowName flow = FlowName.parse(binding.flow());
        if (flow == null || !flow.inside() || !flow.boot().equals(boot)) {
            // a connection of an earlier run is as gone as one that was closed
            return new Destination.Connection(new Flow(-1));
        }
        return new Destination.Connection(new Flow(Long.parseLong(flow.connection())));
    }

    private static @Nullable SipUri uri(String route) {
        return NameAddress.parse(route) instanceof Result.Ok<NameAddress>(NameAddress address)
                ? address.sipUri()
                : null;
    }
}
