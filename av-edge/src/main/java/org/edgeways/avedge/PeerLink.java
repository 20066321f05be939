package org.edgeways.avedge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/** A TCP connection to a peer, and, once it has taken it over, the client's that it is joined to (RFC 6062 section 4.4). */
final class PeerLink {

    private final Pipe toClient;
    private final Pipe toPeer;
    private volatile @Nullable Channel peer;
    private volatile @Nullable Channel client;
    private volatile boolean closed;

    /** @param charge asks for what has passed to be charged, from any thread */
    PeerLink(Runnable charge) {
        toClient = new Pipe(charge);
        toPeer = new Pipe(charge);
    }

    /** What the peer's connection ends with. */
    ChannelHandler peerHandler() {
        return toClient;
    }

    /** The peer's connection, before anything else is called. */
    void peer(Channel connection) {
        peer = connection;
    }

    /** What has passed from the client. */
    Pipe toPeer() {
        return toPeer;
    }

    /** What has passed to the client. */
    Pipe toClient() {
        return toClient;
    }

    /**
     * Joins a client's connection; on its event loop.
     *
     * @param handler of it, in whose place bytes are passed on from now on
     * @param held what has come already behind the request
     */
    void join(Channel connection, ChannelHandler handler, @Nullable ByteBuf held) {
        Channel other = peer;
        if (other == null || closed || !connection.isActive()) {
            if (held != null) {
                held.release();
            }
            close();
            var _ = connection.close();
            return;
        }
        client = connection;
        connection.config().setAutoRead(false);
        toPeer.join(connection, other, toClient);
        toClient.join(other, connection, toPeer);
        connection.pipeline().replace(handler, "pipe", toPeer);
        if (held != null) {
            ChannelHandlerContext context = connection.pipeline().context(toPeer);
            toPeer.channelRead(context, held);
        }
        toPeer.more();
        toClient.more();
        if (closed || !other.isActive()) { // meanwhile
            close();
        }
    }

    /** Closes both connections at once. */
    void close() {
        closed = true;
        close(peer);
        close(client);
    }

    private static void close(@Nullable Channel connection) {
        if (connection != null) {
            var _ = connection.close();
        }
    }
}
