package org.edgeways.bench.server;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A TURN server in a process of its own, on a loopback address of its own, with one thread that relays. */
public final class RelayUnderTest implements AutoCloseable {

    /** Everybody's. */
    public static final String PASSWORD = "bench-bench-bench";

    private static final String REALM = "bench.example";

    /** A line of the virtual machine's log. */
    private static final Pattern PAUSE = Pattern.compile("Pause .* ([0-9.]+)ms$");

    private final String name;
    private final InetSocketAddress address;
    private final ServerProcess process;
    private final boolean java;
    private final Path collections;

    private RelayUnderTest(
            String name, InetSocketAddress address, ServerProcess process, boolean java, Path collections) {
        this.name = name;
        this.address = address;
        this.process = process;
        this.java = java;
        this.collections = collections;
    }

    /**
     * Our A/V Edge.
     *
     * @param directory for its output
     * @param javaOptions for its virtual machine, besides what {@code edgeways edge} has
     */
    public static RelayUnderTest edgeways(Path directory, String javaOptions) throws IOException {
        InetSocketAddress address = freeAddress("127.0.7.1");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                EdgeUnderTest.ONE_PROCESSOR,
                "-XX:+UseG1GC",
                "-XX:+UseCompactObjectHeaders",
                "-Xlog:gc:file=" + collections(directory, "edgeways"),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        if (!javaOptions.isBlank()) {
            command.addAll(List.of(javaOptions.strip().split(" +")));
        }
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                RelayProgram.class.getName(),
                address.getAddress().getHostAddress(),
                String.valueOf(address.getPort()),
                REALM,
                PASSWORD));
        return start("edgeways", address, directory, command, true);
    }

    /**
     * Debian's coturn.
     *
     * @param directory for its configuration and output
     * @param users how many names it knows, {@code u0} and on
     */
    public static RelayUnderTest coturn(Path directory, int users) throws IOException {
        InetSocketAddress address = freeAddress("127.0.7.2");
        Path own = Files.createDirectories(directory.resolve("coturn").toAbsolutePath());
        StringJoiner names = new StringJoiner("\n");
        for (int i = 0; i < users; i++) {
            names.add("user=u" + i + ":" + PASSWORD);
        }
        Path config = Workbench.configure(
                "coturn.conf",
                own.resolve("coturn.conf"),
                Map.of(
                        "DIRECTORY", own.toString(),
                        "ADDRESS", address.getAddress().getHostAddress(),
                        "PORT", String.valueOf(address.getPort()),
                        "REALM", REALM,
                        "USERS", names.toString()));
        Files.deleteIfExists(own.resolve("turndb"));
        return start("coturn", address, directory, List.of("turnserver", "-c", config.toString()), false);
    }

    private static RelayUnderTest start(
            String name, InetSocketAddress address, Path directory, List<String> command, boolean java)
            throws IOException {
        Path log = Files.createDirectories(directory).resolve(name + "-relay.log");
        Path collections = collections(directory, name);
        Files.deleteIfExists(collections);
        return new RelayUnderTest(name, address, ServerProcess.start(log, Map.of(), command), java, collections);
    }

    private static Path collections(Path directory, String name) {
        return directory.toAbsolutePath().resolve(name + "-relay-gc.log");
    }

    /** A UDP port that nobody has at the moment. */
    private static InetSocketAddress freeAddress(String host) throws IOException {
        try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(host), 0))) {
            return (InetSocketAddress) probe.getLocalSocketAddress();
        }
    }

    /** What it is called in results. */
    public String name() {
        return name;
    }

    /** Where it listens for clients, or will when it is ready. */
    public InetSocketAddress address() {
        return address;
    }

    /** Its process. */
    public ProcessUse use() {
        return process.use();
    }

    /** True if it compiles while it runs, which takes memory once. */
    public boolean isCompiling() {
        return java;
    }

    /** Gives back memory that it does not need, where there is a way to ask. */
    public void collect() throws IOException {
        if (java) {
            ProcessUse.run(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                    String.valueOf(process.pid()),
                    "GC.run"));
        }
    }

    /** How long each pause of its garbage collector was so far, in milliseconds; empty if it has none. */
    public List<Double> collectionMillis() throws IOException {
        List<Double> pauses = new ArrayList<>();
        for (String line : Files.exists(collections) ? Files.readAllLines(collections) : List.<String>of()) {
            Matcher found = PAUSE.matcher(line);
            if (found.find()) {
                pauses.add(Double.parseDouble(found.group(1)));
            }
        }
        return pauses;
    }

    @Override
    public void close() {
        process.close();
    }
}
