package org.edgeways.app.role;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.edgeways.app.config.EdgeConfig;
import org.edgeways.base.IoReason;
import org.edgeways.net.port.ListenAddresses;

/** Looks whether this host could listen where settings say, by listening there for a moment. */
final class ListenProbe {

    private ListenProbe() {}

    /**
     * Where an edge listens.
     *
     * @param streams for TCP
     * @param datagrams for UDP
     */
    record Listening(List<InetSocketAddress> streams, List<InetSocketAddress> datagrams) {

        /** Nowhere. */
        static final Listening NOWHERE = new Listening(List.of(), List.of());
    }

    /**
     * Why an edge could not be started with {@code next}; empty if it could.
     *
     * @param open where this process listens now; of the ports there only addresses that are new are tried
     */
    static Optional<String> problem(EdgeConfig next, Listening open) {
        Listening wanted = of(next);
        List<String> found = new ArrayList<>();
        probe(wanted.streams(), open.streams(), ListenProbe::listen, "cannot listen on ", found);
        probe(wanted.datagrams(), open.datagrams(), ListenProbe::receive, "cannot relay on ", found);
        return found.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", found));
    }

    /** Where an edge of that configuration listens. */
    static Listening of(EdgeConfig config) {
        List<InetSocketAddress> streams = Stream.of(
                        Stream.of(config.link().listen()),
                        Stream.of(config.outside().sipTls()),
                        config.outside().webSocket().stream(),
                        config.admin().map(admin -> admin.listen()).stream())
                .flatMap(listens -> listens)
                .flatMap(listen -> ListenAddresses.once(listen.sockets()).stream())
                .collect(Collectors.toCollection(ArrayList::new));
        config.av().ifPresent(av -> streams.addAll(av.settings().inside()));
        List<InetSocketAddress> datagrams = config.av().stream()
                .flatMap(av -> Stream.concat(av.settings().outside().stream(), av.settings().inside().stream()))
                .toList();
        return new Listening(streams, datagrams);
    }

    /** Opens a socket and closes it. */
    @FunctionalInterface
    private interface Opening {
        void at(InetSocketAddress address) throws IOException;
    }

    private static void probe(
            List<InetSocketAddress> wanted,
            List<InetSocketAddress> open,
            Opening opening,
            String problem,
            List<String> found) {
        Set<Integer> ports = open.stream().map(InetSocketAddress::getPort).collect(Collectors.toSet());
        for (InetSocketAddress socket : new LinkedHashSet<>(wanted)) {
            if (open.contains(socket)) {
                continue;
            }
            try {
                // a port that this process has somewhere may be had by it everywhere
                opening.at(ports.contains(socket.getPort()) ? new InetSocketAddress(socket.getAddress(), 0) : socket);
            } catch (IOException e) {
                found.add(problem + socket.getAddress().getHostAddress() + " port " + socket.getPort() + ": "
                        + IoReason.of(e));
            }
        }
    }

    private static void listen(InetSocketAddress address) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(address);
        }
    }

    private static void receive(InetSocketAddress address) throws IOException {
        try (DatagramSocket probe = new DatagramSocket(null)) {
            probe.bind(address);
        }
    }
}
