package org.edgeways.bench.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.edgeways.avedge.AvEdge;
import org.edgeways.avedge.AvEdgeSettings;
import org.edgeways.avedge.AvEdgeSettings.Quota;
import org.edgeways.avedge.AvEdgeSettings.Share;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.net.ProcessClock;
import org.edgeways.turn.engine.AddressPrefix;
import org.edgeways.turn.engine.Credentials;

/**
 * Our A/V Edge alone, with its default limits but for allocations of one person, for whoever knows one password; peers may be
 * on loopback.
 */
public final class RelayProgram {

    /** Programs that leave their allocations behind come again in the next round, under the same names. */
    private static final int ALLOCATIONS = 10_000;

    private static final Quota MANY_ROUNDS =
            new Quota(many(Quota.DEFAULTS.person()), many(Quota.DEFAULTS.source()), Quota.DEFAULTS.all());

    private RelayProgram() {}

    private static Share many(Share share) {
        return new Share(ALLOCATIONS, share.bytesPerSecond(), share.packetsPerSecond());
    }

    /** Address, port, realm, password; runs until it is killed. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        InetAddress address = InetAddress.ofLiteral(arguments[0]);
        String password = arguments[3];
        AvEdgeSettings settings = AvEdgeSettings.of(
                        arguments[2],
                        1,
                        List.of(new InetSocketAddress(address, Integer.parseInt(arguments[1]))),
                        new AvEdgeSettings.Relay(address, null))
                .withQuotas(MANY_ROUNDS)
                .withPeers(new AvEdgeSettings.Peers(List.of(AddressPrefix.of("127.0.0.0/8")), List.of()));
        try (AvEdge edge = AvEdge.start(
                settings,
                new AvEdge.Surroundings(
                        new InMemoryCounters(),
                        new ProcessClock(),
                        new SecureRandom(),
                        (shown, now) -> new Credentials.Answer.Known(password, shown::username),
                        name -> name))) {
            System.out.println("listening at " + edge.outside());
            new CountDownLatch(1).await();
        }
    }
}
