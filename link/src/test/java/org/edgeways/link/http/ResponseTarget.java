package org.edgeways.link.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Any bytes as what an origin answers, whole and in pieces: nothing throws, both readings are the same, what is passed on is
 * clean, nothing comes after the end, and every buffer is released. The first byte says what was asked and how it is cut.
 */
public final class ResponseTarget {

    /** What one reading gave: events in words, bodies that follow each other as one. */
    private static final class Reading {
        private final boolean toWebSocket;
        private final List<String> said = new ArrayList<>();
        private final StringBuilder body = new StringBuilder();
        private long announced = -1;
        private boolean headed;
        private boolean over;

        Reading(boolean toWebSocket) {
            this.toWebSocket = toWebSocket;
        }

        void take(ResponseReader.Event event) {
            that(!over, "something came after the end");
            switch (event) {
                case ResponseReader.Event.Head head -> head(head);
                case ResponseReader.Event.Body(ByteBuf data) -> {
                    that(headed, "a body came before the head");
                    body.append(data.toString(StandardCharsets.ISO_8859_1));
                    data.release(); // the bytes are still held by what was read: see below
                    that(announced < 0 || body.length() <= announced, "a body is longer than it said");
                }
                case ResponseReader.Event.End end -> {
                    that(headed, "an end came before the head");
                    that(announced < 0 || body.length() == announced, "a body is shorter than it said");
                    over = true;
                }
                case ResponseReader.Event.Failed failed -> over = true;
            }
            if (!(event instanceof ResponseReader.Event.Body)) {
                said.add(event.toString());
            }
        }

        private void head(ResponseReader.Event.Head head) {
            that(!headed, "two final heads");
            headed = true;
            over = head.last();
            that(
                    head.status() >= 200 && head.status() <= 599 || head.status() == 101 && toWebSocket,
                    "a status that ends nothing");
            for (HeaderField field : head.fields()) {
                that(FieldRules.isName(field.name()) && FieldRules.isValue(field.value()), "an unclean field");
                that(
                        !field.name().equals("connection") && !field.name().equals("transfer-encoding"),
                        "a field of the connection");
                if (field.name().equals("content-length") && !head.last()) {
                    that(announced < 0, "two lengths");
                    announced = FieldRules.length(field.value());
                }
            }
        }
    }

    private ResponseTarget() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        int how = data.length == 0 ? 0 : data[0] & 0xFF;
        boolean toHead = (how & 1) != 0;
        boolean toWebSocket = (how & 2) != 0;
        int piece = 1 + (how >> 2);
        Reading whole = read(data, Integer.MAX_VALUE, toHead, toWebSocket);
        Reading pieces = read(data, piece, toHead, toWebSocket);
        that(whole.said.equals(pieces.said), "read in pieces it is something else: " + whole.said + ", " + pieces.said);
        that(whole.body.compareTo(pieces.body) == 0, "read in pieces the body is another");
        that(whole.over, "no end after the origin has closed");
    }

    private static Reading read(byte[] data, int piece, boolean toHead, boolean toWebSocket) {
        ResponseReader reader = new ResponseReader(toHead, toWebSocket);
        Reading reading = new Reading(toWebSocket);
        for (int at = 1; at < data.length; at += Math.min(piece, data.length - at)) {
            ByteBuf in = Unpooled.copiedBuffer(data, at, Math.min(piece, data.length - at));
            reader.read(in, reading::take);
            that(!in.isReadable(), "some was not read");
            that(in.release(), "somebody holds what was read");
        }
        reader.closed(reading.over ? event -> that(false, "something came after the end") : reading::take);
        return reading;
    }

    private static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
