package org.edgeways.joining.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.edgeways.base.Result;
import org.edgeways.joining.JoinErrorCode;
import org.jspecify.annotations.Nullable;

/** Cuts what comes into messages. What is kept is never more than one message and what came with it. */
final class JoinReader {

    private byte[] waiting = {};

    void add(byte[] bytes) {
        int before = waiting.length;
        waiting = Arrays.copyOf(waiting, before + bytes.length);
        System.arraycopy(bytes, 0, waiting, before, bytes.length);
    }

    /** The next message, once it is there whole; null until then. A length over the limit is refused at once. */
    @Nullable
    Result<JoinMessage> next() {
        if (waiting.length < Integer.BYTES) {
            return null;
        }
        int length = ByteBuffer.wrap(waiting).getInt();
        if (length < 1 || length > JoinCodec.MAX_BYTES) {
            return Result.bad(JoinErrorCode.MESSAGE_TOO_LONG, 0, length + " bytes, at most " + JoinCodec.MAX_BYTES);
        }
        int end = Integer.BYTES + length;
        if (waiting.length < end) {
            return null;
        }
        byte[] message = Arrays.copyOfRange(waiting, Integer.BYTES, end);
        waiting = Arrays.copyOfRange(waiting, end, waiting.length);
        return JoinCodec.decode(message);
    }
}
