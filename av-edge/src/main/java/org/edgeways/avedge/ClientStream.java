package org.edgeways.avedge;

import java.lang.foreign.MemorySegment;
import org.edgeways.turn.engine.Forward;
import org.edgeways.turn.stun.TransportAddress;

/** A client's connection, as its shard sees it. Called from the shard's thread. */
interface ClientStream {

    /** Which of the engine's listeners it is of. */
    int listener();

    /** The client. */
    TransportAddress address();

    /** Sends header, payload and padding of data, if the client reads as fast as it comes. */
    boolean send(Forward forward, MemorySegment buffer);

    /** Sends an answer; closes the connection if the client does not read its answers. */
    void send(byte[] message);

    /** Sends what was written. */
    void flush();

    /**
     * The shard has done what a ConnectionBind, or a request that names another shard, asked for; if it is not joined, what comes
     * behind it are frames.
     */
    void handled();

    /** It is another shard's from now on, which is to handle the frame. */
    void moveTo(RelayShard other, byte[] frame);

    /**
     * What comes behind the frame that was handled last are a peer's bytes, and what the peer sends is the client's.
     *
     * @param closed is told when the connection is closed
     */
    void join(PeerLink peer, Runnable closed);

    /** Closes it, and counts why. From any thread. */
    void close(AvEdgeErrorCode why);

    /** Whether the client has an allocation; a connection without one is closed after a time. */
    void allocated(boolean is);
}
