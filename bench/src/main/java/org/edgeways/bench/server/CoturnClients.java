package org.edgeways.bench.server;

import java.io.File;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Coturn's own client and peer ({@code turnutils_uclient}, {@code turnutils_peer}): a load that is not ours. */
public final class CoturnClients implements AutoCloseable {

    private static final String PEER = "127.0.9.2";
    private static final Pattern COUNTS = Pattern.compile("tot_send_msgs=(\\d+), tot_recv_msgs=(\\d+)");
    private static final int PATIENCE_SECONDS = 120;

    /**
     * What is sent.
     *
     * @param processes each with a user of its own, {@code u0} and on
     * @param sessions of each process, with an allocation each
     * @param payload bytes of each packet
     * @param intervalMillis between the packets of a session
     * @param packets of each session
     */
    public record Load(int processes, int sessions, int payload, int intervalMillis, int packets) {}

    /**
     * What came of it.
     *
     * @param sent packets that clients have sent
     * @param received those that came back to them
     */
    public record Outcome(long sent, long received) {

        /** The part that did not come back. */
        public double lossRatio() {
            return sent == 0 ? 1 : (sent - received) / (double) sent;
        }
    }

    private final Path directory;
    private final int processor;
    private final int peerPort;
    private final ServerProcess peer;

    /**
     * Starts the peer, which sends back what it gets.
     *
     * @param processor for clients and peer
     */
    public CoturnClients(Path directory, int processor) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.processor = processor;
        try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(PEER), 0))) {
            peerPort = probe.getLocalPort();
        }
        peer = ServerProcess.start(
                directory.resolve("turnutils-peer.log"),
                Map.of(),
                onProcessor(List.of("turnutils_peer", "-L", PEER, "-p", String.valueOf(peerPort))));
    }

    private List<String> onProcessor(List<String> command) {
        List<String> all = new ArrayList<>(List.of("taskset", "-c", String.valueOf(processor)));
        all.addAll(command);
        return all;
    }

    /** Runs clients to their end. */
    public Outcome run(RelayUnderTest server, Load load) throws IOException {
        List<Process> clients = new ArrayList<>();
        try {
            for (int i = 0; i < load.processes(); i++) {
                clients.add(new ProcessBuilder(onProcessor(command(server, load, i)))
                        .redirectErrorStream(true)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(log(i).toFile())
                        .start());
            }
            long sent = 0;
            long received = 0;
            for (int i = 0; i < clients.size(); i++) {
                if (!clients.get(i).waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        || clients.get(i).exitValue() != 0) {
                    throw new IOException("turnutils_uclient failed, see " + log(i));
                }
                Matcher found = COUNTS.matcher(Files.readString(log(i)));
                long[] last = {0, 0};
                while (found.find()) {
                    last = new long[] {Long.parseLong(found.group(1)), Long.parseLong(found.group(2))};
                }
                sent += last[0];
                received += last[1];
            }
            return new Outcome(sent, received);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            clients.forEach(Process::destroyForcibly);
        }
    }

    private Path log(int client) {
        return directory.resolve("turnutils-uclient-" + client + ".log");
    }

    private List<String> command(RelayUnderTest server, Load load, int client) {
        return List.of(
                "turnutils_uclient",
                "-c", // one allocation for each session
                "-p",
                String.valueOf(server.address().getPort()),
                "-L",
                "127.0.8." + (201 + client),
                "-u",
                "u" + client,
                "-w",
                RelayUnderTest.PASSWORD,
                "-e",
                PEER,
                "-r",
                String.valueOf(peerPort),
                "-m",
                String.valueOf(load.sessions()),
                "-l",
                String.valueOf(load.payload()),
                "-z",
                String.valueOf(load.intervalMillis()),
                "-n",
                String.valueOf(load.packets()),
                server.address().getAddress().getHostAddress());
    }

    @Override
    public void close() {
        peer.close();
    }
}
