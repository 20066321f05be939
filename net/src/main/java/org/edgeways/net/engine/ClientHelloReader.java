package org.edgeways.net.engine;

import java.util.Arrays;
import org.edgeways.base.Result;
import org.edgeways.net.NetErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Puts a ClientHello together from the first TLS records of a connection, however they are cut, within a bound on what
 * is read and held. Not safe for use by several threads.
 */
public final class ClientHelloReader {

    /** Longest beginning of a connection, in bytes, that a ClientHello may take; those of browsers have about 2,000. */
    public static final int DEFAULT_LIMIT_BYTES = 16 * 1024;

    private static final int HANDSHAKE_RECORD = 22;
    private static final int MAJOR_VERSION = 3;
    private static final int RECORD_HEADER = 5;
    private static final int MAX_FRAGMENT = 1 << 14;
    private static final int MESSAGE_HEADER = 4;
    private static final int CLIENT_HELLO = 1;

    /** How far it has come. */
    public sealed interface Progress {
        /** More bytes are needed. */
        record More() implements Progress {}

        /** It is whole. */
        record Complete(ClientHello hello) implements Progress {}

        /**
         * It is none, or longer than the limit.
         *
         * @param offset bytes of the connection that were read before it was seen
         */
        record Bad(NetErrorCode code, int offset, String reason) implements Progress {}
    }

    private final int limit;
    private final byte[] header = new byte[RECORD_HEADER];
    private int headerHeld;
    private int fragmentLeft;
    private byte[] message = new byte[512];
    private int held;
    private int read;
    private @Nullable Progress end;

    /** @param limitBytes of all that is read, at least 64 */
    public ClientHelloReader(int limitBytes) {
        if (limitBytes < 64) {
            throw new IllegalArgumentException("limit of a ClientHello: " + limitBytes);
        }
        this.limit = limitBytes;
    }

    /** Takes the next bytes. Those after the end of the ClientHello are not looked at; after the end nothing changes. */
    public Progress feed(byte[] bytes, int offset, int length) {
        int at = offset;
        int after = offset + length;
        while (end == null && at < after) {
            if (read >= limit) {
                end = tooLong();
            } else if (fragmentLeft == 0) {
                header[headerHeld] = bytes[at];
                headerHeld++;
                at++;
                read++;
                if (headerHeld == RECORD_HEADER) {
                    end = beginFragment();
                }
            } else {
                int taken = Math.min(Math.min(fragmentLeft, after - at), Math.min(limit - read, wanted()));
                hold(bytes, at, taken);
                at += taken;
                read += taken;
                fragmentLeft -= taken;
                end = whole();
            }
        }
        return end == null ? new Progress.More() : end;
    }

    private @Nullable Progress beginFragment() {
        headerHeld = 0;
        if (header[0] != HANDSHAKE_RECORD || header[1] != MAJOR_VERSION) {
            return malformed("no handshake record of TLS");
        }
        fragmentLeft = (header[3] & 0xff) << 8 | header[4] & 0xff;
        if (fragmentLeft == 0 || fragmentLeft > MAX_FRAGMENT) {
            return malformed("length of a record");
        }
        return null;
    }

    private void hold(byte[] bytes, int at, int count) {
        if (held + count > message.length) {
            message = Arrays.copyOf(message, Math.max(held + count, Math.min(limit, 2 * message.length)));
        }
        System.arraycopy(bytes, at, message, held, count);
        held += count;
    }

    /** How many bytes of the message are taken next: never past its end, so that it matters not how they were cut. */
    private int wanted() {
        if (held == 0) {
            return 1;
        }
        return (held < MESSAGE_HEADER ? MESSAGE_HEADER : length()) - held;
    }

    private int length() {
        return MESSAGE_HEADER + ((message[1] & 0xff) << 16 | (message[2] & 0xff) << 8 | message[3] & 0xff);
    }

    private @Nullable Progress whole() {
        if (message[0] != CLIENT_HELLO) {
            return malformed("no ClientHello");
        }
        if (held < MESSAGE_HEADER) {
            return null;
        }
        int length = length();
        if (length > limit) {
            return tooLong();
        }
        if (held < length) {
            return null;
        }
        if (fragmentLeft > 0) {
            return malformed("something follows the ClientHello in its record");
        }
        return switch (ClientHelloParser.parse(message, MESSAGE_HEADER, length)) {
            case Result.Ok<ClientHello>(ClientHello hello) -> new Progress.Complete(hello);
            case Result.Bad<ClientHello> bad -> malformed(bad.reason());
        };
    }

    private Progress malformed(String reason) {
        return new Progress.Bad(NetErrorCode.CLIENT_HELLO_MALFORMED, read, reason);
    }

    private Progress tooLong() {
        return new Progress.Bad(NetErrorCode.CLIENT_HELLO_TOO_LONG, read, "longer than " + limit + " bytes");
    }
}
