package org.edgeways.net.port;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.engine.ClientHello;
import org.edgeways.net.engine.Content;
import org.edgeways.net.engine.Demultiplexer;
import org.jspecify.annotations.Nullable;

/**
 * The protocols of one or several listeners. They come and go while it listens: a change holds for connections that are
 * accepted from then on. Safe to use from any thread.
 */
public final class ProtocolTable {

    /** Stands in {@link #expect} for clients that offer no name in ALPN. */
    public static final String UNNAMED = "";

    /** One state of the table. */
    record Protocols(
            List<Protocol> all,
            Map<String, Protocol> byName,
            Demultiplexer demultiplexer,
            Map<String, BooleanSupplier> expected) {

        static Protocols of(List<Protocol> all, Map<String, BooleanSupplier> expected) {
            Map<String, Protocol> byName = new HashMap<>();
            List<Demultiplexer.Entry> entries = new ArrayList<>();
            @Nullable ServerCertificates unnamed = null;
            for (Protocol protocol : all) {
                if (byName.put(protocol.name(), protocol) != null) {
                    throw new IllegalArgumentException(protocol.name() + " is registered already");
                }
                ServerCertificates tls = protocol.tls();
                if (tls == null) {
                    continue;
                }
                if (!protocol.firstBytes().isEmpty()) {
                    if (unnamed != null && unnamed != tls) {
                        throw new IllegalArgumentException("clients without ALPN are shown the same certificates");
                    }
                    unnamed = tls;
                }
                entries.add(new Demultiplexer.Entry(
                        protocol.name(), protocol.applicationProtocols(), protocol.firstBytes(), tls.isMutual()));
            }
            return new Protocols(
                    List.copyOf(all), Map.copyOf(byName), new Demultiplexer(entries), Map.copyOf(expected));
        }

        Protocol get(Demultiplexer.Entry entry) {
            Protocol protocol = byName.get(entry.name());
            if (protocol == null) {
                throw new IllegalStateException("not of this table: " + entry.name());
            }
            return protocol;
        }

        /** Whether such a client comes in the normal course of things, though nothing is served here that it names. */
        boolean expects(ClientHello hello) {
            List<String> names =
                    hello.applicationProtocols().isEmpty() ? List.of(UNNAMED) : hello.applicationProtocols();
            return names.stream().allMatch(name -> {
                BooleanSupplier now = expected.get(name);
                return now != null && now.getAsBoolean();
            });
        }

        /** The one that takes every connection at once, in the clear; null unless it is alone. */
        @Nullable
        Protocol clear() {
            return all.size() == 1 && all.getFirst().tls() == null ? all.getFirst() : null;
        }

        /** What clients without ALPN are shown; null if none are served. */
        @Nullable
        ServerCertificates unnamedTls() {
            for (Protocol protocol : all) {
                if (protocol.tls() != null && !protocol.firstBytes().isEmpty()) {
                    return protocol.tls();
                }
            }
            return null;
        }

        /** The one that takes STUN in the clear; null if there is none. */
        @Nullable
        Protocol clearStun() {
            for (Protocol protocol : all) {
                if (protocol.tls() == null && protocol.firstBytes().contains(Content.STUN)) {
                    return protocol;
                }
            }
            return null;
        }
    }

    private volatile Protocols protocols = Protocols.of(List.of(), Map.of());

    /** A table with these protocols, the preferred first. */
    public ProtocolTable(Protocol... initial) {
        protocols = Protocols.of(List.of(initial), Map.of());
    }

    /**
     * Adds one.
     *
     * @throws IllegalArgumentException if it does not go together with those that are there; then nothing changes
     */
    public synchronized void add(Protocol protocol) {
        List<Protocol> all = new ArrayList<>(protocols.all());
        all.add(protocol);
        protocols = Protocols.of(all, protocols.expected());
    }

    /**
     * Puts one in the place of that of its name, for connections that are accepted from now on; those that are there stay
     * with the one of before.
     *
     * @throws IllegalArgumentException if there is none of its name, or it does not go together with the others
     */
    public synchronized void replace(Protocol protocol) {
        List<Protocol> all = new ArrayList<>(protocols.all());
        int at = names().indexOf(protocol.name());
        if (at < 0) {
            throw new IllegalArgumentException(protocol.name() + " is not registered");
        }
        all.set(at, protocol);
        protocols = Protocols.of(all, protocols.expected());
    }

    /** Takes one out if it is there; its connections stay. */
    public synchronized void remove(String name) {
        protocols = Protocols.of(
                protocols.all().stream()
                        .filter(protocol -> !protocol.name().equals(name))
                        .toList(),
                protocols.expected());
    }

    /**
     * Clients that offer this name in ALPN, or several for which this was called, come in the normal course of things for some time while
     * nothing is served here that they mean: they are turned away like all others, but counted by themselves ({@code
     * net_handshakes_early}), and no refusal is told of.
     *
     * @param applicationProtocol or {@link #UNNAMED}
     * @param now whether it is such a time; asked for each of them, on any event loop
     */
    public synchronized void expect(String applicationProtocol, BooleanSupplier now) {
        Map<String, BooleanSupplier> expected = new HashMap<>(protocols.expected());
        expected.put(applicationProtocol, now);
        protocols = Protocols.of(protocols.all(), expected);
    }

    /** The names of those that are there. */
    public List<String> names() {
        return protocols.all().stream().map(Protocol::name).toList();
    }

    Protocols protocols() {
        return protocols;
    }
}
