package org.edgeways.turn.engine;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.AddressFamily;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/** Allocate (RFC 8656 section 7.2, RFC 6062 section 5.1, RFC 8016 section 3.1.2), and what comes of it. */
final class AllocateRequests {

    /** How many ports are tried before the family is given up. */
    static final int TRIES = 4;

    /** RFC 8656 section 7.2: at least 30 seconds. */
    static final long RESERVATION = Duration.ofSeconds(30).toNanos();

    private static final int UDP = 17;
    private static final int TCP = 6;

    private final Allocations allocations;
    private final TurnSettings settings;
    private final RelaySettings relaying;
    private final Quotas quotas;
    private final Tickets tickets;
    private boolean draining;
    private List<Alternate> alternates = List.of();

    AllocateRequests(Allocations allocations, Quotas quotas, Tickets tickets) {
        this.allocations = allocations;
        this.settings = allocations.settings;
        this.relaying = settings.relay();
        this.quotas = quotas;
        this.tickets = tickets;
    }

    void drain(boolean drained) {
        draining = drained;
    }

    void alternates(List<Alternate> each) {
        alternates = List.copyOf(each);
    }

    /** What a well-formed request asks for. */
    private record Wanted(
            boolean tcp,
            Set<Opening.Family> families,
            boolean even,
            boolean pair,
            @Nullable Long token) {}

    void handle(long now, Request request) {
        Allocation existing = allocations.find(request.client());
        if (existing != null) {
            again(existing, request);
            return;
        }
        TurnErrorCode wrong = judge(request);
        if (wrong != null) {
            refuse(request, wrong);
            return;
        }
        if (request.message().has(StunAttribute.DONT_FRAGMENT) && !relaying.dontFragment()) {
            allocations.refuse(request, List.of(StunAttribute.DONT_FRAGMENT));
            return;
        }
        Wanted wanted = wanted(request);
        if (wanted.families().stream().noneMatch(this::isOffered) && wanted.token() == null) {
            refuse(request, TurnErrorCode.FAMILY_UNSUPPORTED);
            return;
        }
        RelayPorts.Reservation reservation = reservation(request, wanted);
        TurnErrorCode nobody = whyNobodyNew(reservation);
        if (wanted.token() != null && reservation == null) {
            refuse(request, nobody == null ? TurnErrorCode.RESERVATION_UNKNOWN : nobody);
            return;
        }
        // before anybody is sent elsewhere: who has reached a quota of their own would have one there too
        switch (quotas.open(request.username(), request.client(), now)) {
            case Quotas.Full(TurnErrorCode code) -> {
                if (code == TurnErrorCode.TOTAL_QUOTA_REACHED) {
                    turnAway(request, nobody == null ? code : nobody, reservation != null);
                } else {
                    refuse(request, code);
                }
            }
            case Quotas.Meter meter -> {
                if (nobody == null) {
                    begin(now, request, wanted, reservation, meter);
                } else {
                    meter.end(now);
                    turnAway(request, nobody, reservation != null);
                }
            }
        }
    }

    /** Why this server takes nobody, whoever it is; null if it does. */
    private @Nullable TurnErrorCode whyNobodyNew(RelayPorts.@Nullable Reservation reservation) {
        if (draining && reservation == null) { // who has one has a call that goes on
            return TurnErrorCode.DRAINING;
        }
        return allocations.count() >= settings.limits().allocations() ? TurnErrorCode.NO_CAPACITY : null;
    }

    /** What was reserved for that user under the token that is shown; null if nothing. */
    private RelayPorts.@Nullable Reservation reservation(Request request, Wanted wanted) {
        RelayPorts.Reservation found = wanted.token() == null ? null : allocations.ports.reservation(wanted.token());
        return found != null && found.username().equals(request.username()) ? found : null;
    }

    /** The same request again is answered again; another one on the same 5-tuple is refused. */
    private void again(Allocation existing, Request request) {
        boolean same =
                existing.isMadeBy(request.message().transactionId()) && existing.username.equals(request.username());
        if (!same) {
            refuse(request, TurnErrorCode.ALLOCATION_EXISTS);
        } else if (existing.live) {
            allocations.out(new Output.Respond(existing.client, existing.answer));
        }
    }

    /** Whether the request can be read and what it asks for goes together; null if so. */
    private @Nullable TurnErrorCode judge(Request request) {
        byte[] transport = request.message().valueOf(StunAttribute.REQUESTED_TRANSPORT);
        byte[] even = request.message().valueOf(StunAttribute.EVEN_PORT);
        byte[] token = request.message().valueOf(StunAttribute.RESERVATION_TOKEN);
        byte[] family = request.message().valueOf(StunAttribute.REQUESTED_ADDRESS_FAMILY);
        byte[] additional = request.message().valueOf(StunAttribute.ADDITIONAL_ADDRESS_FAMILY);
        byte[] ticket = request.message().valueOf(StunAttribute.MOBILITY_TICKET);
        if (transport == null
                || transport.length != 4
                || even != null && even.length != 1
                || token != null && token.length != 8
                || family != null && family.length != 4
                || additional != null && (additional.length != 4 || additional[0] != AddressFamily.IPV6)
                || Lifetimes.isMalformed(request.message())) {
            return TurnErrorCode.BAD_REQUEST;
        }
        if (transport[0] == TCP && !relaying.open()) {
            return TurnErrorCode.TCP_NEEDS_RELAY_PORTS;
        }
        if (transport[0] == TCP && !relaying.tcp()) {
            return TurnErrorCode.TCP_PEERS_OFF;
        }
        boolean tcp = transport[0] == TCP;
        if (transport[0] != UDP && !tcp) {
            return TurnErrorCode.TRANSPORT_UNSUPPORTED;
        }
        boolean streamed = settings.listeners().get(request.client().listener()).isStream();
        if (tcp
                && (!streamed
                        || even != null
                        || token != null
                        || request.message().has(StunAttribute.DONT_FRAGMENT))) {
            return TurnErrorCode.BAD_REQUEST;
        }
        if (token != null && (even != null || family != null || additional != null)
                || family != null && additional != null
                || additional != null && even != null && even[0] < 0) {
            return TurnErrorCode.BAD_REQUEST;
        }
        if (family != null && family[0] != AddressFamily.IPV4 && family[0] != AddressFamily.IPV6) {
            return TurnErrorCode.FAMILY_UNSUPPORTED;
        }
        if (ticket != null && !settings.mobility()) {
            return TurnErrorCode.MOBILITY_FORBIDDEN;
        }
        return ticket != null && ticket.length != 0 ? TurnErrorCode.BAD_REQUEST : null;
    }

    private static Wanted wanted(Request request) {
        byte[] transport = request.message().valueOf(StunAttribute.REQUESTED_TRANSPORT);
        byte[] even = request.message().valueOf(StunAttribute.EVEN_PORT);
        byte[] token = request.message().valueOf(StunAttribute.RESERVATION_TOKEN);
        byte[] family = request.message().valueOf(StunAttribute.REQUESTED_ADDRESS_FAMILY);
        Set<Opening.Family> families = request.message().has(StunAttribute.ADDITIONAL_ADDRESS_FAMILY)
                ? EnumSet.allOf(Opening.Family.class)
                : EnumSet.of(Opening.Family.of(family != null && family[0] == AddressFamily.IPV6));
        return new Wanted(
                transport != null && transport[0] == TCP,
                families,
                even != null,
                even != null && even[0] < 0,
                token == null ? null : ByteBuffer.wrap(token).getLong());
    }

    private boolean isOffered(Opening.Family family) {
        return relaying.address(family.isIpv6()) != null;
    }

    /**
     * Nobody new is taken: names another server that the client can reach (RFC 8489 section 10), or refuses.
     *
     * @param why the refusal
     * @param reserved whether a token was shown: it means nothing to another server
     */
    private void turnAway(Request request, TurnErrorCode why, boolean reserved) {
        int listener = request.client().listener();
        Alternate other = listener < alternates.size() ? alternates.get(listener) : Alternate.NONE;
        boolean ipv6 = !request.client().address().isIpv4();
        TransportAddress first = other.address(ipv6);
        if (first == null || reserved) {
            refuse(request, why);
            return;
        }
        TurnErrorCode code =
                why == TurnErrorCode.DRAINING ? TurnErrorCode.TRY_ALTERNATE : TurnErrorCode.TRY_ALTERNATE_FULL;
        StunWriter writer = request.error(code).addPlain(StunAttribute.ALTERNATE_SERVER, first);
        TransportAddress second = other.address(!ipv6);
        if (second != null) {
            writer.addPlain(StunAttribute.ALTERNATE_SERVER, second);
        }
        if (settings.listeners().get(listener).isSecured() && !other.domain().isEmpty()) {
            writer.add(StunAttribute.ALTERNATE_DOMAIN, other.domain());
        }
        allocations.refuse(request, code, request.answer(writer));
    }

    private void begin(
            long now,
            Request request,
            Wanted wanted,
            RelayPorts.@Nullable Reservation reservation,
            Quotas.Meter meter) {
        long seconds = Lifetimes.seconds(request.message(), settings.limits());
        Allocation allocation = allocations.begin(now, request, meter, wanted.tcp(), seconds);
        Opening opening = new Opening(request, wanted.even(), wanted.pair(), reservation != null);
        allocation.opening = opening;
        if (reservation != null) {
            allocations.ports.free(reservation.ipv6(), reservation.port(), reservation);
            allocations.addRelay(allocation, reservation.ipv6(), reservation.port());
        } else {
            for (Opening.Family family : wanted.families()) {
                if (isOffered(family)) {
                    choosePort(now, allocation, opening, family);
                } else {
                    opening.failed.put(family, TurnErrorCode.FAMILY_UNSUPPORTED);
                }
            }
        }
        finishIfOpen(now, allocation);
    }

    private void choosePort(long now, Allocation allocation, Opening opening, Opening.Family family) {
        boolean ipv6 = family.isIpv6();
        int port = allocations.ports.findFree(ipv6, opening.even, opening.pair);
        if (port < 0) {
            opening.failed.put(family, TurnErrorCode.NO_PORT);
            return;
        }
        allocations.addRelay(allocation, ipv6, port);
        if (opening.pair) {
            long token = ShardHint.token(relaying, allocations.random.nextLong());
            RelayPorts.Reservation reservation = new RelayPorts.Reservation(token, allocation.username, ipv6, port + 1);
            allocations.reserve(allocation, reservation, now + RESERVATION);
        }
    }

    /** The driver has opened a port. */
    void opened(long now, boolean ipv6, int port, int handle) {
        Relay relay = allocations.ports.get(ipv6, port);
        if (relay != null && !relay.ready) {
            relay.ready = true;
            relay.handle = handle;
            finishIfOpen(now, relay.allocation);
        }
    }

    /** The driver could not open a port: another one is tried, unless that very one was reserved. */
    void failed(long now, boolean ipv6, int port) {
        Relay relay = allocations.ports.get(ipv6, port);
        if (relay == null || relay.ready) {
            return;
        }
        Allocation allocation = relay.allocation;
        Opening opening = allocation.opening;
        allocations.removeRelay(allocation, ipv6, false);
        if (opening == null) {
            return;
        }
        allocations.freeReservation(allocation);
        Opening.Family family = Opening.Family.of(ipv6);
        if (!opening.reserved && ++opening.failures < TRIES) {
            choosePort(now, allocation, opening, family);
        } else {
            opening.failed.put(family, TurnErrorCode.NO_PORT);
        }
        finishIfOpen(now, allocation);
    }

    private void finishIfOpen(long now, Allocation allocation) {
        Opening opening = allocation.opening;
        Relay ipv4 = allocation.ipv4;
        Relay ipv6 = allocation.ipv6;
        if (opening == null || ipv4 != null && !ipv4.ready || ipv6 != null && !ipv6.ready) {
            return;
        }
        allocation.opening = null;
        if (ipv4 == null && ipv6 == null) {
            allocations.end(now, allocation, Output.EndReason.BY_SERVER);
            turnAway(opening.request, TurnErrorCode.NO_PORT, opening.reserved);
            return;
        }
        allocation.live = true;
        List<TransportAddress> relayed = new ArrayList<>();
        StunWriter writer = opening.request.success();
        for (Opening.Family family : Opening.Family.values()) {
            Relay relay = allocation.relay(family.isIpv6());
            TransportAddress own = relaying.address(family.isIpv6());
            TurnErrorCode failure = opening.failed.get(family);
            if (relay != null && own != null) {
                relayed.add(own.withPort(relay.port));
                writer.addXor(StunAttribute.XOR_RELAYED_ADDRESS, own.withPort(relay.port));
            } else if (failure != null) {
                writer.add(StunAttribute.ADDRESS_ERROR_CODE, addressError(family, failure));
            }
        }
        writer.add(StunAttribute.LIFETIME, (int) allocation.secondsLeft(now));
        RelayPorts.Reservation reservation = allocation.reservation;
        if (reservation != null) {
            byte[] token = ByteBuffer.allocate(8).putLong(reservation.token()).array();
            writer.add(StunAttribute.RESERVATION_TOKEN, token);
        }
        writer.addXor(StunAttribute.XOR_MAPPED_ADDRESS, allocation.client.address());
        if (opening.request.message().has(StunAttribute.MOBILITY_TICKET)) {
            allocations.makeMobile(allocation);
            writer.add(StunAttribute.MOBILITY_TICKET, tickets.create(allocation));
        }
        Output.Respond answer = opening.request.answer(writer);
        allocation.answer = answer.message();
        allocations.out(new Output.Allocated(allocation.id, allocation.client, allocation.username, relayed));
        allocations.out(answer);
    }

    /** RFC 8656 section 18.12. */
    private static byte[] addressError(Opening.Family family, TurnErrorCode code) {
        byte[] reason = code.reason().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + reason.length)
                .put((byte) (family.isIpv6() ? AddressFamily.IPV6 : AddressFamily.IPV4))
                .put((byte) 0)
                .put((byte) (code.status() / 100))
                .put((byte) (code.status() % 100))
                .put(reason)
                .array();
    }

    private void refuse(Request request, TurnErrorCode code) {
        allocations.refuse(request, code);
    }
}
