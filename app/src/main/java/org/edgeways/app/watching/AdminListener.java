package org.edgeways.app.watching;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.edgeways.app.config.AdminConfig;
import org.edgeways.app.counters.Exposition;
import org.edgeways.base.Counters;
import org.edgeways.base.LineRate;
import org.edgeways.net.Admission;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.net.BanCheck;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.http.HttpAnswer;
import org.edgeways.net.http.HttpFront;
import org.edgeways.net.http.HttpRoute;
import org.edgeways.net.port.PortContext;
import org.edgeways.net.port.PortEvents;
import org.edgeways.net.port.Protocol;
import org.edgeways.net.port.ProtocolTable;
import org.edgeways.net.port.SharedListener;
import org.edgeways.sip.message.Hosts;

/**
 * Tells over HTTP, in the clear, what parts of this process have counted and how they are: {@code /metrics} for
 * Prometheus, {@code /health/live} and {@code /health/ready}. Nothing can be changed here, and there is nothing else. A
 * request must be for an address, {@code localhost} or a name that the configuration gives: a web page cannot have a browser
 * read it under a name of its own that leads here.
 */
public final class AdminListener implements AutoCloseable {

    /** The listener's name in log and counters. */
    public static final String NAME = "admin";

    /** Open at once; whoever reads an answer has the handshake's time for it. */
    private static final AdmissionLimits LIMITS = new AdmissionLimits(64, 64, 64, Duration.ofSeconds(10));

    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String JSON = "application/json";

    private final List<WatchedPart> parts;
    private final ExecutorService executor = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("admin-", 0).factory());
    private final ObjectMapper json = new ObjectMapper();
    private final List<SharedListener> listeners = new ArrayList<>();

    private AdminListener(List<WatchedPart> parts) {
        this.parts = List.copyOf(parts);
    }

    /**
     * Opens it; when this returns, it listens.
     *
     * @param parts one, or several, told apart by a label
     * @throws IOException if an address cannot be had; nothing is left open then
     */
    public static AdminListener open(
            AdminConfig config, EventLoops loops, ProcessClock clock, Counters counters, List<WatchedPart> parts)
            throws IOException {
        AdminListener admin = new AdminListener(parts);
        PortContext context =
                new PortContext(loops, clock, counters, new LineRate(counters.counter("admin_log_lines_suppressed")));
        Admission admission = new Admission(NAME, LIMITS, BanCheck.NONE, counters);
        HttpFront front = new HttpFront(admin.routes(), host -> isOurs(host, config.hosts()), counters);
        ProtocolTable protocols = new ProtocolTable(Protocol.clear("http", front));
        try {
            admin.listeners.addAll(SharedListener.openAll(
                    context, NAME, config.listen().sockets(), admission, protocols, PortEvents.NONE));
        } catch (IOException e) {
            admin.close();
            throw e;
        }
        return admin;
    }

    private static boolean isOurs(String host, Set<String> names) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.isEmpty()
                || lower.equals("localhost")
                || names.contains(lower)
                || Hosts.address(lower).isPresent();
    }

    private List<HttpRoute> routes() {
        return List.of(
                new HttpRoute.Answered("/metrics", executor, this::metrics),
                new HttpRoute.Answered("/health/live", Runnable::run, () -> status(200, "live", List.of())),
                new HttpRoute.Answered("/health/ready", executor, this::ready));
    }

    private HttpAnswer metrics() {
        if (parts.size() == 1) {
            return HttpAnswer.text(200, parts.getFirst().counters().get()).as(METRICS);
        }
        Exposition joined = new Exposition();
        parts.forEach(part -> joined.add(part.name(), part.counters().get()));
        return HttpAnswer.text(200, joined.text()).as(METRICS);
    }

    private HttpAnswer ready() {
        List<ObjectNode> reasons = new ArrayList<>();
        for (WatchedPart part : parts) {
            for (String reason : part.notReady().get()) {
                reasons.add(json.createObjectNode().put("part", part.name()).put("reason", reason));
            }
        }
        return reasons.isEmpty() ? status(200, "ready", reasons) : status(503, "not-ready", reasons);
    }

    private HttpAnswer status(int status, String word, List<ObjectNode> reasons) {
        ObjectNode answer = json.createObjectNode().put("status", word);
        if (!reasons.isEmpty()) {
            ArrayNode list = answer.putArray("reasons");
            reasons.forEach(list::add);
        }
        return HttpAnswer.text(status, answer + "\n").as(JSON);
    }

    /** Where it listens first. */
    public InetSocketAddress address() {
        return listeners.getFirst().localAddress();
    }

    @Override
    public void close() {
        listeners.forEach(SharedListener::close);
        executor.shutdownNow();
    }
}
