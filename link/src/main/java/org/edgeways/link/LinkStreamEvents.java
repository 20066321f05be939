package org.edgeways.link;

import io.netty.buffer.ByteBuf;
import org.edgeways.link.engine.LinkErrorCode;

/**
 * What happens on a stream that the edge opened. Calls come on the event loop of the stream, except that
 * {@link #failed} before {@link #opened} may come on another one; they must not block.
 */
public interface LinkStreamEvents {

    /** The head of the request is on its way. The head of the response is read for without asking. */
    void opened(LinkStream stream);

    /** The head of the response came. */
    void answered(LinkResponse head);

    /**
     * Some of the response's body came. One {@link LinkStream#read} may bring up to 16 parts of at most 16 KiB.
     *
     * @param data to be released by the taker
     */
    void received(ByteBuf data);

    /** The response is whole. Nothing comes after this. */
    void ended();

    /** More may be sent. */
    void writable();

    /**
     * The stream could not be opened, or was broken off. Nothing comes after this.
     *
     * @param code {@link LinkErrorCode#NOT_PROCESSED} if nothing can have been done about the request
     * @param reason for a person
     */
    void failed(LinkErrorCode code, String reason);
}
