package org.edgeways.tokens;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.edgeways.base.Result;

/** Reads what {@link TokenWriter} wrote. */
final class TokenReader {

    /** The content ends too early or is not what the writer writes. */
    private static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unreadable() {
            super(null, null, false, false);
        }
    }

    private final byte[] bytes;
    private int at;

    private TokenReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Reads the whole of {@code bytes} with {@code reading}; anything missing or left over is an error value. */
    static <T> Result<T> read(byte[] bytes, Function<TokenReader, T> reading) {
        TokenReader reader = new TokenReader(bytes);
        try {
            T value = reading.apply(reader);
            if (reader.at == bytes.length) {
                return Result.ok(value);
            }
        } catch (Unreadable unreadable) {
            // answered below, with the place where it ended
        }
        return Result.bad(TokensErrorCode.TOKEN_CONTENT_UNREADABLE, reader.at, "the content ends at the wrong place");
    }

    long number() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (at >= bytes.length) {
                throw new Unreadable();
            }
            byte next = bytes[at++];
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new Unreadable();
    }

    /** A count of things that take at least one byte each. */
    int count() {
        long count = number();
        if (count < 0 || count > bytes.length - at) {
            throw new Unreadable();
        }
        return (int) count;
    }

    String text() {
        int length = count();
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }
}
