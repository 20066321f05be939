package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.edgeways.avedge.udp.PlainSockets;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.net.ProcessClock;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.engine.Credentials;
import org.edgeways.turn.engine.Forward;
import org.edgeways.turn.engine.PeerRules;
import org.edgeways.turn.engine.RelaySettings;
import org.edgeways.turn.engine.Transport;
import org.edgeways.turn.engine.TurnLimits;
import org.edgeways.turn.engine.TurnSettings;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One shard, whose thread is the test's. */
@Timeout(60)
class RelayShardTest {

    private static final byte[] BINDING = new StunWriter(StunClass.REQUEST, StunMethod.BINDING, new byte[12]).toBytes();

    /** A connection that keeps what it is sent. */
    private static class Connection implements ClientStream {
        final List<byte[]> sent = new ArrayList<>();
        private final TransportAddress address;

        Connection(int host) {
            address = TransportAddress.ipv4(0xc0000200 + host, 4000);
        }

        @Override
        public int listener() {
            return 0;
        }

        @Override
        public TransportAddress address() {
            return address;
        }

        @Override
        public boolean send(Forward forward, MemorySegment buffer) {
            return true;
        }

        @Override
        public void send(byte[] message) {
            sent.add(message);
        }

        @Override
        public void flush() {}

        @Override
        public void handled() {}

        @Override
        public void moveTo(RelayShard other, byte[] frame) {}

        @Override
        public void join(PeerLink peer, Runnable closed) {}

        @Override
        public void close(AvEdgeErrorCode why) {}

        @Override
        public void allocated(boolean is) {}
    }

    private final InMemoryCounters counters = new InMemoryCounters();

    private RelayShard shard() throws IOException {
        ProcessClock clock = new ProcessClock();
        return new RelayShard(
                new TurnSettings(
                        "example.org",
                        List.of(Transport.TCP),
                        new RelaySettings(
                                TransportAddress.ipv4(0xc0000263, 0), null, 50_000, 50_999, false, false, false, 0, 1),
                        TurnLimits.DEFAULTS,
                        Duration.ofHours(1),
                        false,
                        false),
                null,
                null,
                new RelayShard.Shared(
                        (username, now) -> new Credentials.Answer.Refused(TurnErrorCode.USER_UNKNOWN),
                        (username, client, now) -> null,
                        new PeerRules(List.of(), List.of()),
                        new byte[32],
                        new Random(1),
                        clock,
                        counters,
                        new AvEdgeLog(clock, counters)),
                new PlainSockets());
    }

    private static void frame(RelayShard shard, int handle) {
        assertThat(shard.frame(handle, MemorySegment.ofArray(BINDING), 0, BINDING.length))
                .isTrue();
    }

    @Test
    void aFrameIsNeverTakenForOneOfTheConnectionThatGetsTheHandleNext() throws IOException {
        RelayShard shard = shard();
        Connection before = new Connection(1);
        Connection after = new Connection(2);
        int handle = shard.streams().add(before);
        boolean[] came = {false};
        int busy = shard.streams().add(new Connection(3) {
            @Override
            public TransportAddress address() {
                if (!came[0]) { // while the shard takes frames out, the event loop goes on
                    came[0] = true;
                    frame(shard, handle);
                    shard.closed(handle);
                    var _ = shard.execute(now -> {
                        assertThat(shard.streams().add(after)).isEqualTo(handle);
                        var _ = shard.execute(then -> {
                            var _ = shard.execute(last -> shard.stop());
                        });
                    });
                }
                return super.address();
            }
        });
        frame(shard, busy);
        shard.run();
        assertThat(after.sent).as("answers to what another one has asked").isEmpty();
        assertThat(before.sent).as("answers").hasSize(1);
    }

    @Test
    void whatAShardBreaksAtIsDroppedAndCountedAndTheShardGoesOn() throws IOException {
        RelayShard shard = shard();
        int nowhere = 1_000; // no socket of this number was ever opened
        shard.refused(nowhere, 0, 0, 0, 3, 3, 0);
        shard.received(nowhere, 0, 0, 0, MemorySegment.ofArray(BINDING), 0, BINDING.length);
        var _ = shard.execute(now -> {
            throw new StackOverflowError("made by the test");
        });
        Connection client = new Connection(1);
        frame(shard, shard.streams().add(client));
        var _ = shard.execute(now -> {
            var _ = shard.execute(then -> shard.stop());
        });
        shard.run();
        assertThat(counters.value("av_edge_drops", "code", "av-edge-shard-failed"))
                .isEqualTo(3);
        assertThat(client.sent).as("answers").hasSize(1);
        assertThat(shard.hasEnded()).isTrue();
        assertThat(shard.execute(now -> {}))
                .as("what is asked of it afterwards")
                .isDone();
    }
}
