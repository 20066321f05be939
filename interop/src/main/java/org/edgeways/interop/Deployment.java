package org.edgeways.interop;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import org.edgeways.app.admin.AdminClient;
import org.jspecify.annotations.Nullable;

/**
 * {@code edgeways pool} and {@code edgeways edge} as processes of their own, each of which can be killed and started
 * again. A demo that ran once before has made their settings and their people, and its edge has joined.
 */
public final class Deployment implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final int PORTS = 4;
    private static final int AT_A_TIME = 8;
    private static final Pattern POOL_READY = Pattern.compile("The pool is ready");
    private static final Pattern EDGE_READY = Pattern.compile("The edge is ready");

    private final String name;
    private final WorkDirectory directory;
    private final DemoPeople people;
    private @Nullable RunningProgram pool;
    private @Nullable RunningProgram edge;

    private Deployment(String name, WorkDirectory directory, DemoPeople people) {
        this.name = name;
        this.directory = directory;
        this.people = people;
    }

    /** Starts both on free ports, with nothing kept from an earlier run, and waits until they are linked. */
    public static Deployment start(String name) {
        return start(name, limits -> {});
    }

    /**
     * Starts both on free ports, with nothing kept from an earlier run, and waits until they are linked.
     *
     * @param limits fills in what the edge lets in: the keys of {@code AccessSettings}
     */
    public static Deployment start(String name, Consumer<ObjectNode> limits) {
        WorkDirectory directory = WorkDirectory.create();
        boolean started = false;
        try {
            writeLimits(data(directory), limits);
            Deployment deployment = new Deployment(name, directory, prepare(name, directory));
            try {
                deployment.startBoth();
                deployment.awaitLink();
                started = true;
                return deployment;
            } finally {
                if (!started) {
                    deployment.stop();
                }
            }
        } finally {
            if (!started) {
                directory.close();
            }
        }
    }

    private static DemoPeople prepare(String name, WorkDirectory directory) {
        Path description = data(directory).resolve("demo.json");
        List<String> command = Edgeways.command(
                "demo",
                "--port-base",
                Integer.toString(LoopbackPorts.consecutive(PORTS)),
                "--data",
                data(directory).toString());
        try (RunningProgram demo = RunningProgram.start(name + "-demo", directory.path(), Map.of(), command)) {
            Polling.until("the demo is ready", START, () -> Files.exists(description) || !demo.isAlive());
            return DemoPeople.read(description);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As somebody would have written it who ran the demo before: it leaves this file alone. */
    private static void writeLimits(Path data, Consumer<ObjectNode> limits) {
        ObjectNode document = JsonMapper.builder().build().createObjectNode();
        document.put("kind", "AccessSettings").put("name", "limits");
        limits.accept(document.putObject("spec"));
        try {
            Files.createDirectories(data.resolve("settings"));
            Files.createFile(data.resolve("edgeways-demo.lock")); // the mark of a demo's directory
            Files.writeString(data.resolve("settings").resolve("limits.yaml"), document.toPrettyString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path data(WorkDirectory directory) {
        return directory.path().resolve("data");
    }

    private void startBoth() {
        edge = launch("edge");
        pool = launch("pool", "--settings", settings());
        awaitReady(edge, EDGE_READY);
        awaitReady(pool, POOL_READY);
    }

    /** Starts the pool, and waits until it listens. */
    public void startPool() {
        pool = launch("pool", "--settings", settings());
        awaitReady(pool, POOL_READY);
    }

    /** Starts the edge, and waits until it listens. */
    public void startEdge() {
        edge = launch("edge");
        awaitReady(edge, EDGE_READY);
    }

    private String settings() {
        return data(directory).resolve("settings").toString();
    }

    /** A pool is ready before it has reached the edge; until it has, a person outside cannot sign in. */
    private void awaitLink() {
        Polling.until(
                "pool and edge are linked",
                START,
                () -> poolCounter("sip_links_open", "") > 0 && edgeConnections() > 0);
    }

    /** The sum of a counter of the pool; see {@link #edgeCounter}. */
    public double poolCounter(String name, String label) {
        return RunningCounters.sum(data(directory).resolve("pool"), name, label);
    }

    /** Those of which the edge knows that they may carry messages: at the start, the pool's alone. */
    private double edgeConnections() {
        return edgeCounter("sip_connections", "");
    }

    private RunningProgram launch(String role, String... options) {
        List<String> command =
                Edgeways.command(role, "--data", data(directory).resolve(role).toString());
        command.addAll(List.of(options));
        return RunningProgram.start(name + "-" + role, directory.path(), Map.of(), command);
    }

    /** One that does not get ready is stopped with the others. */
    private static void awaitReady(RunningProgram program, Pattern ready) {
        program.transcript().await("it is ready", ready, START);
    }

    /** Kills the pool as {@code kill -9} does. */
    public void killPool() {
        kill(pool);
    }

    /** Kills the edge as {@code kill -9} does. */
    public void killEdge() {
        kill(edge);
    }

    private static void kill(@Nullable RunningProgram program) {
        running(program).kill();
        running(program).close();
    }

    private static RunningProgram running(@Nullable RunningProgram program) {
        if (program == null) {
            throw new IllegalStateException("not started");
        }
        return program;
    }

    /**
     * Adds people with remote access and a device each, and waits until they are all there.
     *
     * @return their accounts as used outside
     */
    public List<Account> addPeople(String prefix, int count) {
        AdminClient administrator = administrator();
        return together(count, i -> people.add(administrator, prefix + i));
    }

    /** Does something for each number, several at a time: administration commands wait for the disk, and share a commit. */
    static <T> List<T> together(int count, IntFunction<T> each) {
        List<Future<T>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME)) {
            for (int i = 0; i < count; i++) {
                int number = i;
                all.add(threads.submit(() -> each.apply(number)));
            }
        }
        return all.stream().map(Future::resultNow).toList();
    }

    /** The same account as used inside, at the pool. */
    public Account inside(Account outside) {
        return people.inside(outside);
    }

    /** A connection to the pool's administration. */
    public AdminClient administrator() {
        return AdminClient.of(data(directory));
    }

    /** Carries out an administration command, as an administrator does. */
    public void administer(String... arguments) {
        Edgeways.administer(data(directory), List.of(arguments));
    }

    /** Processor time that the pool has taken so far. */
    public Duration poolProcessorTime() {
        return processorTime(pool);
    }

    /** Processor time that the edge has taken so far, since its last start. */
    public Duration edgeProcessorTime() {
        return processorTime(edge);
    }

    private static Duration processorTime(@Nullable RunningProgram program) {
        return ProcessHandle.of(running(program).processId())
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }

    /** How much memory the pool takes now. */
    public MemoryUse poolMemory() {
        return MemoryUse.of(running(pool).processId());
    }

    /** How much memory the edge takes now. */
    public MemoryUse edgeMemory() {
        return MemoryUse.of(running(edge).processId());
    }

    /** The person's account as used outside, at the edge. */
    public Account outside(String person) {
        return people.outside(person);
    }

    /** The person's account as used inside, at the pool. */
    public Account inside(String person) {
        return people.inside(person);
    }

    /**
     * The sum of a counter of the edge.
     *
     * @param name as in Prometheus's format
     * @param label part of the labels; empty for all
     */
    public double edgeCounter(String name, String label) {
        return RunningCounters.sum(data(directory).resolve("edge"), name, label);
    }

    /** What a role has logged so far. */
    public String log(String role) {
        try {
            return Files.readString(data(directory).resolve(role).resolve("edgeways.log"));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    private void stop() {
        if (pool != null) {
            pool.close();
        }
        if (edge != null) {
            edge.close();
        }
    }

    @Override
    public void close() {
        stop();
        directory.close();
    }
}
