package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.edgeways.accessedge.AccessEdge;
import org.edgeways.accessedge.AccessEdgeSettings;
import org.edgeways.accessedge.engine.EdgeLimits;
import org.edgeways.accounts.NewPerson;
import org.edgeways.accounts.Secret;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsProvider;
import org.edgeways.policy.PersonRights;
import org.edgeways.policy.SipDomains;
import org.edgeways.pool.Pool;
import org.edgeways.pool.PoolSettings;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.LinkLimits;
import org.edgeways.siptransport.LinkedNode;
import org.edgeways.siptransport.SipConnectionSettings;
import org.edgeways.siptransport.SipExchange;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.SipUserAgentSettings;
import org.edgeways.siptransport.TransportContext;
import org.edgeways.siptransport.TransportErrorCode;
import org.edgeways.testkit.TcpRelay;
import org.edgeways.tokens.Keyring;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pool and an edge with four connections between them, of which one alone dies while people outside write to each other and
 * call: with a reset, or in silence, so that each end has to find it out. Alice's messages pass the connections twice.
 */
@Tag("long")
@Timeout(120)
class OneOfSeveralLinksTest {

    private static final String NODE_HOST = "edge1.perimeter.acorn.example";
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final String PASSWORD = "correct horse battery";
    private static final int LINKS = 4;
    private static final int WRITERS = 8;
    private static final int CALLS = 12;
    private static final Duration BETWEEN_MESSAGES = Duration.ofMillis(20);

    /** What may wait for Bob, so that what is kept for him in the end is brought to him soon. */
    private static final int UNREAD = 200;

    /** Less than a transaction waits at its longest (Timer B and F are 32 s): whoever hears nothing until then waits for ever. */
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    @TempDir
    Path data;

    private final EventLoops loops = new EventLoops(2);
    private final SecureRandom random = new SecureRandom();
    private final InMemoryCounters atEdge = new InMemoryCounters();
    private final InMemoryCounters inside = new InMemoryCounters();
    private final TransportContext edgeContext = new TransportContext(loops, new ProcessClock(), atEdge, random);
    private final TransportContext poolContext = new TransportContext(loops, new ProcessClock(), inside, random);
    private final TransportContext phones =
            new TransportContext(loops, new ProcessClock(), new InMemoryCounters(), random);
    private final CertificateAuthority authority =
            CertificateAuthority.create("Acorn test authority", Instant.now(), random);
    private final TlsContexts tls = new TlsContexts(TlsProvider.best());
    private AccessEdge edge;
    private TcpRelay relay;
    private Pool pool;

    @BeforeEach
    void start() throws Exception {
        edge = new AccessEdge(
                AccessEdgeSettings.of(
                                "edge1",
                                new SipDomains(List.of("acorn.example")),
                                "localhost",
                                NODE_HOST,
                                new InetSocketAddress(LOOPBACK, 0),
                                null,
                                new InetSocketAddress(LOOPBACK, 0))
                        .withLimits(EdgeLimits.DEFAULT.withRequests(10_000, 10_000))
                        .withConnections(
                                AdmissionLimits.defaults(),
                                SipConnectionSettings.DEFAULT.withLinkUnanswered(Duration.ofMillis(700))),
                new AccessEdge.Material(
                        Keyring.create(random),
                        tls.server(authority.issue(CertificateRequest.of("localhost"), Instant.now())),
                        tls.mutualServer(
                                authority.issue(CertificateRequest.node("edge1", NODE_HOST), Instant.now()),
                                authority.certificate()),
                        null),
                edgeContext,
                atEdge,
                random);
        edge.start();
        relay = TcpRelay.before(edge.insideLegAddress());
        pool = Pool.start(poolSettings(), poolContext, inside, random);
        for (String name : List.of("alice", "bob")) {
            pool.accounts()
                    .add(new NewPerson(name, null, "", new PersonRights(true)))
                    .join();
            pool.accounts().addDevice(name, "phone", new Secret(PASSWORD)).join();
        }
        await(() -> links() == LINKS);
    }

    private PoolSettings poolSettings() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, LOOPBACK)) {
            port = free.getLocalPort();
        }
        return new PoolSettings(
                data,
                List.of("acorn.example"),
                "127.0.0.1",
                Set.of(),
                List.of(new InetSocketAddress(LOOPBACK, port)),
                tls.server(
                        authority.issue(CertificateRequest.of("127.0.0.1").withAddresses("127.0.0.1"), Instant.now())),
                List.of(new LinkedNode(NODE_HOST, "127.0.0.1", relay.port(), LINKS)),
                tls.mutualClient(
                        authority.issue(CertificateRequest.service("pool", "pool.acorn.example"), Instant.now()),
                        authority.certificate()),
                List.of(DigestAlgorithm.MD5),
                PoolSettings.Limits.DEFAULT.withLink(
                        new LinkLimits(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1))));
    }

    @AfterEach
    void stop() throws Exception {
        pool.close();
        relay.close();
        edge.close();
        phones.close();
        loops.close();
    }

    private int links() {
        return edgeContext.links().connections("pool").size();
    }

    private static void await(BooleanSupplier holds) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private SipUserAgent signIn(String name) throws IOException {
        SipUserAgent phone = SipUserAgent.connect(
                phones,
                SipUserAgentSettings.tls(
                                "localhost",
                                edge.tlsAddress().getPort(),
                                tls.client(List.of(authority.certificate())),
                                "sip:" + name + "@acorn.example",
                                name,
                                PASSWORD)
                        .withTimeout(PATIENCE));
        assertThat(phone.register(600).status()).isEqualTo(200);
        return phone;
    }

    @Test
    void messagesGoOnAndNothingIsLostOrWaitsForEverWhenOneIsReset() throws Exception {
        try (Writing writing = new Writing()) {
            for (int dead = 1; dead <= 3; dead++) {
                writing.goOn();
                relay.connections().getLast().reset();
                int found = dead;
                await(() -> wasReset() == found && links() == LINKS);
            }
            writing.goOn();
            writing.balance();
        }
    }

    @Test
    void messagesGoOnAndNothingIsLostOrWaitsForEverWhenOneFallsSilent() throws Exception {
        try (Writing writing = new Writing()) {
            for (int dead = 1; dead <= 2; dead++) {
                writing.goOn();
                long beforeAtEdge = closed(atEdge, "inside-leg");
                long beforeInside = closed(inside, "link-" + NODE_HOST);
                relay.connections().getLast().fallSilent();
                await(() -> closed(atEdge, "inside-leg") > beforeAtEdge
                        && closed(inside, "link-" + NODE_HOST) > beforeInside);
                await(() -> links() == LINKS);
            }
            writing.goOn();
            writing.balance();
        }
    }

    private long wasReset() {
        String reason = TransportErrorCode.CONNECTION_FAILED.code();
        return atEdge.value("sip_connections_closed", "endpoint", "inside-leg", "reason", reason);
    }

    private static long closed(InMemoryCounters counters, String endpoint) {
        return counters.values().entrySet().stream()
                .filter(each -> each.getKey().startsWith("sip_connections_closed{endpoint=" + endpoint + ","))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** The answers go over any connections of four, of which three are dead without anybody knowing. */
    @Test
    void callsGetTheAnswersThatWereOnDeadOnes() throws Exception {
        try (SipUserAgent alice = signIn("alice");
                SipUserAgent bob = signIn("bob")) {
            List<SipExchange> calls = new ArrayList<>();
            List<SipMessage> coming = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                calls.add(alice.start(alice.newRequest("INVITE", "sip:bob@acorn.example")));
                coming.add(bob.await("INVITE"));
                bob.respond(coming.getLast(), 180, "Ringing");
                calls.getLast().awaitStatus(180);
            }
            relay.connections().subList(0, LINKS - 1).forEach(TcpRelay.Carried::fallSilent);
            for (SipMessage invite : coming) {
                bob.respond(invite, 486, "Busy Here");
            }
            for (SipExchange call : calls) {
                assertThat(call.awaitFinal().status()).isEqualTo(486);
            }
        }
    }

    /** Alice writes to Bob all the time, each message with a Call-ID of its own; Bob's device answers each. */
    private final class Writing implements AutoCloseable {
        private final SipUserAgent alice = signIn("alice");
        private final SipUserAgent bob = signIn("bob");
        private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        private final Set<String> unanswered = ConcurrentHashMap.newKeySet();
        private final Set<String> read = ConcurrentHashMap.newKeySet();
        private final AtomicBoolean over = new AtomicBoolean();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final List<Future<?>> writers = new ArrayList<>();

        Writing() throws IOException {
            var _ = threads.submit(this::reads);
            for (int i = 0; i < WRITERS; i++) {
                String name = "w" + i;
                writers.add(threads.submit(() -> writes(name)));
            }
        }

        private void writes(String name) {
            for (int i = 0; !over.get(); i++) {
                String text = name + "-" + i;
                try {
                    int status = alice.message("sip:bob@acorn.example", text).status();
                    if (status / 100 == 2) {
                        acknowledged.add(text);
                    }
                } catch (IOException e) {
                    unanswered.add(text + ": " + e.getMessage());
                }
                do {
                    LockSupport.parkNanos(BETWEEN_MESSAGES.toNanos());
                } while (!over.get() && acknowledged.size() - read.size() > UNREAD);
            }
        }

        private Void reads() throws IOException {
            while (true) {
                SipMessage message = bob.take("MESSAGE", Duration.ofSeconds(1));
                if (message != null) {
                    read.add(new String(message.body(), StandardCharsets.UTF_8));
                    bob.respond(message, 200, "OK");
                } else if (over.get() && read.containsAll(acknowledged)) {
                    return null;
                }
            }
        }

        /** Waits until more messages are acknowledged, of each writer some. */
        void goOn() {
            int before = acknowledged.size();
            await(() -> acknowledged.size() >= before + 10 * WRITERS);
        }

        void balance() throws Exception {
            over.set(true);
            for (Future<?> writer : writers) {
                writer.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            assertThat(unanswered).isEmpty();
            // what his device seemed not to take was kept for him (202), and comes when he is seen again
            assertThat(bob.register(600).status()).isEqualTo(200);
            await(() -> read.containsAll(acknowledged));
        }

        @Override
        public void close() {
            over.set(true);
            alice.close();
            bob.close();
            threads.shutdownNow();
        }
    }
}
