package org.edgeways.turn.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Mobility tickets (RFC 8016 section 3): which allocation, how often it has moved, and a keyed hash of both and of the user's
 * name, so that a ticket is of use only to the user that it was given to.
 */
final class Tickets {

    private static final int CONTENT_BYTES = Long.BYTES + Integer.BYTES;
    private static final int HASH_BYTES = 16;

    private final SecretKeySpec key;

    Tickets(byte[] key) {
        this.key = new SecretKeySpec(key, "HmacSHA256");
    }

    /**
     * What a good ticket says.
     *
     * @param moves how often the allocation had moved when the ticket was made
     */
    record Ticket(long allocation, int moves) {}

    byte[] create(Allocation allocation) {
        return write(allocation.id, allocation.moves, allocation.username);
    }

    private byte[] write(long id, int moves, String username) {
        byte[] content =
                ByteBuffer.allocate(CONTENT_BYTES).putLong(id).putInt(moves).array();
        byte[] name = username.getBytes(StandardCharsets.UTF_8);
        byte[] hash = Nonces.hash(
                key,
                ByteBuffer.allocate(1 + CONTENT_BYTES + name.length)
                        .put((byte) 't')
                        .put(content)
                        .put(name)
                        .array());
        return ByteBuffer.allocate(CONTENT_BYTES + HASH_BYTES)
                .put(content)
                .put(hash, 0, HASH_BYTES)
                .array();
    }

    /** Null if it is not one of ours for that user. */
    @Nullable
    Ticket read(byte[] bytes, String username) {
        if (bytes.length != CONTENT_BYTES + HASH_BYTES) {
            return null;
        }
        ByteBuffer content = ByteBuffer.wrap(bytes);
        Ticket ticket = new Ticket(content.getLong(), content.getInt());
        byte[] expected = write(ticket.allocation(), ticket.moves(), username);
        return MessageDigest.isEqual(
                        Arrays.copyOfRange(expected, CONTENT_BYTES, expected.length),
                        Arrays.copyOfRange(bytes, CONTENT_BYTES, bytes.length))
                ? ticket
                : null;
    }
}
