package org.edgeways.accessedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.edgeways.accessedge.engine.EdgeLimits;
import org.edgeways.net.CertificateWatch;
import org.edgeways.net.CertificateWatch.Outcome;
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipExchange;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The certificate is changed a hundred times while people talk to each other. */
@Tag("long")
final class CertificateReloadTest {

    private static final int CLIENTS = 50;
    private static final int RELOADS = 100;
    private static final int IDENTITIES = 8;

    @TempDir
    private Path directory = Path.of(".");

    private final AtomicBoolean enough = new AtomicBoolean();
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicInteger delivered = new AtomicInteger();

    /** Plays the inside: accepts sign-ins, and delivers each message over the recipient's Path before it answers. */
    private void serve(EdgeRig rig, ExecutorService executor) throws IOException {
        while (!done.get()) {
            SipMessage request = rig.inside().take(any -> true, Duration.ofMillis(200));
            if (request == null) {
                continue;
            }
            if (request.method().equals("REGISTER")) {
                rig.accept(request);
            } else {
                var _ = executor.submit(() -> {
                    String to = request.to().sipUri().user();
                    SipExchange onward = rig.inside().start(rig.fromInside("MESSAGE", to));
                    rig.inside().respond(request, onward.awaitFinal().status(), "As the recipient says");
                    return null;
                });
            }
        }
    }

    private int talk(List<SipUserAgent> clients, int number) throws IOException {
        SipUserAgent own = clients.get(number);
        String next = EdgeRig.address("person" + (number + 1) % CLIENTS);
        int exchanged = 0;
        while (!enough.get()) {
            int status = own.message(next, "hello").status();
            if (status != 200) {
                throw new AssertionError("message " + exchanged + " of person" + number + " got " + status);
            }
            exchanged++;
        }
        return exchanged;
    }

    private void answer(SipUserAgent client) throws IOException {
        while (!done.get()) {
            SipMessage message = client.take("MESSAGE", Duration.ofMillis(200));
            if (message != null) {
                client.respond(message, 200, "OK");
                delivered.incrementAndGet();
            }
        }
    }

    /** Ends all loops, so that a test that fails does not wait for them. */
    private void end() {
        enough.set(true);
        done.set(true);
    }

    @Test
    void noConnectionAndNoTransactionIsLostAndNewHandshakesSeeTheNewCertificate() throws Exception {
        Path certificate = directory.resolve("edge.crt");
        Path key = directory.resolve("edge.key");
        try (EdgeRig rig = new EdgeRig(s -> s.withLimits(EdgeLimits.DEFAULT.withRequests(1_000_000, 1_000_000)));
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
                AutoCloseable end = this::end) {
            assertThat(end).isNotNull();
            Pem.writeIdentity(certificate, key, rig.outside.identity());
            CertificateWatch watch = new CertificateWatch(certificate, key, rig.outside);
            rig.inside();
            Future<?> inside = executor.submit((Callable<Void>) () -> {
                serve(rig, executor);
                return null;
            });
            List<SipUserAgent> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                SipUserAgent client = rig.client("person" + i);
                assertThat(client.register(3600).status()).isEqualTo(200);
                clients.add(client);
            }
            List<Future<Integer>> talking = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                var _ = executor.submit((Callable<Void>) () -> {
                    answer(clients.get(number));
                    return null;
                });
                talking.add(executor.submit(() -> talk(clients, number)));
            }
            List<TlsIdentity> identities = new ArrayList<>();
            for (int i = 0; i < IDENTITIES; i++) {
                identities.add(rig.outsideIdentity());
            }
            for (int reload = 0; reload < RELOADS; reload++) {
                int before = delivered.get();
                TlsIdentity next = identities.get(reload % IDENTITIES);
                Pem.writeIdentity(certificate, key, next);
                assertThat(watch.check()).isEqualTo(new Outcome.Reloaded(next.leaf()));
                if (reload % 10 == 0) {
                    Files.writeString(certificate, "half a certif");
                    assertThat(watch.check()).isInstanceOf(Outcome.Kept.class);
                    try (SSLSocket newcomer = rig.raw()) {
                        newcomer.startHandshake();
                        assertThat(newcomer.getSession().getPeerCertificates()[0])
                                .isEqualTo(next.leaf());
                    }
                }
                // messages go on between any two reloads
                EdgeRig.awaitTrue(
                        () -> delivered.get() > before || talking.stream().anyMatch(Future::isDone));
            }
            enough.set(true);
            int exchanged = 0;
            for (Future<Integer> talk : talking) {
                exchanged += talk.get(30, TimeUnit.SECONDS);
            }
            done.set(true);
            inside.get(30, TimeUnit.SECONDS);
            assertThat(exchanged).isGreaterThanOrEqualTo(RELOADS).isEqualTo(delivered.get());
            assertThat(clients).allMatch(client -> client.connection().isOpen());
            assertThat(rig.counters.value("access_edge_clients")).isGreaterThanOrEqualTo(CLIENTS);
            assertThat(rig.counters.values().keySet())
                    .noneMatch(counter -> counter.startsWith("net_handshakes_failed"));
        }
    }
}
