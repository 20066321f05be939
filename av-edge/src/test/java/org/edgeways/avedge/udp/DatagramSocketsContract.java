package org.edgeways.avedge.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.edgeways.avedge.udp.DatagramSockets.Count;
import org.edgeways.turn.engine.Forward;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What holds for every implementation. Everything goes over loopback, sender and receiver being one object on one thread.
 * Longer than other files, because both implementations are held to the whole of it.
 */
@Timeout(60)
abstract class DatagramSocketsContract {

    private static final String LOOPBACK4 = "127.0.0.1";
    private static final String LOOPBACK6 = "::1";
    static final long LONG = TimeUnit.SECONDS.toNanos(20);

    /** More than two calls take, and fewer than overflow the buffer of a socket where the system gives it no more than usual. */
    private static final int MUCH = 250;

    /** One that was received. */
    record Received(int socket, TransportAddress from, String text) {}

    DatagramSockets sockets;
    final List<Received> received = new ArrayList<>();

    abstract DatagramSockets create() throws IOException;

    @BeforeEach
    void start() throws IOException {
        sockets = create();
    }

    @AfterEach
    void stop() {
        sockets.close();
    }

    static InetSocketAddress any(String host) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), 0);
    }

    int open() throws IOException {
        return sockets.open(any(LOOPBACK4), false);
    }

    TransportAddress at(int socket) {
        return TransportAddress.of(sockets.localAddress(socket));
    }

    void send(int from, TransportAddress to, String text) {
        sockets.send(from, text.getBytes(StandardCharsets.ISO_8859_1), to.high(), to.low(), to.port());
    }

    static String text(MemorySegment buffer, long offset, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Keeps them until there are so many. */
    void receive(int count) throws IOException {
        for (int before = -1; received.size() < count; ) {
            assertThat(received.size()).as("nothing came for long").isGreaterThan(before);
            before = received.size();
            sockets.receive(
                    LONG,
                    (socket, high, low, port, buffer, offset, length) -> received.add(
                            new Received(socket, new TransportAddress(high, low, port), text(buffer, offset, length))));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LOOPBACK4, LOOPBACK6})
    void aDatagramComesWithTheAddressOfItsSenderAndCanBeAnswered(String host) throws IOException {
        int server = sockets.open(any(host), true);
        int client = sockets.open(any(host), false);
        send(client, at(server), "question");
        sockets.receive(LONG, (socket, high, low, port, buffer, offset, length) -> {
            assertThat(socket).isEqualTo(server);
            assertThat(new TransportAddress(high, low, port)).isEqualTo(at(client));
            assertThat(text(buffer, offset, length)).isEqualTo("question");
            buffer.set(ValueLayout.JAVA_BYTE, offset, (byte) 'Q');
            sockets.send(socket, buffer, offset, length, high, low, port);
        });
        receive(1);
        assertThat(received).containsExactly(new Received(client, at(server), "Question"));
        assertThat(sockets.count(Count.SENT)).isEqualTo(2);
        assertThat(sockets.count(Count.RECEIVED)).isEqualTo(2);
    }

    @Test
    void datagramsOfHundredsOfSocketsComeOnceAndEachSocketsInOrder() throws IOException {
        int server = sockets.open(any(LOOPBACK4), true);
        List<Integer> clients = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            clients.add(open());
        }
        for (int turn = 0; turn < 5; turn++) {
            for (int client : clients) {
                send(client, at(server), client + " " + turn);
            }
            receive((turn + 1) * clients.size());
        }
        assertOnceAndInOrder(clients, 5, true);

        received.clear();
        for (int turn = 0; turn < 5; turn++) {
            for (int client : clients) {
                send(server, at(client), client + " " + turn);
            }
        }
        receive(5 * clients.size());
        assertOnceAndInOrder(clients, 5, false);
    }

    private void assertOnceAndInOrder(List<Integer> clients, int each, boolean atServer) {
        Map<Integer, List<String>> texts = new HashMap<>();
        for (Received one : received) {
            int client = Integer.parseInt(one.text().substring(0, one.text().indexOf(' ')));
            texts.computeIfAbsent(client, all -> new ArrayList<>()).add(one.text());
            if (atServer) {
                assertThat(one.from()).isEqualTo(at(client));
            } else {
                assertThat(one.socket()).isEqualTo(client);
            }
        }
        assertThat(texts).hasSize(clients.size());
        texts.forEach((client, all) -> {
            assertThat(all).hasSize(each);
            for (int turn = 0; turn < each; turn++) {
                assertThat(all.get(turn)).isEqualTo(client + " " + turn);
            }
        });
    }

    @Test
    void aSocketWithMuchToReadDoesNotKeepAnotherWaiting() throws IOException {
        int busy = sockets.open(any(LOOPBACK4), true);
        int other = open();
        int client = open();
        for (int i = 0; i < MUCH; i++) {
            send(client, at(busy), "x".repeat(1 + i % 50)); // not so that the system takes many as one
        }
        send(client, at(other), "one");
        sockets.flush();
        for (int wait = 0; wait < 2; wait++) {
            sockets.receive(
                    LONG,
                    (socket, high, low, port, buffer, offset, length) -> received.add(
                            new Received(socket, new TransportAddress(high, low, port), text(buffer, offset, length))));
        }
        assertThat(received).contains(new Received(other, at(client), "one"));
        assertThat(received).hasSizeLessThan(MUCH);
        receive(MUCH + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_472, 1_473, 9_000, 65_507})
    void datagramsOfAnyLengthComeWhole(int length) throws IOException {
        int server = open();
        int client = open();
        String text = "x".repeat(length);
        send(client, at(server), text);
        receive(1);
        assertThat(received.getFirst().text()).isEqualTo(text);
    }

    @Test
    void whatIsTooLongIsCountedAndTheNextOneIsSent() throws IOException {
        int server = open();
        int client = open();
        send(client, at(server), "before");
        send(client, at(server), "x".repeat(65_508));
        send(client, at(server), "x".repeat(70_000));
        send(client, at(server), "behind");
        receive(2);
        assertThat(received).extracting(Received::text).containsExactly("before", "behind");
        assertThat(sockets.count(Count.TOO_LONG)).isEqualTo(2);
        assertThat(sockets.count(Count.SENT)).isEqualTo(2);
    }

    /** Over loopback that is so only for the longest ones of IPv6, whose header does not count for their length. */
    @Test
    void whatHasToStayWholeIsNotSentBeyondTheMtuAndAllElseIsInFragments() throws IOException {
        assertThat(sockets.canSendWhole()).isTrue();
        int server = sockets.open(any(LOOPBACK6), true);
        int client = sockets.open(any(LOOPBACK6), false);
        String long6 = "x".repeat(65_527);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(65_527);
            bytes.fill((byte) 'y');
            for (int length : new int[] {65_527, 1_000}) {
                TransportAddress to = at(server);
                sockets.sendWhole(client, bytes, 0, length, to.high(), to.low(), to.port());
            }
        }
        send(client, at(server), long6);
        receive(2);
        assertThat(received).extracting(Received::text).containsExactly("y".repeat(1_000), long6);
        assertThat(sockets.count(Count.TOO_LONG)).isEqualTo(1);
    }

    @Test
    void whatGoesToAnotherFamilyOrNowhereIsCounted() throws IOException {
        int client = open();
        int client6 = sockets.open(any(LOOPBACK6), false);
        int server = open();
        send(client, at(client6), "to IPv6");
        send(client6, at(server), "to IPv4");
        send(client, at(server).withPort(0), "to no port");
        send(client, at(server), "right");
        receive(1);
        assertThat(received).containsExactly(new Received(server, at(client), "right"));
        assertThat(sockets.count(Count.UNREACHABLE)).isEqualTo(3);
    }

    @Test
    void aPeerThatIsNotThereDoesNotStopTheOthers() throws IOException {
        int client = open();
        int server = open();
        int gone = open();
        TransportAddress nobody = at(gone);
        sockets.close(gone);
        for (int i = 0; i < 10; i++) {
            send(client, nobody, "to nobody");
            send(client, at(server), "to somebody");
        }
        receive(10);
        assertThat(received).extracting(Received::text).containsOnly("to somebody");
    }

    // ---- memory

    @Test
    void bytesAreCopiedUnlessTheyWereReceivedHere() throws IOException {
        int server = open();
        int client = open();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment foreign = arena.allocate(16);
            for (int i = 0; i < 5; i++) {
                foreign.fill((byte) ('a' + i));
                TransportAddress to = at(server);
                sockets.send(client, foreign, 2, 3, to.high(), to.low(), to.port());
            }
            foreign.fill((byte) 'z');
        }
        receive(5);
        assertThat(received).extracting(Received::text).containsExactly("aaa", "bbb", "ccc", "ddd", "eee");
    }

    @Test
    void moreThanTheQueueHoldsIsSentInOrder() throws IOException {
        int client = open();
        List<Integer> servers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            servers.add(open());
        }
        for (int i = 0; i < 1_200; i++) {
            send(client, at(servers.get(i % servers.size())), i + "x".repeat(i % 50));
        }
        receive(1_200);
        for (int server = 0; server < servers.size(); server++) {
            int number = servers.get(server);
            List<String> texts = new ArrayList<>();
            for (int i = server; i < 1_200; i += servers.size()) {
                texts.add(i + "x".repeat(i % 50));
            }
            assertThat(received.stream().filter(one -> one.socket() == number).map(Received::text))
                    .containsExactlyElementsOf(texts);
        }
    }

    @Test
    void whatStandsAroundADatagramMayBeWrittenAndSentInPlace() throws IOException {
        int server = open();
        int client = open();
        for (int i = 0; i < 40; i++) {
            send(client, at(server), "%03d".formatted(i) + "x".repeat(997));
        }
        int[] relayed = {0};
        while (relayed[0] < 40) {
            sockets.receive(LONG, (socket, high, low, port, buffer, offset, length) -> {
                buffer.asSlice(offset - Forward.HEADROOM, Forward.HEADROOM).fill((byte) 'h');
                buffer.asSlice(offset + length, Forward.TAILROOM).fill((byte) 't');
                long at = offset - Forward.HEADROOM;
                int all = Forward.HEADROOM + length + Forward.TAILROOM;
                sockets.send(socket, buffer, at, all, high, low, port);
                relayed[0]++;
            });
        }
        receive(40);
        for (int i = 0; i < 40; i++) {
            assertThat(received.get(i).text())
                    .isEqualTo("h".repeat(Forward.HEADROOM)
                            + "%03d".formatted(i)
                            + "x".repeat(997)
                            + "t".repeat(Forward.TAILROOM));
        }
    }

    @Test
    void anyMixOfLengthsAndDestinationsComesInOrder() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int client = open();
        List<Integer> servers = List.of(open(), open(), open());
        Map<Integer, List<String>> sent = new HashMap<>();
        int server = servers.getFirst();
        int length = 100;
        for (int i = 0; i < 400; i++) {
            if (random.nextInt(6) == 0) {
                server = servers.get(random.nextInt(servers.size()));
            }
            if (random.nextInt(4) == 0) {
                length = random.nextInt(1_600);
            }
            String text = Character.toString('!' + i % 90).repeat(length);
            send(client, at(server), text);
            sent.computeIfAbsent(server, all -> new ArrayList<>()).add(text);
            if (i % 40 == 39) {
                receive(i + 1);
            }
        }
        for (int each : sent.keySet()) {
            assertThat(received.stream().filter(one -> one.socket() == each).map(Received::text))
                    .containsExactlyElementsOf(sent.get(each));
        }
    }

    // ---- waking

    @Test
    void aWaitEndsWhenAnotherThreadSaysSo() throws Exception {
        for (int i = 0; i < 50; i++) {
            Thread waker = Thread.ofPlatform().start(sockets::wakeUp);
            sockets.receive(LONG, (socket, high, low, port, buffer, offset, length) -> {});
            waker.join();
        }
    }

    @Test
    void aWakeUpBeforeTheWaitEndsItAndSeveralAreOne() throws IOException {
        int server = open();
        int client = open();
        sockets.wakeUp();
        sockets.wakeUp();
        expectNoWait();
        send(client, at(server), "later");
        receive(1);
        assertThat(received).hasSize(1);
    }

    @Test
    void aWakeUpIsNotForgottenWhenASocketIsClosed() throws IOException {
        int server = open();
        sockets.receive(0, (socket, high, low, port, buffer, offset, length) -> {});
        sockets.wakeUp();
        sockets.close(server);
        expectNoWait();
    }

    private void expectNoWait() throws IOException {
        long began = System.nanoTime();
        sockets.receive(LONG, (socket, high, low, port, buffer, offset, length) -> {});
        assertThat(System.nanoTime() - began).as("it did not wait").isLessThan(LONG);
    }

    @Test
    void whatWasAskedForBeforeAWakeUpIsSeenAfterTheWait() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Thread other = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 20_000; i++) {
                asked.incrementAndGet();
                sockets.wakeUp();
            }
        });
        while (asked.get() < 20_000) {
            sockets.receive(LONG, (socket, high, low, port, buffer, offset, length) -> {});
        }
        other.join();
    }

    @Test
    void aWaitWithoutDatagramsEndsByItself() throws IOException {
        open();
        sockets.receive(0, (socket, high, low, port, buffer, offset, length) -> {});
        sockets.receive(1, (socket, high, low, port, buffer, offset, length) -> {});
        assertThat(sockets.count(Count.RECEIVED)).isZero();
    }

    @Test
    void wakingWhatIsClosedDoesNothing() {
        sockets.close();
        sockets.wakeUp();
        sockets.close();
    }

    // ---- opening and closing

    @Test
    void anAddressThatIsTakenIsRefusedAndNothingIsLost() throws IOException {
        int first = open();
        InetSocketAddress taken = sockets.localAddress(first);
        for (int i = 0; i < 50; i++) {
            assertThatThrownBy(() -> sockets.open(taken, false)).isInstanceOf(IOException.class);
        }
        assertThat(open()).isEqualTo(first + 1);
    }

    @Test
    void anAddressThatIsNotOursIsRefused() {
        InetSocketAddress foreign = any("192.0.2.1");
        assertThatThrownBy(() -> sockets.open(foreign, false)).isInstanceOf(IOException.class);
    }

    @Test
    void theAddressOfAClosedSocketCanBeHadAgainAtOnceAlsoWhileReceiving() throws IOException {
        int server = open();
        int client = open();
        InetSocketAddress address = sockets.localAddress(server);
        send(client, at(server), "close");
        int[] again = {-1};
        sockets.receive(LONG, (socket, high, low, port, buffer, offset, length) -> {
            sockets.close(socket);
            try {
                again[0] = sockets.open(address, false);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(again[0]).isNotEqualTo(server);
        send(client, at(again[0]), "there");
        receive(1);
        assertThat(received).containsExactly(new Received(again[0], at(client), "there"));
    }

    @Test
    void aDatagramOfAClosedSocketIsNeverTakenForOneOfANewSocket() throws IOException {
        int client = open();
        Set<Integer> closed = new HashSet<>();
        Set<Integer> opened = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            int server = open();
            send(client, at(server), "first");
            send(client, at(server), "second");
        }
        sockets.flush();
        sockets.receive(LONG, (socket, high, low, port, buffer, offset, length) -> {
            assertThat(opened).doesNotContain(socket);
            if (closed.add(socket)) {
                sockets.close(socket);
                try {
                    opened.add(open());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        assertThat(closed).isNotEmpty();
        assertThat(opened).hasSameSizeAs(closed);
        sockets.receive(0, (socket, high, low, port, buffer, offset, length) -> sockets.close(socket));
        assertThat(closed).as("numbers are used again").contains(open());
    }

    @Test
    void whatIsSentFromAClosedSocketIsCounted() throws IOException {
        int server = open();
        int client = open();
        send(client, at(server), "still");
        TransportAddress from = at(client);
        sockets.close(client);
        sockets.close(client);
        send(client, at(server), "no more");
        send(9_999, at(server), "never was");
        receive(1);
        assertThat(received).containsExactly(new Received(server, from, "still"));
        assertThat(sockets.count(Count.CLOSED)).isEqualTo(2);
        assertThatThrownBy(() -> sockets.localAddress(client)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anAddressIsSharedAndEachClientStaysWithOneShard() throws IOException {
        try (DatagramSockets second = create()) {
            int server = sockets.open(any(LOOPBACK4), true);
            second.open(sockets.localAddress(server), true);
            Map<TransportAddress, Set<String>> shards = new HashMap<>();
            List<Integer> clients = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                clients.add(open());
            }
            int[] count = {0};
            for (int turn = 0; turn < 5; turn++) {
                for (int client : clients) {
                    send(client, at(server), "hello");
                }
                sockets.flush();
                while (count[0] < (turn + 1) * clients.size()) {
                    collect(sockets, "first", shards, count);
                    collect(second, "second", shards, count);
                }
            }
            assertThat(shards).hasSize(clients.size());
            assertThat(shards.values()).allMatch(each -> each.size() == 1);
            assertThat(shards.values()).contains(Set.of("first"), Set.of("second"));
        }
    }

    private static void collect(
            DatagramSockets from, String name, Map<TransportAddress, Set<String>> shards, int[] count)
            throws IOException {
        from.receive(0, (socket, high, low, port, buffer, offset, length) -> {
            shards.computeIfAbsent(new TransportAddress(high, low, port), all -> new HashSet<>())
                    .add(name);
            count[0]++;
        });
    }

    @Test
    void aWildcardForIpv6TakesNoIpv4() throws IOException {
        int six = sockets.open(any("::"), true);
        int client = open();
        int client6 = sockets.open(any(LOOPBACK6), false);
        int port = at(six).port();
        send(client, at(client).withPort(port), "IPv4");
        sockets.flush();
        send(client6, at(client6).withPort(port), "IPv6");
        receive(1);
        assertThat(received).containsExactly(new Received(six, at(client6), "IPv6"));
    }
}
