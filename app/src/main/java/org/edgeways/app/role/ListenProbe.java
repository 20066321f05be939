package org.edgeways.app.role;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.edgeways.app.config.EdgeConfig;
import org.edgeways.base.IoReason;

/** Looks whether this host could listen where settings say, by listening there for a moment. */
final class ListenProbe {

    private ListenProbe() {}

    /**
     * Why an edge could not be started with {@code next}; empty if it could.
     *
     * @param open where this process listens now; of the ports there only addresses that are new are tried
     */
    static Optional<String> problem(EdgeConfig next, List<InetSocketAddress> open) {
        Set<Integer> ports = open.stream().map(InetSocketAddress::getPort).collect(Collectors.toSet());
        List<String> found = new ArrayList<>();
        sockets(next).stream()
                .filter(socket -> !open.contains(socket))
                .distinct()
                .forEach(socket ->
                        problem(socket, ports.contains(socket.getPort())).ifPresent(found::add));
        next.av()
                .ifPresent(av -> Stream.concat(av.settings().outside().stream(), av.settings().inside().stream())
                        .map(InetSocketAddress::getAddress)
                        .distinct()
                        .forEach(address -> datagramProblem(address).ifPresent(found::add)));
        return found.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", found));
    }

    /** Where an edge of that configuration listens. */
    static List<InetSocketAddress> sockets(EdgeConfig config) {
        return Stream.of(
                        Stream.of(config.link().listen()),
                        Stream.of(config.outside().sipTls()),
                        config.outside().webSocket().stream(),
                        config.admin().map(admin -> admin.listen()).stream())
                .flatMap(listens -> listens)
                .flatMap(listen -> listen.sockets().stream())
                .toList();
    }

    /** Of a relay only the addresses are tried: the ports may be its own. */
    private static Optional<String> datagramProblem(InetAddress address) {
        try (DatagramSocket probe = new DatagramSocket(null)) {
            probe.bind(new InetSocketAddress(address, 0));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("cannot relay on " + address.getHostAddress() + ": " + IoReason.of(e));
        }
    }

    private static Optional<String> problem(InetSocketAddress socket, boolean addressOnly) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(addressOnly ? new InetSocketAddress(socket.getAddress(), 0) : socket);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("cannot listen on " + socket.getAddress().getHostAddress() + " port " + socket.getPort()
                    + ": " + IoReason.of(e));
        }
    }
}
