package org.edgeways.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;

/** A stream that the edge opened. To be used on its event loop only. */
public interface LinkStream {

    /** The event loop that everything about this stream happens on. */
    EventLoop loop();

    /**
     * Sends a part of the request's body. Takes over {@code data}.
     *
     * @param last true for the last part, which may be empty
     */
    void send(ByteBuf data, boolean last);

    /** True while more should be sent; when it becomes true again, {@link LinkStreamEvents#writable} tells. */
    boolean isWritable();

    /** Asks for more of the response's body, and says that what came before has been dealt with. */
    void read();

    /** Breaks the stream off; {@link LinkStreamEvents#failed} tells so unless the response was whole. */
    void cancel();
}
