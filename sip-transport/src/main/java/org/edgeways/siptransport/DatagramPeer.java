package org.edgeways.siptransport;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.edgeways.sip.transaction.Flow;

/**
 * SIP over UDP (RFC 3261 section 18) with one other element, inside. The socket is connected, so that the system drops what
 * comes from elsewhere. Every message goes to that one address, responses too, whatever their Via says: the other element
 * sends from where it listens. That nobody listens there is counted; requests end by their timers.
 */
public final class DatagramPeer implements AutoCloseable {

    /** The greatest payload of a datagram. */
    private static final int MOST_BYTES = 65_535;

    private static final int KEEP_ALIVE_BYTES = 4;
    private static final int CLOSE_MILLIS = 3_000;

    private static final ChannelSipConnection.Packing PACKING = new ChannelSipConnection.Packing() {
        @Override
        public Object pack(Channel channel, byte[] message) {
            return Unpooled.wrappedBuffer(message);
        }

        @Override
        public boolean joins() {
            return false;
        }

        @Override
        public Object farewell(Channel channel) {
            return Unpooled.EMPTY_BUFFER;
        }
    };

    private final Channel channel;
    private final ChannelSipConnection connection;

    private DatagramPeer(Channel channel, ChannelSipConnection connection) {
        this.channel = channel;
        this.connection = connection;
    }

    /**
     * Opens the socket. Blocks: not for an event loop.
     *
     * @param name for log and counters
     * @param local where the other element sends to; port 0 takes a free one
     * @param remote the other element, resolved
     * @throws IOException if the address cannot be had
     */
    public static DatagramPeer open(
            TransportContext context,
            String name,
            InetSocketAddress local,
            InetSocketAddress remote,
            SipConnectionSettings settings,
            SipConnectionEvents events)
            throws IOException {
        ConnectionSetup setup = ConnectionSetup.of(context, name, SipTransport.UDP, false, settings, events);
        ChannelFuture bound = new Bootstrap()
                .group(context.loops().loop(0))
                .channel(NioDatagramChannel.class)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MOST_BYTES))
                .handler(new ChannelInitializer<NioDatagramChannel>() {
                    @Override
                    protected void initChannel(NioDatagramChannel fresh) {
                        // what handles comes when it is connected
                    }
                })
                .localAddress(local)
                .remoteAddress(remote)
                .connect()
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            Throwable cause = bound.cause();
            throw new IOException(
                    name + " cannot use UDP at " + local + ": "
                            + (cause == null ? "cancelled" : String.valueOf(cause.getMessage())),
                    cause);
        }
        Channel channel = bound.channel();
        ChannelSipConnection connection = new ChannelSipConnection(setup, channel, PACKING, null);
        channel.eventLoop()
                .submit(() -> {
                    connection.open();
                    channel.pipeline().addLast(new Datagrams(connection));
                })
                .awaitUninterruptibly();
        return new DatagramPeer(channel, connection);
    }

    /** What names this pair of addresses as a destination. */
    public Flow flow() {
        return connection.flow();
    }

    /** Where it listens, with the port that was found. */
    public InetSocketAddress localAddress() {
        return connection.localAddress();
    }

    /** Closes the socket. */
    @Override
    public void close() {
        connection.close(TransportErrorCode.SHUT_DOWN);
        channel.closeFuture().awaitUninterruptibly(CLOSE_MILLIS);
    }

    /** Takes each datagram for one message. */
    private static final class Datagrams extends SimpleChannelInboundHandler<DatagramPacket> {

        private final ChannelSipConnection connection;

        Datagrams(ChannelSipConnection connection) {
            this.connection = connection;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            connection.heard();
            int length = packet.content().readableBytes();
            if (length <= KEEP_ALIVE_BYTES) {
                return; // RFC 5626 section 3.5.1 and what servers send to keep a mapping: nothing to answer
            }
            connection.message(ByteBufUtil.getBytes(packet.content()));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // nobody listens there at the moment
            connection.unsent();
        }
    }
}
