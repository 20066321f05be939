package org.edgeways.pool.engine;

/**
 * A message (RFC 3428) that waits for a device of its recipient.
 *
 * @param id given by the store, rising in the order in which messages were stored; 0 before it is stored
 * @param recipient the recipient's address of record, such as {@code sip:bob@acorn.example}
 * @param identity what makes it the same message when it comes again: Call-ID, CSeq number and From tag
 * @param storedAt when it came, nanoseconds since 1970
 * @param request the whole request, ready to be parsed and sent again; do not change it
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way to and from a file, never compared
public record StoredMessage(long id, String recipient, String identity, long storedAt, byte[] request) {

    /** Its size in bytes, as the limits count. */
    public int size() {
        return request.length;
    }
}
