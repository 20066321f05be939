package org.edgeways.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An organisation, its perimeter and the Internet in network namespaces of this machine; needs root. Nothing of it touches
 * the machine's own network, and closing it removes everything.
 *
 * <pre>
 *  pool 10.10.1.10 ─┬─ fw ── 172.16.1.0/24 ── edge 172.16.1.10
 *  desk 10.10.1.20 ─┘                         edge 198.51.100.10 ── wire ─┐
 *                                             attacker 198.51.100.66-68 ──┼─ inet 198.51.100.1, DNS
 *  home 192.168.77.10 ── nat 198.51.100.50 ───────────────────────────────┘
 * </pre>
 *
 * <ul>
 *   <li>{@code fw} lets nothing from the perimeter to the inside: its set {@code allow_in} is empty.
 *   <li>{@code nat} is symmetric: a random port for each destination.
 *   <li>{@code wire} is a router in the edge's only way to the outside. What comes from behind {@code nat} for the edge's
 *       ports is handed to whoever listens in {@code wire} on the same port, and what that one then opens towards the edge
 *       bears the address of {@code nat}, so that the edge sees its clients' source. Datagrams of the edge's relay pass, its
 *       questions to the DNS, and what it says of a relayed port that is closed again; {@link DatagramReading} reads them.
 *       Everything else that the edge sends passes {@code wire} only if it goes to the attacker, and is otherwise counted
 *       and dropped.
 *   <li>From inside, also the edge's address outside is reached, through {@code fw}.
 *   <li>Inside names are known to the DNS server of {@code fw}, outside names also to that of {@code inet}.
 * </ul>
 */
public final class Networks implements AutoCloseable {
    /** Where the pool dials the edge. */
    public static final String EDGE_INSIDE = "172.16.1.10";

    /** Where the edge asks for names. */
    static final String NAME_SERVER = "198.51.100.1";

    /** What clients outside dial. */
    public static final String EDGE_OUTSIDE = "198.51.100.10";

    /** What the edge sees clients at home come from. */
    public static final String NAT_OUTSIDE = "198.51.100.50";

    /** Further addresses of the attacker. */
    public static final List<String> ATTACKERS_OTHERS = List.of("198.51.100.67", "198.51.100.68");

    /** The edge's only port outside: SIP over TLS, SIP over secure WebSocket and the rest share it. */
    public static final int SIP_TLS_PORT = 443;

    /** The UDP port of the edge's relay, outside and inside. */
    public static final int RELAY_PORT = 3478;

    /** The edge's name outside. */
    public static final String EDGE_NAME = "edge.acorn.example";

    /** The edge's name on its inside leg. */
    public static final String EDGE_INSIDE_NAME = "edge1.perimeter.acorn.example";

    /** The pool's name. */
    public static final String POOL_NAME = "pool.inside.acorn.example";

    private static final List<String> NAMES =
            List.of("pool", "desk", "fw", "edge", "wire", "inet", "nat", "home", "attacker");
    private static final String PREFIX = "edgeways";
    private static final Pattern OURS = Pattern.compile("(?m)^" + PREFIX + "(\\d+)-\\w+");
    private static final Path RESOLVERS = Path.of("/etc/netns");
    private static final Duration STEP = Duration.ofSeconds(10);

    /** Each look runs a program, so these are a second or so. */
    private static final int LOOKS = 50;

    private final String prefix;
    private final WorkDirectory directory;
    private final List<RunningProgram> nameServers = new ArrayList<>();
    private @Nullable DatagramReading datagrams;

    private Networks(long processId, WorkDirectory directory) {
        this.prefix = PREFIX + processId + "-";
        this.directory = directory;
    }

    /**
     * Makes them, after removing what a run that was killed has left.
     *
     * @throws IllegalStateException naming what is missing: root, the right to make namespaces, or a package
     */
    public static Networks create() {
        requireWhatIsNeeded();
        removeLeftovers();
        Networks networks = new Networks(ProcessHandle.current().pid(), WorkDirectory.create());
        try {
            networks.build();
            return networks;
        } catch (RuntimeException | Error e) {
            networks.close();
            throw e;
        }
    }

    private static void requireWhatIsNeeded() {
        String packages = "Packages: nftables, iproute2, dnsmasq-base "
                + "(apt-get install --no-install-recommends nftables iproute2 dnsmasq-base).";
        try {
            Program.IP.path();
            Program.NFT.path();
            Program.DNSMASQ.path();
        } catch (IllegalStateException e) {
            throw new IllegalStateException("separate networks cannot be made: " + e.getMessage() + ". " + packages, e);
        }
        String probe = PREFIX + ProcessHandle.current().pid() + "-probe";
        Ran made = ran(List.of(Program.IP.path().toString(), "netns", "add", probe), "");
        if (made.status() != 0) {
            throw new IllegalStateException(
                    "separate networks cannot be made: this needs root, and a kernel with network namespaces. `ip netns add` said: "
                            + made.output().strip() + ". " + packages);
        }
        remove(probe);
    }

    /** Namespaces of test runs whose process is no more. */
    private static void removeLeftovers() {
        Matcher ours = OURS.matcher(ip("netns", "list"));
        while (ours.find()) {
            if (ProcessHandle.of(Long.parseLong(ours.group(1))).isEmpty()) {
                remove(ours.group());
            }
        }
    }

    private void build() {
        for (String name : NAMES) {
            boolean inside = name.equals("pool") || name.equals("desk");
            writeResolver(name, inside ? "10.10.1.1" : "198.51.100.1");
            ip("netns", "add", prefix + name);
            in(name, "ip", "link", "set", "lo", "up");
        }
        bridge("fw", "in0", "10.10.1.1/24");
        bridge("inet", "br0", "198.51.100.1/24");
        port("pool", "10.10.1.10/24", "fw", "in0");
        port("desk", "10.10.1.20/24", "fw", "in0");
        link("fw", "per0", "172.16.1.1/24", "edge", "int0", EDGE_INSIDE + "/24");
        link("edge", "ext0", EDGE_OUTSIDE + "/24", "wire", "edge0", "169.254.1.1/32");
        port("wire", "198.51.100.2/24", "inet", "br0");
        port("nat", NAT_OUTSIDE + "/24", "inet", "br0");
        port("attacker", "198.51.100.66/24", "inet", "br0");
        ATTACKERS_OTHERS.forEach(address -> in("attacker", "ip", "address", "add", address + "/24", "dev", "eth0"));
        link("nat", "lan0", "192.168.77.1/24", "home", "eth0", "192.168.77.10/24");
        route("pool", "default", "10.10.1.1");
        route("desk", "default", "10.10.1.1");
        route("fw", EDGE_OUTSIDE, EDGE_INSIDE);
        route("edge", "10.10.0.0/16", "172.16.1.1");
        route("edge", "default", "198.51.100.1");
        route("home", "default", "192.168.77.1");
        in("wire", "ip", "route", "add", EDGE_OUTSIDE + "/32", "dev", "edge0");
        // wire answers for the edge on the one side, and for everybody else on the other.
        in("wire", "sysctl", "-qw", "net.ipv4.conf.edge0.proxy_arp=1", "net.ipv4.conf.eth0.proxy_arp=1");
        in("wire", "sysctl", "-qw", "net.ipv4.neigh.edge0.proxy_delay=0", "net.ipv4.neigh.eth0.proxy_delay=0");
        for (String router : List.of("fw", "nat", "wire")) {
            in(router, "sysctl", "-qw", "net.ipv4.ip_forward=1");
        }
        rules("fw", NetworkRules.FIREWALL);
        rules("nat", NetworkRules.SYMMETRIC_NAT);
        // else several datagrams (UDP_SEGMENT) would come to the reader as one
        in("edge", "ip", "link", "set", "ext0", "gso_max_segs", "1");
        rules("wire", NetworkRules.WIRE);
        readDatagrams();
        nameServer("fw", "10.10.1.1", NetworkRules.PUBLIC_NAMES, NetworkRules.INSIDE_NAMES);
        nameServer("inet", "198.51.100.1", NetworkRules.PUBLIC_NAMES);
    }

    @SafeVarargs
    private void nameServer(String name, String address, List<String>... records) {
        List<String> lines = new ArrayList<>(List.of(
                "no-resolv",
                "no-hosts",
                "bind-interfaces",
                "user=root",
                "log-facility=-",
                "listen-address=" + address));
        for (List<String> some : records) {
            lines.addAll(some);
        }
        lines.add("local=/acorn.example/");
        lines.add("pid-file=" + directory.path().resolve(name + ".pid"));
        Path settings = directory.write(name + ".conf", String.join("\n", lines) + "\n");
        RunningProgram server = RunningProgram.start(
                place(name, address),
                "networks-dns-" + name,
                directory.path(),
                Map.of(),
                List.of(Program.DNSMASQ.path().toString(), "--keep-in-foreground", "--conf-file=" + settings));
        nameServers.add(server);
        server.transcript().await("the DNS server starts", Pattern.compile("started, version"), STEP);
    }

    private void bridge(String name, String device, String address) {
        in(name, "ip", "link", "add", device, "type", "bridge");
        in(name, "ip", "address", "add", address, "dev", device);
        in(name, "ip", "link", "set", device, "up");
    }

    /** Plugs {@code eth0} of a host into a bridge. */
    private void port(String name, String address, String bridgeAt, String bridge) {
        String plug = "p-" + name;
        ip("link", "add", "eth0", "netns", prefix + name, "type", "veth", "peer", plug, "netns", prefix + bridgeAt);
        up(name, "eth0", address);
        in(bridgeAt, "ip", "link", "set", plug, "master", bridge);
        in(bridgeAt, "ip", "link", "set", plug, "up");
    }

    private void link(String one, String device, String address, String other, String itsDevice, String itsAddress) {
        ip("link", "add", device, "netns", prefix + one, "type", "veth", "peer", itsDevice, "netns", prefix + other);
        up(one, device, address);
        up(other, itsDevice, itsAddress);
    }

    private void up(String name, String device, String address) {
        in(name, "ip", "address", "add", address, "dev", device);
        in(name, "ip", "link", "set", device, "up");
    }

    private void route(String name, String to, String via) {
        in(name, "ip", "route", "add", to, "via", via);
    }

    private void rules(String name, String rules) {
        List<String> command = new ArrayList<>(List.of(Program.NFT.path().toString(), "-f", "-"));
        good(place(name, "").command(command), rules);
    }

    private void writeResolver(String name, String address) {
        try {
            Path resolver = Files.createDirectories(RESOLVERS.resolve(prefix + name));
            Files.writeString(resolver.resolve("resolv.conf"), "nameserver " + address + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The pool's host. */
    public Place pool() {
        return place("pool", "10.10.1.10");
    }

    /** Clients inside. */
    public Place desk() {
        return place("desk", "10.10.1.20");
    }

    /** The edge node; the address is the one outside. */
    public Place edge() {
        return place("edge", EDGE_OUTSIDE);
    }

    /** In the edge's way to the outside: see the class. */
    public Place wire() {
        return place("wire", "198.51.100.2");
    }

    /** Clients outside, behind the symmetric NAT. */
    public Place home() {
        return place("home", "192.168.77.10");
    }

    /** Somebody outside with three public addresses; this is the one that he speaks from by himself. */
    public Place attacker() {
        return place("attacker", "198.51.100.66");
    }

    /**
     * Whatever the attacker opens from now on has that address as its source.
     *
     * @param address one of {@link #ATTACKERS_OTHERS}
     */
    public void attackFrom(String address) {
        in("attacker", "ip", "route", "replace", EDGE_OUTSIDE + "/32", "dev", "eth0", "src", address);
    }

    /** Where the network can be cut. */
    public enum Cable {
        /** Between pool and edge, at the firewall. */
        LINK("fw", "per0"),
        /** Between the clients at home and the edge, at their NAT. */
        HOME("nat", "lan0");

        private final String router;
        private final String device;

        Cable(String router, String device) {
            this.router = router;
            this.device = device;
        }
    }

    /** What becomes of packets while a cable is cut: of all, in the first three. */
    public enum Cut {
        /** They vanish; afterwards what was lost is sent again, and the connections go on. */
        SILENT("drop"),
        /** They vanish, and those of the connections of that time also afterwards, as when a router has been exchanged. */
        FORGETTING("ct mark set 1 drop"),
        /** Each is answered by a reset, which closes its connection. */
        CLOSING("meta l4proto tcp reject with tcp reset"),
        /** Datagrams vanish, but not questions to the DNS and their answers: connections go on. */
        DATAGRAMS("udp dport != 53 udp sport != 53 drop"),
        /** As {@link #DATAGRAMS}; and connections are closed on which STUN's cookie is seen in clear (RFC 8489 section 5). */
        ALL_BUT_TLS("udp dport != 53 udp sport != 53 drop\ntcp dport 443 @ih,32,32 0x2112a442 reject with tcp reset");

        /** One in a line. */
        private final String rules;

        Cut(String rules) {
            this.rules = rules;
        }
    }

    /** Cuts a cable until it is {@linkplain #mend mended}. */
    public void cut(Cable cable, Cut how) {
        rules(cable.router, """
                table inet forgotten {
                  chain forward { type filter hook forward priority -20; }
                }
                flush chain inet forgotten forward
                add rule inet forgotten forward ct mark 1 drop
                table inet cut {
                  chain forward { type filter hook forward priority -10;
                    %s
                  }
                }
                """.formatted(how.rules
                .lines()
                .flatMap(rule -> Stream.of("iifname", "oifname")
                        .map(direction -> "%s \"%s\" %s".formatted(direction, cable.device, rule)))
                .collect(Collectors.joining("\n        "))));
    }

    /** Makes a cable whole again. */
    public void mend(Cable cable) {
        rules(cable.router, "delete table inet cut\n");
    }

    /** Lets clients at home connect to the edge past the one in {@code wire} who reads; datagrams are read all the same. */
    public void passUnread() {
        rules("wire", """
                flush chain ip wire before
                insert rule ip wire forward ip daddr %s tcp sport %d accept
                """.formatted(NAT_OUTSIDE, SIP_TLS_PORT));
    }

    private void readDatagrams() {
        try {
            datagrams = DatagramReading.start(wire(), "edge0");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private DatagramReading reader() {
        return Objects.requireNonNull(datagrams, "built");
    }

    /** The datagrams that the edge has sent outside. */
    List<OutsideReading.Sent> datagrams() {
        return reader().sent();
    }

    private Place place(String name, String address) {
        return new Place.Namespace(prefix + name, address);
    }

    /** How many packets from the perimeter the firewall has kept from the inside since it was last {@link #forgetBlocked}. */
    public long blocked() {
        return counted("fw", "inet", "fw", "blocked");
    }

    /**
     * How many connections have been tried from the perimeter to the inside since it was last {@link #forgetBlocked}, also while
     * the network was cut. {@link #blocked} counts besides what belongs to connections that the firewall has forgotten.
     */
    public long tried() {
        return counted("fw", "inet", "fw", "tried");
    }

    /** Has {@link #blocked} and {@link #tried} begin at 0 again. */
    public void forgetBlocked() {
        in("fw", "nft", "reset", "counter", "inet", "fw", "blocked");
        in("fw", "nft", "reset", "counter", "inet", "fw", "tried");
    }

    /**
     * How many packets the edge has tried to send outside past those who read them, and how many datagrams {@link
     * DatagramReading} has not read: some that it was too slow for, or has not understood.
     */
    public long unread() {
        return counted("wire", "ip", "wire", "unread") + datagramsUnread();
    }

    /** Reading and counting may be a little apart. */
    private long datagramsUnread() {
        long unread = 0;
        for (int i = 0; i < LOOKS; i++) {
            int before = reader().read();
            unread = counted("wire", "ip", "wire", "datagrams") - before;
            if (unread == 0) {
                break;
            }
        }
        return unread;
    }

    private long counted(String at, String family, String table, String counter) {
        String text = in(at, "nft", "list", "counter", family, table, counter);
        Matcher packets = Pattern.compile("packets (\\d+)").matcher(text);
        if (!packets.find()) {
            throw new IllegalStateException("no counter in: " + text);
        }
        return Long.parseLong(packets.group(1));
    }

    /** True if a TCP connection from one place to an address can be opened. */
    public static boolean reaches(Place from, String address, int port) {
        String target = "TCP:" + address + ":" + port + ",connect-timeout=2";
        List<String> command = List.of(Program.SOCAT.path().toString(), "-u", "OPEN:/dev/null", target);
        return ran(from.command(command), "").status() == 0;
    }

    private String in(String name, String... command) {
        return good(place(name, "").command(List.of(command)), "");
    }

    private static String ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Program.IP.path().toString()));
        command.addAll(List.of(arguments));
        return good(command, "");
    }

    private static String good(List<String> command, String input) {
        Ran ran = ran(command, input);
        if (ran.status() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + ran.output());
        }
        return ran.output();
    }

    private record Ran(int status, String output) {}

    private static Ran ran(List<String> command, String input) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (var in = process.outputWriter()) {
                in.write(input);
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ran(process.waitFor(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Ends what still runs in a namespace, and removes it. */
    private static void remove(String namespace) {
        String ip = Program.IP.path().toString();
        for (String processId :
                ran(List.of(ip, "netns", "pids", namespace), "").output().split("\\s+", -1)) {
            if (processId.matches("\\d+")) {
                ProcessHandle.of(Long.parseLong(processId)).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
        ran(List.of(ip, "netns", "delete", namespace), "");
        try {
            Files.deleteIfExists(RESOLVERS.resolve(namespace).resolve("resolv.conf"));
            Files.deleteIfExists(RESOLVERS.resolve(namespace));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        nameServers.forEach(RunningProgram::close);
        if (datagrams != null) {
            datagrams.close();
        }
        NAMES.forEach(name -> remove(prefix + name));
        directory.close();
    }
}
