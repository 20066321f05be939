package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipExchange;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.TransportErrorCode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Crowds of connections at the edge: thousands that are idle, a thousand new ones a second, one that sends a byte a second,
 * one that reads nothing. All the while two people who are signed in write to each other, and notice nothing: every message
 * of theirs is answered with 200.
 */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConnectionsTest {

    private static final int OFFERED_PER_SECOND = 1_000;
    private static final int HANDSHAKES_PER_SOURCE = 250;
    private static final Duration INCOMPLETE = Duration.ofSeconds(3);
    private static final Duration STALLED = Duration.ofSeconds(3);
    private static final int QUEUE = 64 * 1024;
    private static final int LARGE = 256 * 1024;
    private static final Duration SETTLING = Duration.ofSeconds(60);
    private static final String TO_BOB = "sip:bob@acorn.example";

    private final Phones phones = new Phones();
    private Deployment deployment;

    @BeforeAll
    void start() {
        deployment = Deployment.start("connections", ConnectionsTest::settings);
    }

    private static void settings(ObjectNode limits) {
        limits.putObject("admission")
                .put("connections", 19_000)
                .put("connectionsPerSource", 18_000)
                .put("handshakesPerSource", HANDSHAKES_PER_SOURCE);
        limits.putObject("connection")
                .put("incompleteMessage", INCOMPLETE.toSeconds() + "s")
                .put("stalled", STALLED.toSeconds() + "s")
                .put("queueBytes", QUEUE);
    }

    @AfterAll
    void stop() {
        phones.close();
        if (deployment != null) {
            deployment.close();
        }
    }

    @Test
    void signedInPeopleNoticeNothingOfIdleConnectionsNorOfAThousandNewOnesASecond() throws Exception {
        idleAndOffered(300, Duration.ofSeconds(1), Duration.ofSeconds(3));
    }

    @Test
    @Tag("soak")
    @Tag("soak-connections")
    void tenThousandIdleConnectionsAndAThousandNewOnesASecond() throws Exception {
        idleAndOffered(
                Integer.getInteger("connections.idle", 10_000),
                Duration.ofMinutes(2),
                Duration.ofSeconds(Integer.getInteger("connections.seconds", 60)));
    }

    private void idleAndOffered(int count, Duration idle, Duration offered) throws Exception {
        List<SipUserAgent> connections = new ArrayList<>();
        try (Conversation conversation = new Conversation()) {
            MemoryUse before = deployment.edgeMemory();
            connections.addAll(connect(count));
            conversation.goesOn();
            MemoryUse with = deployment.edgeMemory();
            say(count + " idle connections: " + (with.residentBytes() - before.residentBytes()) / count / 1024
                    + " KiB resident for each, heap " + (with.liveBytes() - before.liveBytes()) / count / 1024
                    + " KiB");
            LockSupport.parkNanos(idle.toNanos());
            conversation.goesOn();
            assertThat(connections)
                    .as("idle connections stay open")
                    .allMatch(connection -> connection.connection().isOpen());
            double refused = refusedHandshakes();
            int made;
            double most;
            try (Handshakes handshakes = new Handshakes()) {
                made = offer(deployment.outside("alice").sipTlsPort(), offered);
                most = handshakes.most();
            }
            conversation.goesOn();
            say(made + " connections offered in " + offered.toSeconds() + " s, "
                    + (long) (refusedHandshakes() - refused) + " of them refused, at most " + (long) most
                    + " handshakes at once; slowest message "
                    + conversation.slowestMillis() + " ms of " + conversation.answered());
            assertThat(refusedHandshakes() - refused)
                    .as("handshakes past the limit are refused")
                    .isPositive();
            assertThat(most).as("handshakes at once, at most").isEqualTo(HANDSHAKES_PER_SOURCE);
            assertThat(connections)
                    .as("idle connections stay open")
                    .allMatch(connection -> connection.connection().isOpen());
        } finally {
            connections.forEach(SipUserAgent::close);
        }
    }

    private double refusedHandshakes() {
        return deployment.edgeCounter("net_connections_refused_total", "handshakes");
    }

    /** Looks again and again how many handshakes there are at once. */
    private final class Handshakes implements AutoCloseable {
        private final CountDownLatch over = new CountDownLatch(1);
        private volatile double most;
        private final Thread looker = Thread.ofVirtual().start(this::look);

        private void look() {
            try {
                do {
                    most = Math.max(most, deployment.edgeCounter("net_handshakes", "outside"));
                } while (!over.await(20, TimeUnit.MILLISECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** So many have been seen. */
        double most() {
            return most;
        }

        @Override
        public void close() {
            over.countDown();
            try {
                looker.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Connections that have finished their handshake; no more at once than the edge allows one source. */
    private List<SipUserAgent> connect(int count) throws Exception {
        Account account = deployment.outside("carol");
        ConcurrentLinkedQueue<SipUserAgent> made = new ConcurrentLinkedQueue<>();
        AtomicInteger left = new AtomicInteger(count);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                workers.add(threads.submit(() -> {
                    while (left.getAndDecrement() > 0) {
                        made.add(phones.connect(phones.settings(account, SETTLING)));
                    }
                    return null;
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        }
        return List.copyOf(made);
    }

    /** Offers connections at that rate, each with the first message of a TLS handshake and nothing after it. */
    private static int offer(int port, Duration time) throws Exception {
        byte[] hello = clientHello();
        InetSocketAddress edge = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        long start = System.nanoTime();
        int offered = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (long at = 0; at < time.toNanos(); at = System.nanoTime() - start) {
                long due = TimeUnit.NANOSECONDS.toMillis(at) * OFFERED_PER_SECOND / 1_000;
                for (; offered < due; offered++) {
                    threads.execute(() -> offerOne(edge, hello));
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
        return offered;
    }

    private static void offerOne(InetSocketAddress edge, byte[] hello) {
        try (Socket socket = new Socket()) {
            socket.connect(edge, 2_000);
            socket.setSoTimeout(1_000);
            socket.getOutputStream().write(hello);
            InputStream answer = socket.getInputStream();
            byte[] buffer = new byte[4_096];
            for (int n = answer.read(buffer); n >= 0; n = answer.read(buffer)) {
                // what the edge says to it does not matter
            }
        } catch (IOException e) {
            // refused, reset or silent: all of them are what it is about
        }
    }

    private static byte[] clientHello() throws GeneralSecurityException, IOException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, null, null);
        SSLEngine engine = context.createSSLEngine("localhost", 0);
        engine.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }

    @Test
    void oneWhoSendsAByteASecondIsClosed() throws Exception {
        try (Conversation conversation = new Conversation();
                SipUserAgent slow = phones.connect(deployment.outside("carol"))) {
            byte[] request = "MESSAGE sip:alice@acorn.example SIP/2.0\r\n".getBytes(StandardCharsets.UTF_8);
            for (byte each : request) {
                if (!slow.connection().isOpen()) {
                    break;
                }
                slow.send(new byte[] {each});
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            }
            assertThat(slow.connection().isOpen()).as("still open").isFalse();
            assertThat(deployment.edgeCounter("sip_connections_closed_total", TransportErrorCode.SLOW_SENDER.code()))
                    .isPositive();
            conversation.goesOn();
        }
    }

    @Test
    void whatIsWrittenToOneWhoReadsNothingWaitsAndNobodyElseNotices() throws Exception {
        Account carol = deployment.outside("carol");
        List<String> acknowledged = new ArrayList<>();
        CountDownLatch deaf = new CountDownLatch(1);
        try (Conversation conversation = new Conversation();
                SipUserAgent writer = phones.signIn(deployment.inside("dave"));
                Phones others = new Phones()) {
            SipUserAgent reader = others.signIn(carol);
            others.deafen(deaf);
            try {
                acknowledged.addAll(fill(writer, carol.uri()));
                conversation.goesOn();
            } finally {
                deaf.countDown();
                reader.close();
            }
            assertThat(acknowledged).as("messages that wait").isNotEmpty();
            try (SipUserAgent again = phones.signIn(carol)) {
                List<String> came = new ArrayList<>();
                while (!came.containsAll(acknowledged)) {
                    came.add(again.awaitMessage().callId());
                }
            }
            conversation.goesOn();
        }
    }

    /**
     * A few messages, then requests that nobody keeps, until the edge gives that device up.
     *
     * @return the Call-IDs of messages that were acknowledged
     */
    private List<String> fill(SipUserAgent writer, String to) throws IOException {
        List<SipExchange> messages = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            messages.add(writer.start(large(writer, "MESSAGE", to)));
        }
        SipMessage[] next = {large(writer, "OPTIONS", to)};
        Polling.until("the connection is closed as too slow", SETTLING, () -> {
            try {
                writer.start(next[0]);
                next[0] = large(writer, "OPTIONS", to);
            } catch (IOException e) {
                // our own queue is full
            }
            return deployment.edgeCounter("sip_connections_closed_total", TransportErrorCode.SLOW_RECEIVER.code()) > 0;
        });
        List<String> acknowledged = new ArrayList<>();
        for (SipExchange message : messages) {
            int status = message.awaitFinal().status();
            assertThat(status).isIn(200, 202);
            acknowledged.add(message.request().callId());
        }
        return acknowledged;
    }

    private static SipMessage large(SipUserAgent writer, String method, String to) {
        SipMessage request = writer.newRequest(method, to);
        request.setBody("text/plain", "x".repeat(LARGE).getBytes(StandardCharsets.UTF_8));
        return request;
    }

    private static void say(String what) {
        System.out.println("soak: " + what);
    }

    /** Alice and bob, both outside, write to each other without a pause until it is closed. */
    private final class Conversation implements AutoCloseable {
        private final SipUserAgent alice = phones.signIn(deployment.outside("alice"));
        private final SipUserAgent bob = phones.signIn(deployment.outside("bob"));
        private final CountDownLatch over = new CountDownLatch(1);
        private final AtomicInteger answered = new AtomicInteger();
        private final List<String> faults = Collections.synchronizedList(new ArrayList<>());
        private final Thread reader = Thread.ofVirtual().start(this::read);
        private final Thread writer = Thread.ofVirtual().start(this::write);
        private volatile long slowest;

        Conversation() throws IOException {}

        private void write() {
            try {
                while (!over.await(20, TimeUnit.MILLISECONDS)) {
                    long began = System.nanoTime();
                    int status = alice.message(TO_BOB, "still there?").status();
                    slowest = Math.max(slowest, System.nanoTime() - began);
                    if (status != 200) {
                        faults.add("a message was answered with " + status);
                    }
                    answered.incrementAndGet();
                }
            } catch (IOException e) {
                faults.add("a message got no answer: " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void read() {
            try {
                while (over.getCount() > 0) {
                    SipMessage message = bob.take("MESSAGE", Duration.ofMillis(50));
                    if (message != null) {
                        bob.respond(message, 200, "OK");
                    }
                }
            } catch (IOException e) {
                faults.add("bob was cut off: " + e);
            }
        }

        /** Ten more messages are answered, and no earlier one was not. */
        void goesOn() {
            int before = answered.get();
            Polling.until(
                    "ten more messages are answered; so far " + faults,
                    SETTLING,
                    () -> !faults.isEmpty() || answered.get() >= before + 10);
            assertThat(faults).isEmpty();
        }

        int answered() {
            return answered.get();
        }

        long slowestMillis() {
            return TimeUnit.NANOSECONDS.toMillis(slowest);
        }

        @Override
        public void close() {
            over.countDown();
            try {
                writer.join();
                reader.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            alice.close();
            bob.close();
        }
    }
}
