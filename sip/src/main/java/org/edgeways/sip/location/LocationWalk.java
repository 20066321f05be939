package org.edgeways.sip.location;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.edgeways.sip.message.Hosts;
import org.edgeways.sip.message.SipUri;

/**
 * The walk over all places where a URI can be reached, in the order of RFC 3263: take a {@link #next() step}, do it,
 * and take the next one when a place has failed. Addresses of a host are asked for only when its turn has come.
 *
 * <p>A departure: where RFC 3263 falls back to UDP and that is not among the transports that may be used, the most
 * wanted one that may be used takes its place.
 */
public final class LocationWalk {

    /** Something that leads to candidates, or is one. */
    private sealed interface Plan {

        record Naptr(String domain) implements Plan {}

        /** SRV questions for several transports; without any record, the domain's own addresses, if wanted. */
        record Services(List<Service> services, boolean addressesOtherwise, String domain) implements Plan {}

        record Host(Transport transport, String name, int port) implements Plan {}

        record Ready(Candidate candidate) implements Plan {}
    }

    private record Service(Transport transport, String name) {}

    private final LocationSettings settings;
    private final RandomGenerator random;
    private final String serverName;
    private final boolean secure;
    private final Deque<Plan> plans = new ArrayDeque<>();
    private final Map<DnsQuestion, List<DnsRecord>> answers = new HashMap<>();
    private int tried;

    /** A walk towards {@code uri}; the lots among SRV records are drawn from {@code random}. */
    public LocationWalk(SipUri uri, LocationSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
        this.secure = uri.secure();
        this.serverName = withoutBrackets(uri.host());
        begin(uri);
    }

    /** RFC 3263 section 4.1, and 4.2 up to the first question. */
    private void begin(SipUri uri) {
        String maddr = uri.parameters().get("maddr");
        String target = withoutBrackets(maddr == null || maddr.isEmpty() ? uri.host() : maddr);
        Optional<InetAddress> literal = Hosts.address(target);
        String named = uri.parameters().get("transport");
        if (named != null && !named.isEmpty()) {
            Optional<Transport> transport = Transport.ofToken(named).map(t -> secure ? t.secured() : t);
            if (transport.isEmpty() || !settings.transports().contains(transport.get())) {
                return;
            }
            withTransport(transport.get(), target, literal, uri.port());
        } else if (literal.isPresent() || uri.port() > 0) {
            fallback().ifPresent(transport -> withTransport(transport, target, literal, uri.port()));
        } else {
            plans.add(new Plan.Naptr(target));
        }
    }

    private void withTransport(Transport transport, String target, Optional<InetAddress> literal, int port) {
        int explicit = port > 0 ? port : transport.defaultPort();
        if (literal.isPresent()) {
            plans.add(new Plan.Ready(new Candidate(transport, literal.get(), explicit, serverName)));
        } else if (port > 0) {
            plans.add(new Plan.Host(transport, target, port));
        } else {
            Service service = new Service(transport, transport.servicePrefix() + target);
            plans.add(new Plan.Services(List.of(service), true, target));
        }
    }

    /** The transport where nothing names one: UDP, for sips TLS; or what stands in their place. */
    private Optional<Transport> fallback() {
        Transport usual = secure ? Transport.TLS : Transport.UDP;
        return settings.transports().contains(usual)
                ? Optional.of(usual)
                : usable().stream().findFirst();
    }

    private List<Transport> usable() {
        return settings.transports().stream().filter(t -> !secure || t.secure()).toList();
    }

    /** What to do next. Before {@link LocationStep.Ask} has been answered in full, it comes again with what is open. */
    public LocationStep next() {
        while (tried < settings.candidates()) {
            Plan plan = plans.peekFirst();
            if (plan == null) {
                return new LocationStep.Exhausted();
            }
            List<DnsQuestion> open = questions(plan).stream()
                    .filter(question -> !answers.containsKey(question))
                    .toList();
            if (!open.isEmpty()) {
                return new LocationStep.Ask(open);
            }
            plans.removeFirst();
            if (plan instanceof Plan.Ready(Candidate candidate)) {
                tried++;
                return new LocationStep.Try(candidate);
            }
            List<Plan> expanded = expand(plan);
            for (int i = expanded.size() - 1; i >= 0; i--) {
                plans.addFirst(expanded.get(i));
            }
        }
        return new LocationStep.Exhausted();
    }

    /**
     * Takes an answer.
     *
     * @param records none if there are none or the question failed
     */
    public void answer(DnsQuestion question, List<DnsRecord> records) {
        int kept = Math.min(records.size(), settings.recordsPerAnswer());
        answers.put(question, List.copyOf(records.subList(0, kept)));
    }

    private List<DnsQuestion> questions(Plan plan) {
        return switch (plan) {
            case Plan.Naptr(String domain) -> List.of(new DnsQuestion(domain, DnsQuestion.Type.NAPTR));
            case Plan.Services(List<Service> services, boolean _, String _) ->
                services.stream()
                        .map(service -> new DnsQuestion(service.name(), DnsQuestion.Type.SRV))
                        .toList();
            case Plan.Host(Transport _, String name, int _) -> addressQuestions(name);
            case Plan.Ready _ -> List.of();
        };
    }

    private List<DnsQuestion> addressQuestions(String name) {
        List<DnsQuestion> questions = new ArrayList<>(2);
        if (settings.ipv6()) {
            questions.add(new DnsQuestion(name, DnsQuestion.Type.AAAA));
        }
        if (settings.ipv4()) {
            questions.add(new DnsQuestion(name, DnsQuestion.Type.A));
        }
        return questions;
    }

    private List<Plan> expand(Plan plan) {
        return switch (plan) {
            case Plan.Naptr(String domain) -> expandNaptr(domain);
            case Plan.Services services -> expandServices(services);
            case Plan.Host host -> expandHost(host);
            case Plan.Ready ready -> List.of(ready);
        };
    }

    /** RFC 3263 section 4.1: the services that we speak, by order and preference; without any, SRV for each of ours. */
    private List<Plan> expandNaptr(String domain) {
        record Usable(DnsRecord.Naptr record, Transport transport) {}
        List<Usable> found = new ArrayList<>();
        for (DnsRecord record : answered(domain, DnsQuestion.Type.NAPTR)) {
            if (record instanceof DnsRecord.Naptr naptr && naptr.flags().equalsIgnoreCase("s")) {
                usable().stream()
                        .filter(transport -> transport.naptrService().equalsIgnoreCase(naptr.service()))
                        .forEach(transport -> found.add(new Usable(naptr, transport)));
            }
        }
        found.sort(Comparator.comparingInt((Usable u) -> u.record().order())
                .thenComparingInt(u -> u.record().preference()));
        if (!found.isEmpty()) {
            return found.stream()
                    .<Plan>map(u -> new Plan.Services(
                            List.of(new Service(u.transport(), u.record().replacement())), false, domain))
                    .toList();
        }
        List<Service> services = usable().stream()
                .map(transport -> new Service(transport, transport.servicePrefix() + domain))
                .toList();
        return List.of(new Plan.Services(services, true, domain));
    }

    private List<Plan> expandServices(Plan.Services plan) {
        List<Plan> hosts = new ArrayList<>();
        boolean any = false;
        for (Service service : plan.services()) {
            List<DnsRecord.Srv> records = new ArrayList<>();
            for (DnsRecord record : answered(service.name(), DnsQuestion.Type.SRV)) {
                any = true;
                // a target of "." says that the service is decidedly not there (RFC 2782)
                if (record instanceof DnsRecord.Srv srv && !isRoot(srv.target()) && srv.port() > 0) {
                    records.add(srv);
                }
            }
            for (DnsRecord.Srv srv : SrvOrder.order(records, random)) {
                hosts.add(new Plan.Host(service.transport(), srv.target(), srv.port()));
            }
        }
        if (any || !plan.addressesOtherwise()) {
            return hosts;
        }
        Optional<Transport> transport = plan.services().size() == 1
                ? Optional.of(plan.services().getFirst().transport())
                : fallback();
        return transport
                .<List<Plan>>map(t -> List.of(new Plan.Host(t, plan.domain(), t.defaultPort())))
                .orElse(List.of());
    }

    private List<Plan> expandHost(Plan.Host host) {
        List<Candidate> candidates = new ArrayList<>();
        for (DnsQuestion question : addressQuestions(host.name())) {
            for (DnsRecord record : answers.getOrDefault(question, List.of())) {
                if (record instanceof DnsRecord.Address(InetAddress address)) {
                    candidates.add(new Candidate(host.transport(), address, host.port(), serverName));
                }
            }
        }
        candidates.sort(Comparator.comparing(
                candidate -> candidate.address() instanceof Inet6Address != settings.preferIpv6()));
        return candidates.stream().<Plan>map(Plan.Ready::new).toList();
    }

    private List<DnsRecord> answered(String name, DnsQuestion.Type type) {
        return answers.getOrDefault(new DnsQuestion(name, type), List.of());
    }

    private static boolean isRoot(String target) {
        return target.isEmpty() || target.equals(".");
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}
