package org.edgeways.joining.engine;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.edgeways.base.Result;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.JoinErrorCode;

/**
 * Messages as bytes: length of what follows (4), type (1), then the fields, each with its length (2) before it; a list is a
 * field with its count (1) before it.
 */
final class JoinCodec {

    /** Longest message, without the four bytes of its length. */
    static final int MAX_BYTES = 16 * 1024;

    /** Most entries of a list. */
    static final int MAX_ENTRIES = 8;

    private static final int OPENING = 1;
    private static final int REQUEST = 2;
    private static final int WELCOME = 3;
    private static final int DONE = 4;
    private static final int REFUSED = 5;

    private JoinCodec() {}

    static byte[] encode(JoinMessage message) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        switch (message) {
            case JoinMessage.Opening opening -> {
                body.write(OPENING);
                field(body, HexFormat.of().parseHex(opening.enrolment()));
                field(body, opening.authority());
                field(body, opening.proof());
            }
            case JoinMessage.Request request -> {
                body.write(REQUEST);
                field(body, request.request());
                field(body, request.proof());
            }
            case JoinMessage.Welcome welcome -> {
                body.write(WELCOME);
                list(body, welcome.chain());
                list(body, welcome.snapshotKeys());
            }
            case JoinMessage.Done _ -> body.write(DONE);
            case JoinMessage.Refused refused -> {
                body.write(REFUSED);
                field(body, refused.code().code().getBytes(StandardCharsets.US_ASCII));
            }
        }
        if (body.size() > MAX_BYTES) {
            throw new IllegalArgumentException("a message of " + body.size() + " bytes is over the limit");
        }
        return ByteBuffer.allocate(Integer.BYTES + body.size())
                .putInt(body.size())
                .put(body.toByteArray())
                .array();
    }

    private static void list(ByteArrayOutputStream body, List<byte[]> entries) {
        if (entries.isEmpty() || entries.size() > MAX_ENTRIES) {
            throw new IllegalArgumentException("a list has 1 to " + MAX_ENTRIES + " entries");
        }
        body.write(entries.size());
        entries.forEach(entry -> field(body, entry));
    }

    private static void field(ByteArrayOutputStream body, byte[] value) {
        if (value.length > MAX_BYTES) {
            throw new IllegalArgumentException("a field of " + value.length + " bytes is over the limit");
        }
        body.write(value.length >> Byte.SIZE);
        body.write(value.length);
        body.writeBytes(value);
    }

    /** Reads a message, without the four bytes of its length. */
    static Result<JoinMessage> decode(byte[] bytes) {
        Reader reader = new Reader(bytes);
        JoinMessage message;
        try {
            message = switch (reader.one()) {
                case OPENING -> new JoinMessage.Opening(reader.enrolment(), reader.field(), reader.field());
                case REQUEST -> new JoinMessage.Request(reader.field(), reader.field());
                case WELCOME -> new JoinMessage.Welcome(reader.list(), reader.list());
                case DONE -> new JoinMessage.Done();
                case REFUSED -> new JoinMessage.Refused(reader.code());
                default -> throw new Unreadable();
            };
        } catch (Unreadable e) {
            return malformed(reader.at);
        }
        return reader.at == bytes.length ? Result.ok(message) : malformed(reader.at);
    }

    private static Result<JoinMessage> malformed(int offset) {
        return Result.bad(JoinErrorCode.MESSAGE_MALFORMED, offset, JoinErrorCode.MESSAGE_MALFORMED.meaning());
    }

    private static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable() {
            super(null, null, false, false);
        }
    }

    private static final class Reader {
        private final byte[] bytes;
        private int at;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        int one() throws Unreadable {
            if (at >= bytes.length) {
                throw new Unreadable();
            }
            return bytes[at++] & 0xff;
        }

        byte[] field() throws Unreadable {
            int length = one() << Byte.SIZE | one();
            if (length > bytes.length - at) {
                throw new Unreadable();
            }
            byte[] value = new byte[length];
            System.arraycopy(bytes, at, value, 0, length);
            at += length;
            return value;
        }

        List<byte[]> list() throws Unreadable {
            int count = one();
            if (count == 0 || count > MAX_ENTRIES) {
                throw new Unreadable();
            }
            List<byte[]> entries = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                entries.add(field());
            }
            return entries;
        }

        String enrolment() throws Unreadable {
            byte[] id = field();
            if (id.length * 2 != Bundle.ID_DIGITS) {
                throw new Unreadable();
            }
            return HexFormat.of().formatHex(id);
        }

        JoinErrorCode code() throws Unreadable {
            return JoinErrorCode.of(new String(field(), StandardCharsets.US_ASCII))
                    .orElse(JoinErrorCode.REFUSED);
        }
    }
}
