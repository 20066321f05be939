package org.edgeways.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is kept of answered INVITEs (RFC 6026) takes no room from new requests, and has a limit of its own. */
class AcceptedInvitesTest {

    private static final String FORGOTTEN = "sip_accepted_invites_forgotten";

    private int number;

    private ServerTransaction invite(LayerBench bench, Origin from) {
        String transport = from.reliable() ? "TLS" : "UDP";
        bench.layer.receive(
                Messages.request("INVITE", "sip:bob@acorn.example", transport, "z9hG4bK" + ++number),
                from,
                bench.clock.now());
        return bench.requests.getLast();
    }

    private ServerTransaction answered(LayerBench bench, Origin from) {
        ServerTransaction invite = invite(bench, from);
        bench.respond(invite, 200);
        bench.wire.take();
        return invite;
    }

    private ServerTransaction answered(LayerBench bench, int flow) {
        return answered(bench, Origin.connection(new Flow(flow)));
    }

    /** The transactions that began and did not end. */
    private static long kept(LayerBench bench, String side) {
        return bench.counters.value("sip_transactions_started", "side", side)
                - bench.counters.value("sip_transactions_ended", "side", side);
    }

    private static long refused(LayerBench bench) {
        return bench.counters.value("sip_transactions_refused", "code", "sip-transactions-too-many")
                + bench.counters.value("sip_transactions_refused", "code", "sip-flow-transactions-too-many");
    }

    @Test
    void answeredInvitesTakeNoRoomFromNewRequests() {
        LayerBench bench = new LayerBench(true, new SipEngineLimits(2, 2, 100, 100, 100, 10, 5));
        for (int i = 0; i < 50; i++) {
            answered(bench, 1);
        }
        assertThat(refused(bench)).isZero();
        invite(bench, Origin.connection(new Flow(1)));
        invite(bench, Origin.connection(new Flow(1)));
        assertThat(bench.requests).hasSize(52);
        invite(bench, Origin.connection(new Flow(1)));
        assertThat(bench.requests).hasSize(52);
        assertThat(bench.wire.one().status()).isEqualTo(503);
    }

    @Test
    void theLastAnsweredInviteIsKeptAndForTheNextTheOldestIsForgotten() {
        LayerBench bench = new LayerBench(true, new SipEngineLimits(9, 9, 9, 3, 9, 10, 5));
        List<ServerTransaction> invites = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            invites.add(answered(bench, i));
        }
        for (ServerTransaction invite : invites) {
            assertThat(bench.respond(invite, 200)).as("the 2xx comes again").isTrue();
        }
        invites.add(answered(bench, 4));
        assertThat(bench.counters.value(FORGOTTEN, "side", "server")).isEqualTo(1);
        bench.wire.take();
        assertThat(bench.respond(invites.getFirst(), 200)).isFalse();
        assertThat(bench.wire.take()).isEmpty();
        for (ServerTransaction invite : invites.subList(1, 4)) {
            assertThat(bench.respond(invite, 200)).isTrue();
        }
        assertThat(kept(bench, "server")).isEqualTo(3);
    }

    @Test
    void theAckOfAForgottenInviteGoesOnAllTheSame() {
        LayerBench bench = new LayerBench(true, new SipEngineLimits(9, 9, 9, 1, 9, 10, 5));
        ServerTransaction first = answered(bench, 7);
        answered(bench, 7);
        bench.takeHeard();
        bench.receive(Messages.ack(first.request()));
        assertThat(bench.takeHeard()).containsExactly("acknowledged@0");
    }

    @Test
    void aConnectionWithManyAnsweredInvitesForgetsItsOwnOnly() {
        LayerBench bench = new LayerBench(true, new SipEngineLimits(9, 9, 9, 100, 2, 10, 5));
        ServerTransaction other = answered(bench, 1);
        ServerTransaction oldest = answered(bench, 2);
        ServerTransaction second = answered(bench, 2);
        assertThat(bench.respond(oldest, 200)).isTrue();
        ServerTransaction newest = answered(bench, 2);
        assertThat(bench.respond(oldest, 200)).isFalse();
        for (ServerTransaction kept : List.of(other, second, newest)) {
            assertThat(bench.respond(kept, 200)).isTrue();
        }
    }

    @Test
    void aTrunkHasNoLimitOfItsOwnForThem() {
        LayerBench bench = new LayerBench(true, new SipEngineLimits(9, 9, 9, 100, 2, 10, 5));
        for (int i = 0; i < 50; i++) {
            answered(bench, Origin.service(new Flow(1), "edge1"));
        }
        assertThat(kept(bench, "server")).isEqualTo(50);
        assertThat(refused(bench)).isZero();
    }

    /** A retransmission of the INVITE would be taken for another call. */
    @Test
    void anInviteOverUdpIsNotForgottenAndCountsAsATransaction() {
        LayerBench bench = new LayerBench(false, new SipEngineLimits(2, 9, 9, 1, 1, 10, 5));
        Origin caller = Origin.datagrams(new Flow(1));
        answered(bench, caller);
        answered(bench, caller);
        assertThat(bench.counters.value(FORGOTTEN, "side", "server")).isZero();
        invite(bench, caller);
        assertThat(bench.requests).hasSize(2);
        assertThat(bench.wire.one().status()).isEqualTo(503);
        bench.pass(32_000);
        answered(bench, caller);
        assertThat(bench.requests).hasSize(3);
    }

    @Test
    void ourOwnAnsweredInvitesTakeNoRoomAndTheOldestIsForgotten() {
        LayerBench bench = new LayerBench(true, new SipEngineLimits(9, 9, 2, 3, 9, 10, 5));
        SplittableRandom random = new SplittableRandom(3);
        List<SipMessage> sent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sent.add(sendInvite(bench, random));
            bench.receive(Messages.response(sent.getLast(), 200));
        }
        bench.takeHeard();
        assertThat(bench.counters.value("sip_transactions_refused", "code", "sip-client-transactions-too-many"))
                .isZero();
        assertThat(bench.counters.value(FORGOTTEN, "side", "client")).isEqualTo(17);
        assertThat(kept(bench, "client")).isEqualTo(3);
        bench.receive(Messages.response(sent.get(16), 200));
        assertThat(bench.takeHeard()).as("forgotten").isEmpty();
        assertThat(bench.counters.value("sip_responses_stray")).isEqualTo(1);
        bench.receive(Messages.response(sent.get(17), 200));
        assertThat(bench.takeHeard()).containsExactly("response 200@0");
        sendInvite(bench, random);
        sendInvite(bench, random);
        sendInvite(bench, random);
        bench.pass(0);
        assertThat(bench.takeHeard()).containsExactly("failed 480@0");
    }

    private static SipMessage sendInvite(LayerBench bench, SplittableRandom random) {
        SipMessage request = Messages.request("INVITE");
        request.setTopVia(request.topVia().with("branch", Branches.create(0, random)));
        bench.layer.send(request, LayerBench.TO, bench.clock.now());
        bench.wire.take();
        return request;
    }

    /** 4,000 calls a second on 200 connections, for longer than an answered INVITE stays: 20 a second on each. */
    @Test
    @Tag("long")
    void manyCallsASecondAreNeverRefusedAndWhatIsKeptIsBounded() {
        SipEngineLimits limits = SipEngineLimits.DEFAULT;
        LayerBench bench = new LayerBench(true, limits);
        for (int tick = 0; tick < 35_000 / 5; tick++) {
            for (int i = 0; i < 20; i++) {
                answered(bench, 1 + number % 200);
            }
            bench.requests.clear();
            bench.heard.clear();
            bench.pass(5);
            assertThat(kept(bench, "server")).isLessThanOrEqualTo(limits.acceptedInvites());
        }
        assertThat(refused(bench)).isZero();
        assertThat(kept(bench, "server")).isEqualTo(limits.acceptedInvites());
        bench.pass(32_000);
        assertThat(kept(bench, "server")).isZero();
        assertThat(bench.idle()).isTrue();
    }

    /** Connections close, INVITEs are answered, refused or wait, time passes: at the end nothing is left. */
    @Test
    void inAnyOrderOfEventsTheLimitsHoldAndNothingIsLeftOver() {
        for (int seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            SipEngineLimits limits = new SipEngineLimits(6, 3, 9, 5, 2, 10, 5);
            LayerBench bench = new LayerBench(true, limits);
            Deque<ServerTransaction> open = new ArrayDeque<>();
            for (int step = 0; step < 300; step++) {
                switch (random.nextInt(6)) {
                    case 0, 1 -> {
                        int before = bench.requests.size();
                        invite(bench, Origin.connection(new Flow(1 + random.nextInt(4))));
                        if (bench.requests.size() > before) {
                            open.add(bench.requests.getLast());
                        }
                    }
                    case 2, 3 -> {
                        if (!open.isEmpty()) {
                            bench.respond(open.poll(), 200);
                        }
                    }
                    case 4 -> bench.pass(random.nextInt(8_000));
                    default -> {
                        Flow closed = new Flow(1 + random.nextInt(4));
                        bench.layer.flowClosed(closed, bench.clock.now());
                        open.removeIf(invite -> invite.flow().equals(closed));
                    }
                }
                assertThat(kept(bench, "server"))
                        .as("seed %d, step %d", seed, step)
                        .isBetween((long) open.size(), (long) open.size() + limits.acceptedInvites());
                assertThat(open.size()).isLessThanOrEqualTo(limits.serverTransactions());
            }
            open.forEach(invite -> bench.respond(invite, 200));
            bench.pass(32_000);
            assertThat(kept(bench, "server")).as("seed %d", seed).isZero();
            assertThat(bench.idle()).as("seed %d", seed).isTrue();
        }
    }
}
