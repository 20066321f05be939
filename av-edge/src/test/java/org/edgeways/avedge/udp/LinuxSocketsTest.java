package org.edgeways.avedge.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.avedge.udp.DatagramSockets.Count;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link LinuxSockets}, and that it needs few system calls. */
@EnabledOnOs(OS.LINUX)
class LinuxSocketsTest extends DatagramSocketsContract {

    @Override
    DatagramSockets create() throws IOException {
        return LinuxSockets.gathering(); // as the role has them
    }

    @Test
    void itIsTheBestHere() throws IOException {
        assertThat(LinuxSockets.whyNot()).isEmpty();
        List<String> why = new ArrayList<>();
        try (DatagramSockets best = DatagramSockets.best(why::add)) {
            assertThat(best).isInstanceOf(LinuxSockets.class);
        }
        assertThat(why).isEmpty();
    }

    /** As where a filter of system calls (seccomp) forbids one that the C library has. */
    @Test
    void whereATrialOfThemFailsThereArePlainSocketsAndAReason() throws IOException {
        List<String> why = new ArrayList<>();
        DatagramSockets.Maker forbidden = () -> {
            throw new UnsupportedOperationException("sendmmsg does not work: error 38");
        };
        try (DatagramSockets best = DatagramSockets.best(forbidden, why::add)) {
            assertThat(best).isInstanceOf(PlainSockets.class);
        }
        assertThat(why).containsExactly("sendmmsg does not work: error 38");
    }

    @Test
    void aBurstThatHasNoWayToItsReceiverDoesNotEndJoiningForOthers() throws IOException {
        int server = open();
        int client = open();
        TransportAddress outside = TransportAddress.ipv4(0xc0000201, 9);
        for (int i = 0; i < 3; i++) {
            send(client, outside, "x".repeat(100)); // nothing gets from loopback to there
        }
        sockets.flush();
        assertThat(sockets.count(Count.SENT)).isZero();
        for (int i = 0; i < 200; i++) {
            send(client, at(server), "x".repeat(100));
        }
        sockets.flush();
        assertThat(sockets.count(Count.SENT)).isEqualTo(200);
        long before = sockets.count(Count.RECEIVE_CALLS);
        receive(200);
        assertThat(sockets.count(Count.RECEIVE_CALLS) - before)
                .as("calls for what would be four of them if each datagram went alone")
                .isLessThanOrEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void whereNobodyReceivesTheSystemSaysSoAndTheNextDatagramIsSent(String host) throws IOException {
        int server = sockets.open(any(host), true);
        int client = sockets.open(any(host), false);
        int gone = sockets.open(any(host), false);
        TransportAddress nobody = at(gone);
        sockets.close(gone);
        send(client, nobody, "to nobody");
        sockets.flush();
        send(client, at(server), "alone");
        sockets.flush();
        send(client, nobody, "to nobody");
        send(client, nobody, "to nobody, and longer, so that they are not one");
        send(client, at(server), "with others");
        List<String> told = new ArrayList<>();
        boolean ipv6 = !nobody.isIpv4();
        while (received.size() < 2 || told.size() < 3) {
            sockets.receive(LONG, new DatagramSockets.Receiver() {
                @Override
                public void received(
                        int socket, long high, long low, int port, MemorySegment buffer, long offset, int length) {
                    received.add(
                            new Received(socket, new TransportAddress(high, low, port), text(buffer, offset, length)));
                }

                @Override
                public void refused(int socket, long high, long low, int port, int type, int code, int mtu) {
                    told.add(socket + " to " + new TransportAddress(high, low, port) + " " + type + "." + code);
                }
            });
        }
        assertThat(received).extracting(Received::text).containsExactly("alone", "with others");
        assertThat(told).containsOnly(client + " to " + nobody + (ipv6 ? " 1.4" : " 3.3"));
        assertThat(sockets.unsent()).as("lost without being sent").isZero();
    }

    @Test
    void datagramsToManyPlacesAreSentWithOneCallAndReceivedWithOne() throws IOException {
        int server = open();
        List<Integer> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(open());
        }
        for (int client : clients) {
            send(server, at(client), "to " + client);
        }
        sockets.flush();
        assertThat(sockets.count(Count.SEND_CALLS)).isEqualTo(1);
        assertThat(sockets.count(Count.SENT)).isEqualTo(50);
        receive(50);
        for (int client : clients) {
            send(client, at(server), "from " + client);
        }
        sockets.flush();
        long before = sockets.count(Count.RECEIVE_CALLS);
        receive(100);
        assertThat(sockets.count(Count.RECEIVE_CALLS) - before).isEqualTo(1);
    }

    @Test
    void whereOneComesAtATimeNoCallLooksForASecondOne() throws IOException {
        int server = open();
        int client = open();
        for (int i = 1; i <= 5; i++) {
            send(client, at(server), "one " + i);
            receive(i);
            sockets.receive(1, this::unexpected); // nothing is left
        }
        assertThat(((LinuxSockets) sockets).asked(server)).isEqualTo(1);
        for (int i = 0; i < 40; i++) {
            send(client, at(server), "x".repeat(i + 1)); // each longer than the one before: nothing is joined
        }
        sockets.flush();
        long before = sockets.count(Count.RECEIVE_CALLS);
        receive(45);
        assertThat(received).hasSize(45).element(44).extracting(Received::text).isEqualTo("x".repeat(40));
        assertThat(sockets.count(Count.RECEIVE_CALLS) - before)
                .as("calls when much has come suddenly")
                .isLessThan(20); // five, if nothing else has the processor meanwhile
    }

    private void unexpected(int socket, long high, long low, int port, MemorySegment buffer, long offset, int length) {
        throw new AssertionError("nothing was sent to " + at(socket));
    }

    @Test
    void aBurstToOnePlaceIsOneMessageOfTheSystemAndIsTakenApart() throws IOException {
        int server = open();
        int client = open();
        for (int i = 0; i < 40; i++) {
            send(client, at(server), "%02d".formatted(i) + "x".repeat(1_198));
        }
        send(client, at(server), "shorter");
        send(client, at(server), "another");
        sockets.flush();
        assertThat(sockets.count(Count.SEND_CALLS)).isEqualTo(1);
        assertThat(sockets.count(Count.SENT)).isEqualTo(42);
        receive(42);
        assertThat(received).hasSize(42);
        for (int i = 0; i < 40; i++) {
            assertThat(received.get(i).text()).isEqualTo("%02d".formatted(i) + "x".repeat(1_198));
        }
        assertThat(received.get(40).text()).isEqualTo("shorter");
        assertThat(received.get(41).text()).isEqualTo("another");
        assertThat(sockets.count(Count.RECEIVE_CALLS)).isLessThanOrEqualTo(2);
    }

    @Test
    void moreBurstsAtOnceThanThereIsRoomForAreTakenApartAsWell() throws IOException {
        int client = open();
        List<Integer> servers = new ArrayList<>();
        for (int i = 0; i < 10; i++) { // more than one socket's buffer holds
            servers.add(open());
        }
        int datagrams = 0;
        for (int burst = 0; burst < 2; burst++) {
            for (int server : servers) {
                for (int i = 0; i < 50; i++) {
                    send(client, at(server), "%02d".formatted(i) + "x".repeat(1_248));
                    datagrams++;
                }
            }
        }
        sockets.flush();
        long before = sockets.count(Count.RECEIVED);
        int[] answered = {0};
        sockets.receive(LONG, (socket, high, low, port, buffer, offset, length) -> {
            assertThat(text(buffer, offset, length))
                    .isEqualTo("%02d".formatted(answered[0]++ % 50) + "x".repeat(1_248));
            sockets.send(socket, buffer, offset, 2, high, low, port);
        });
        assertThat(sockets.count(Count.RECEIVED) - before).isEqualTo(datagrams);
        receive(datagrams);
        for (int server : servers) {
            assertThat(received.stream().filter(one -> one.from().equals(at(server))))
                    .extracting(Received::text)
                    .startsWith("00", "01", "02")
                    .endsWith("48", "49")
                    .hasSize(100);
        }
    }
}
