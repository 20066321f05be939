package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.edgeways.accounts.NewPerson;
import org.edgeways.accounts.Secret;
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;
import org.edgeways.policy.PersonRights;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * 100 changes of settings and certificates while people outside write to each other through the edge: no connection and no
 * transaction is lost, and each revision is reported.
 */
@Timeout(180)
class SettingsUnderLoadTest {

    private static final int CHANGES = 100;
    private static final int PEOPLE = 6;
    private static final String PASSWORD = "a password that is good";

    @TempDir
    Path directory;

    private final Set<String> acknowledged = new ConcurrentSkipListSet<>();
    private final Set<String> received = new ConcurrentSkipListSet<>();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private volatile boolean changing = true;
    private volatile boolean reading = true;

    @Test
    void aHundredChangesOfSettingsAndCertificatesLoseNoConnectionAndNoTransaction() throws Exception {
        try (JoinedPair pair = new JoinedPair(directory);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            TlsIdentity first = pair.issue("sip.acorn.example");
            pair.write(withCertificates(roomy(pair.text()), "first"));
            Pem.writeIdentity(
                    pair.edgeData().resolve("first.crt"), pair.edgeData().resolve("first.key"), first);
            pair.startAll();
            JsonNode shown = pair.node().path("report").path("shown").path(0);
            assertThat(shown.path("selfSigned").asBoolean())
                    .as("%s", pair.node())
                    .isFalse();
            assertThat(shown.path("name").asText()).isEqualTo("sip.acorn.example");

            List<SipUserAgent> people = people(pair);
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < PEOPLE; i++) {
                SipUserAgent own = people.get(i);
                String next = "sip:p" + (i + 1) % PEOPLE + "@acorn.example";
                int number = i;
                work.add(threads.submit(() -> write(own, number, next)));
                var _ = threads.submit(() -> read(own));
            }

            long begun = System.nanoTime();
            Changes changes = new Changes(pair);
            try {
                for (int i = 0; i < CHANGES; i++) {
                    changes.next(i);
                }
            } catch (Exception | AssertionError e) {
                reading = false;
                throw e;
            } finally {
                changing = false;
            }
            for (Future<?> each : work) {
                each.get(60, TimeUnit.SECONDS);
            }
            Instant end = Instant.now().plusSeconds(30);
            while (!received.containsAll(acknowledged) && Instant.now().isBefore(end)) {
                LockSupport.parkNanos(5_000_000);
            }
            reading = false;
            System.out.printf(
                    "%d changes (%d revisions, %d refused inside, %d by the node) in %d ms; %d messages%n",
                    CHANGES,
                    changes.revisions,
                    changes.refusedInside,
                    changes.refusedByNode,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun),
                    acknowledged.size());

            assertThat(wrong).isEmpty();
            Set<String> lost = new TreeSet<>(acknowledged);
            lost.removeAll(received);
            assertThat(lost).isEmpty();
            assertThat(acknowledged.size()).as("messages").isGreaterThan(CHANGES);
            for (SipUserAgent client : people) {
                assertThat(client.connection().isOpen()).as("a connection").isTrue();
            }
            assertThat(changes.refusedInside).isPositive();
            assertThat(changes.refusedByNode).isPositive();
            assertThat(pair.node().path("report").path("restartNeeded")).isEmpty();
        }
    }

    /** Limits for people who all come from one address, as fast as they can; first, since some changes append to the node. */
    private static String roomy(String text) {
        return """
                kind: AccessSettings
                name: limits
                spec:
                  requests: {requestsPerSecond: 1000000, requestBurst: 1000000}
                  connection: {idle: 300s}
                  admission: {connections: 1000}
                  transactions: {serverTransactions: 10000}
                ---
                """
                + text.replace("    host: sip.acorn.example\n", "    settings: limits\n    host: sip.acorn.example\n");
    }

    private static String withCertificates(String text, String... names) {
        StringBuilder all = new StringBuilder(text.replace(
                "    host: sip.acorn.example\n",
                "    host: sip.acorn.example\n    certificates: [" + String.join(", ", names) + "]\n"));
        for (String name : names) {
            all.append("---\nkind: Certificate\nname: %1$s\nspec: {certificate: %1$s.crt, key: %1$s.key}\n"
                    .formatted(name));
        }
        return all.toString();
    }

    private static List<SipUserAgent> people(JoinedPair pair) throws Exception {
        List<SipUserAgent> people = new ArrayList<>();
        for (int i = 0; i < PEOPLE; i++) {
            pair.inside()
                    .accounts()
                    .add(new NewPerson("p" + i, null, "", new PersonRights(true)))
                    .get();
            pair.inside()
                    .accounts()
                    .addDevice("p" + i, "phone", new Secret(PASSWORD))
                    .get();
            SipUserAgent client = pair.outside("p" + i, PASSWORD);
            assertThat(client.register(600).status()).isEqualTo(200);
            people.add(client);
        }
        return people;
    }

    private void write(SipUserAgent own, int number, String next) {
        try {
            for (int i = 0; changing; i++) {
                String text = "m" + number + "-" + i;
                int status = own.message(next, text).status();
                if (status == 200 || status == 202) {
                    acknowledged.add(text);
                } else {
                    wrong.add(text + " got " + status);
                }
                if (i % 10 == 9) {
                    int signedIn = own.register(600).status();
                    if (signedIn != 200) {
                        wrong.add("REGISTER after " + text + " got " + signedIn);
                    }
                }
            }
        } catch (IOException e) {
            wrong.add("p" + number + ": " + e);
        }
    }

    private void read(SipUserAgent own) {
        try {
            while (reading && own.connection().isOpen()) {
                SipMessage message = own.take("MESSAGE", Duration.ofSeconds(1));
                if (message != null) {
                    own.respond(message, 200, "OK");
                    received.add(new String(message.body(), StandardCharsets.UTF_8));
                }
            }
        } catch (IOException e) {
            wrong.add("reader: " + e);
        }
    }

    /** One change after the other; each is for the node, is refused inside, or is refused by the node. */
    private static final class Changes {
        private final JoinedPair pair;
        private final String first;
        private int revisions;
        private int refusedInside;
        private int refusedByNode;

        Changes(JoinedPair pair) throws IOException {
            this.pair = pair;
            this.first = roomy(JoinedPair.SETTINGS.formatted(pair.insidePort, pair.outsidePort, pair.legPort));
        }

        void next(int i) throws Exception {
            switch (i % 10) {
                case 0 ->
                    pair.push(withCertificates(domains(first, "acorn.example, oak%d.example".formatted(i)), "first"));
                case 1 -> pair.push(withCertificates(limits(first, 1 + i), "first"));
                case 2 -> certificate(i);
                case 3 -> bad(withCertificates(first.replace("sipDomains", "sipDomans"), "first"));
                case 4 ->
                    pair.push(withCertificates(first.replace("host: sip.", "host: sip%d.".formatted(i)), "first"));
                case 5 ->
                    unable(withCertificates(
                            first.replaceFirst(
                                    "addresses: \\[127.0.0.1]\n    sipTlsPort: " + pair.outsidePort,
                                    "addresses: [127.0.0.1, 192.0.2.%d]\n    sipTlsPort: ".formatted(1 + i)
                                            + pair.outsidePort),
                            "first"));
                case 6 ->
                    pair.push(withCertificates(first + "    connections: %d\n".formatted(1 + i / 10 % 6), "first"));
                case 7 ->
                    pair.push(withCertificates(
                            first.replace(
                                    "  sipDomains: [acorn.example]\n",
                                    "  sipDomains: [acorn.example]\n  hideTopology: %s\n  insideNames: [n%d.example]\n"
                                            .formatted(i % 20 == 7, i)),
                            "first"));
                case 8 ->
                    pair.push(withCertificates(
                            first + "---\nkind: Service\nname: web%d\nspec: {host: 127.0.0.1, port: 80}\n".formatted(i),
                            "first"));
                default ->
                    pair.push(withCertificates(
                            first.replace(
                                    "kind: EdgeNode\nname: edge1\nspec:\n",
                                    "kind: EdgeNode\nname: edge1\nspec:\n  certificateCheck: %dms\n"
                                            .formatted(200 + i)),
                            "first"));
            }
            if (i % 10 != 3 && i % 10 != 5) {
                revisions++;
            }
        }

        private static String domains(String text, String domains) {
            return text.replace("[acorn.example]", "[" + domains + "]");
        }

        private static String limits(String text, int more) {
            return text.replace("requestsPerSecond: 1000000", "requestsPerSecond: " + (1_000_000 - more))
                    .replace("idle: 300s", "idle: %ds".formatted(300 + more))
                    .replace("connections: 1000}", "connections: %d}".formatted(1_000 + more))
                    .replace("serverTransactions: 10000", "serverTransactions: " + (10_000 + more));
        }

        /** Another certificate in other files, shown to who asks for its name; a handshake sees it. */
        private void certificate(int i) throws Exception {
            String name = "other" + i;
            TlsIdentity other = pair.issue(name + ".acorn.example");
            Pem.writeIdentity(
                    pair.edgeData().resolve(name + ".crt"), pair.edgeData().resolve(name + ".key"), other);
            pair.push(withCertificates(first, "first", name));
            assertThat(pair.shown(name + ".acorn.example")).isEqualTo(other.leaf());
        }

        private void bad(String text) throws IOException {
            long before = pair.node().path("meant").asLong();
            pair.write(text);
            assertThat(pair.reload().orElse("taken")).contains("sipDomans");
            assertThat(pair.node().path("meant").asLong()).isEqualTo(before);
            refusedInside++;
        }

        private void unable(String text) throws IOException {
            long before = pair.node().path("report").path("revision").asLong();
            pair.write(text);
            assertThat(pair.reload()).isEmpty();
            pair.await(node ->
                    node.path("report").path("rejected").path("reason").asText().contains("192.0.2."));
            assertThat(pair.node().path("report").path("revision").asLong()).isEqualTo(before);
            refusedByNode++;
        }
    }
}
