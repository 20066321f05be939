package org.edgeways.pool.engine;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.edgeways.base.Result;
import org.edgeways.pool.presence.engine.LiveDevice;
import org.edgeways.pool.presence.engine.PresenceHost;
import org.edgeways.pool.presence.engine.PresenceRefusal;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.proxy.LocalRequestListener;
import org.edgeways.sip.proxy.ProxyCore;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.transaction.Destination;
import org.jspecify.annotations.Nullable;

/** What presence needs of the pool: the proxy core, who is signed in where, and the ways to devices. */
final class NotifierHost implements PresenceHost {

    private final Supplier<EngineSettings> settings;
    private final People people;
    private final Devices devices;
    private final Dialogs dialogs;
    private final DurableCommands store;
    private final Answers answers;
    private final PoolEvents events;
    private final BindingDrops drops;
    private final Supplier<ProxyCore> core;

    NotifierHost(
            Supplier<EngineSettings> settings,
            People people,
            Devices devices,
            Dialogs dialogs,
            DurableCommands store,
            Answers answers,
            PoolEvents events,
            BindingDrops drops,
            Supplier<ProxyCore> core) {
        this.settings = settings;
        this.people = people;
        this.devices = devices;
        this.dialogs = dialogs;
        this.store = store;
        this.answers = answers;
        this.events = events;
        this.drops = drops;
        this.core = core;
    }

    @Override
    public void respond(ProxyRequest request, SipMessage response, long now) {
        core.get().respond(request, response, now);
    }

    @Override
    public void refuse(ProxyRequest request, PresenceRefusal refusal, long now) {
        Refusal ours = Refusal.of(refusal.status(), refusal.reason(), refusal.code(), refusal.rule());
        for (PresenceRefusal.HeaderLine line : refusal.headers()) {
            ours = ours.with(line.name(), line.value());
        }
        core.get().respond(request, answers.refusal(request, ours), now);
    }

    @Override
    public void send(SipMessage request, Destination to, LocalRequestListener listener, long now) {
        core.get().send(request, to, listener, now);
    }

    @Override
    public @Nullable Destination way(
            String party, String watcher, @Nullable String device, List<String> routes, long now) {
        Binding binding = device == null ? null : devices.binding(watcher, device, now);
        if (device != null && binding == null) {
            return null;
        }
        if (!DialogParties.alongRoute(party)) {
            // by its name: it may have signed in under another id since
            return binding == null ? dialogs.way(party, now) : devices.destination(binding);
        }
        if (!SenderRule.mayBeOutside(people.account(watcher))) {
            return null;
        }
        String host = firstHost(routes);
        return settings.get().edgeHosts().contains(host) ? new Destination.Service(host) : null;
    }

    @Override
    public boolean mayWatch(String watcher, String party, @Nullable String device, @Nullable String credential) {
        People.Account account = people.account(watcher);
        if (account == null || (DialogParties.alongRoute(party) && !SenderRule.mayBeOutside(account))) {
            return false;
        }
        return device != null
                || account.devices().stream().anyMatch(one -> one.id().equals(credential));
    }

    private static String firstHost(List<String> routes) {
        SipUri first = !routes.isEmpty()
                        && NameAddress.parse(routes.getFirst()) instanceof Result.Ok<NameAddress>(NameAddress address)
                ? address.sipUri()
                : null;
        return first == null ? "" : first.host().toLowerCase(Locale.ROOT);
    }

    @Override
    public void flowFailed(String watcher, String device, List<String> routes, long sentAt, long now) {
        Binding binding = devices.binding(watcher, device, now);
        if (binding != null
                && binding.remote()
                && binding.registeredAt() <= sentAt
                && firstHost(binding.path()).equals(firstHost(routes))) {
            drops.drop(binding, "its connection is gone");
        }
    }

    @Override
    public String contact(String dialog) {
        return "<sip:" + dialog + "@" + settings.get().host() + ":"
                + settings.get().port() + ";transport=tls>";
    }

    @Override
    public List<LiveDevice> devices(String person, long now) {
        return devices.of(person, now).stream()
                .map(DeviceTarget::binding)
                .map(binding -> new LiveDevice(
                        Devices.name(binding),
                        binding.instance(),
                        Gruu.of(person, binding.instance()),
                        binding.registeredAt(),
                        binding.expiresAt()))
                .toList();
    }

    @Override
    public boolean isPerson(String address) {
        return people.account(address) != null;
    }

    @Override
    public String displayName(String address) {
        People.Account account = people.account(address);
        return account == null ? "" : account.displayName();
    }

    @Override
    public long messagesWaiting(String person) {
        return store.messagesWaiting(person);
    }

    @Override
    public void storeFailed(String what, String why) {
        events.storeFailed(what, why);
    }
}
