package org.edgeways.app.role;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.edgeways.app.config.AvConfig;
import org.edgeways.avedge.AvEdge;
import org.edgeways.avedge.RelayAuthority;
import org.edgeways.base.Counters;
import org.edgeways.base.LogText;
import org.edgeways.base.Result;
import org.edgeways.net.Admission;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.net.BanCheck;
import org.edgeways.net.Desk;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.port.PortContext;
import org.edgeways.net.port.PortEvents;
import org.edgeways.net.port.ProtocolTable;
import org.edgeways.net.port.SharedListener;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.tokens.RelayVerifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The role av in this process: the relay, and whose credentials it takes. */
final class AvPart implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AvPart.class);

    /** How often it looks whether the host has got an address: nobody gets to what listens there by way of the relay. */
    private static final Duration LOOK = Duration.ofMinutes(1);

    private final AvEdge relay;
    private final boolean dtls;
    private final RelayAuthority authority;
    private final List<SharedListener> inside = new ArrayList<>();
    private final Desk looks = new Desk("relay-addresses");
    private Object checks;

    private AvPart(AvEdge relay, boolean dtls, RelayAuthority authority, Object checks) {
        this.relay = relay;
        this.dtls = dtls;
        this.authority = authority;
        this.checks = checks;
        looks.repeat(relay::lookAtAddresses, LOOK, LOOK);
    }

    /**
     * Starts it; when this returns, it listens for UDP.
     *
     * @param random cryptographically strong, and safe for several threads
     * @throws IOException if an address cannot be had
     */
    static AvPart start(AvConfig config, Counters counters, ProcessClock clock, RandomGenerator random)
            throws IOException {
        RelayAuthority authority = new RelayAuthority(config.verifier(), counters, InstantSource.system());
        AvEdge relay =
                AvEdge.start(config.settings(), new AvEdge.Surroundings(counters, clock, random, authority, authority));
        if (config.draining()) {
            relay.drain();
        }
        return new AvPart(relay, config.dtls(), authority, config.checks());
    }

    /** Takes clients over TCP and TLS from there too, and over DTLS if the settings say so. */
    void register(ProtocolTable protocols, ServerCertificates certificates) {
        if (dtls) {
            relay.dtls(certificates);
        }
        protocols.add(relay.tls(certificates));
        protocols.add(relay.tcp());
    }

    /**
     * Takes clients inside over TCP and TLS, at the addresses and the port at which they reach it over UDP.
     *
     * @param shared where the port that it shares outside listens: what comes there it gets already
     * @throws IOException if an address cannot be had
     */
    void listenInside(
            PortContext port, AdmissionLimits limits, ServerCertificates certificates, List<InetSocketAddress> shared)
            throws IOException {
        Admission admission = new Admission("av-inside", limits, BanCheck.NONE, port.counters());
        ProtocolTable protocols = new ProtocolTable(relay.tls(certificates), relay.tcp());
        List<InetSocketAddress> more = relay.inside().stream()
                .filter(address -> shared.stream().noneMatch(other -> covers(other, address)))
                .toList();
        inside.addAll(SharedListener.openAll(port, "av-inside", more, admission, protocols, PortEvents.NONE));
    }

    /** The Java runtime listens on both versions wherever it is told to listen on all addresses of one. */
    private static boolean covers(InetSocketAddress shared, InetSocketAddress address) {
        return shared.getPort() == address.getPort()
                && (shared.getAddress().isAnyLocalAddress()
                        || shared.getAddress().equals(address.getAddress()));
    }

    /** Takes credentials by these checks from now on; allocations that were made with others are over when this returns. */
    synchronized void check(EdgeSnapshot.Relay next) {
        if (next.equals(checks)) {
            return;
        }
        switch (next.verifier()) {
            case Result.Bad<RelayVerifier> bad ->
                LOG.error(
                        "event=relay-checks-refused code={} reason=\"{}\"",
                        bad.code().code(),
                        LogText.clean(bad.reason()));
            case Result.Ok<RelayVerifier>(RelayVerifier verifier) -> check(next, verifier);
        }
    }

    private void check(Object next, RelayVerifier verifier) {
        authority.use(verifier);
        relay.end(authority::isRevoked);
        checks = next;
    }

    /** Takes what can be taken while it runs. */
    synchronized void use(AvConfig next) {
        if (!next.checks().equals(checks)) {
            check(next.checks(), next.verifier());
        }
        relay.use(next.settings());
        if (next.draining() != relay.isDraining()) {
            if (next.draining()) {
                relay.drain();
            } else {
                relay.resume();
            }
        }
    }

    /** What it does. */
    ControlMessage.Relaying relaying() {
        return new ControlMessage.Relaying(
                relay.isDraining(),
                Math.toIntExact(relay.allocations()),
                relay.busiest(ControlMessage.Relaying.MOST).stream()
                        .map(use -> new ControlMessage.Busy(
                                use.owner().person(),
                                use.owner().client().toString(),
                                TimeUnit.NANOSECONDS.toSeconds(use.owner().since()),
                                use.bytes()))
                        .toList());
    }

    /** Why it does not relay as it should. */
    List<String> problems() {
        return relay.problems();
    }

    @Override
    public void close() {
        looks.close();
        inside.forEach(SharedListener::close);
        relay.close();
    }
}
