package org.edgeways.pool.messages;

/** What came of a message that was to be kept. */
public sealed interface Appended {

    /** It is on the disk: the sender may be told so. */
    record Stored(long id) implements Appended {}

    /** The same message waits on the disk already, under this id: the sender may be told so again. */
    record AlreadyStored(long id) implements Appended {}

    /** A limit is reached; nothing was kept. */
    record Refused(MessageErrorCode code) implements Appended {}
}
