package org.edgeways.avedge;

import java.util.Locale;
import org.edgeways.base.Counters;
import org.edgeways.base.ErrorCode;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.engine.Output;
import org.edgeways.turn.engine.TurnEngine;

/** What one shard counts: numbers of its own, brought to the role's counters after each batch of packets. For its thread only. */
@SuppressWarnings("EnumOrdinal") // places in arrays, for this process only: nothing is looked up for a packet
final class ShardCounts {

    /** Which way a packet was relayed. */
    enum Direction {
        /** From a client to a peer's socket. */
        TO_PEER("to-peer"),
        /** From a peer's socket to a client. */
        TO_CLIENT("to-client"),
        /** From a client of this node to another one of it. */
        BETWEEN_CLIENTS("between-clients");

        private final String label;

        Direction(String label) {
            this.label = label;
        }
    }

    private static final Direction[] DIRECTIONS = Direction.values();
    private static final TurnErrorCode[] CODES = TurnErrorCode.values();
    private static final AvEdgeErrorCode[] OWN_CODES = AvEdgeErrorCode.values();

    private final Counters.Counter[] packets = new Counters.Counter[DIRECTIONS.length];
    private final Counters.Counter[] bytes = new Counters.Counter[DIRECTIONS.length];
    private final Counters.Counter[] codes = new Counters.Counter[CODES.length];
    private final Counters.Counter[] ownCodes = new Counters.Counter[OWN_CODES.length];
    private final Counters.Counter[] ended = new Counters.Counter[Output.EndReason.values().length];
    private final Counters.Counter allocated;
    private final long[] newPackets = new long[DIRECTIONS.length];
    private final long[] newBytes = new long[DIRECTIONS.length];
    private final long[] told = new long[CODES.length];
    private boolean codesChanged;

    ShardCounts(Counters counters) {
        for (Direction direction : DIRECTIONS) {
            packets[direction.ordinal()] = counters.counter("av_edge_packets", "direction", direction.label);
            bytes[direction.ordinal()] = counters.counter("av_edge_bytes", "direction", direction.label);
        }
        for (TurnErrorCode code : CODES) {
            codes[code.ordinal()] = counter(counters, code, code.status() > 0);
        }
        for (AvEdgeErrorCode code : OWN_CODES) {
            ownCodes[code.ordinal()] = counter(counters, code, false);
        }
        for (Output.EndReason reason : Output.EndReason.values()) {
            ended[reason.ordinal()] = counters.counter("av_edge_allocations_ended", "reason", label(reason));
        }
        allocated = counters.counter("av_edge_allocations_made");
    }

    /** As in the counters' label and in the log. */
    static String label(Output.EndReason reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Counters.Counter counter(Counters counters, ErrorCode code, boolean refusal) {
        return counters.counter(refusal ? "av_edge_refusals" : "av_edge_drops", "code", code.code());
    }

    /** A packet was relayed. */
    void relayed(Direction direction, long length) {
        newPackets[direction.ordinal()]++;
        newBytes[direction.ordinal()] += length;
    }

    /** The engine has refused or dropped something. */
    void codesChanged() {
        codesChanged = true;
    }

    /** The role itself has dropped something. From any thread. */
    void dropped(AvEdgeErrorCode code, long count) {
        ownCodes[code.ordinal()].add(count);
    }

    void allocated() {
        allocated.increment();
    }

    void ended(Output.EndReason reason) {
        ended[reason.ordinal()].increment();
    }

    /** Brings all to the counters. */
    void publish(TurnEngine engine) {
        for (int i = 0; i < DIRECTIONS.length; i++) {
            if (newPackets[i] > 0) {
                packets[i].add(newPackets[i]);
                bytes[i].add(newBytes[i]);
                newPackets[i] = 0;
                newBytes[i] = 0;
            }
        }
        if (!codesChanged) {
            return;
        }
        codesChanged = false;
        for (TurnErrorCode code : CODES) {
            long now = engine.count(code);
            long before = told[code.ordinal()];
            if (now > before) {
                codes[code.ordinal()].add(now - before);
                told[code.ordinal()] = now;
            }
        }
    }
}
