package org.edgeways.net.port;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.edgeways.net.Admission;
import org.edgeways.net.SocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on one address for the protocols of a {@link ProtocolTable} and hands each connection to the one that it is for.
 */
public final class SharedListener implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SharedListener.class);
    private static final int BACKLOG = 1024;
    private static final int CLOSE_MILLIS = 3_000;

    private final ListenerSettings settings;
    private final Channel server;
    private final ChannelGroup accepted;
    private final AtomicBoolean closing;

    private SharedListener(ListenerSettings settings, Channel server, ChannelGroup accepted, AtomicBoolean closing) {
        this.settings = settings;
        this.server = server;
        this.accepted = accepted;
        this.closing = closing;
    }

    /**
     * Opens a listener; when this returns, it listens. Blocks: not for an event loop.
     *
     * @param protocols may change while it listens
     * @throws IOException if the address cannot be had
     */
    public static SharedListener open(
            PortContext context, ListenerSettings settings, ProtocolTable protocols, PortEvents events)
            throws IOException {
        ChannelGroup accepted = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
        AtomicBoolean closing = new AtomicBoolean();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(context.loops().acceptors(), context.loops().workers())
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel, context, settings, protocols, events, accepted, closing);
                    }
                });
        SocketOptions.child(bootstrap);
        ChannelFuture bound = bootstrap.bind(settings.address()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            Throwable cause = bound.cause();
            throw new IOException(
                    settings.name() + " cannot listen on " + text(settings.address()) + ": "
                            + (cause == null ? "cancelled" : String.valueOf(cause.getMessage())),
                    cause);
        }
        SharedListener listener = new SharedListener(settings, bound.channel(), accepted, closing);
        LOG.info(
                "event=net-listening code=ok listener={} address={} protocols={}",
                settings.name(),
                text(listener.localAddress()),
                String.join(",", protocols.names()));
        return listener;
    }

    /**
     * Opens a listener on each of several addresses ({@link ListenAddresses#once}), all for the same.
     *
     * @param addresses at least one; one with port 0 takes the port that the first has got
     * @throws IOException if one of the addresses cannot be had; then none is open
     */
    public static List<SharedListener> openAll(
            PortContext context,
            String name,
            List<InetSocketAddress> addresses,
            Admission admission,
            ProtocolTable protocols,
            PortEvents events)
            throws IOException {
        List<SharedListener> opened = new ArrayList<>();
        boolean whole = false;
        try {
            for (InetSocketAddress address : ListenAddresses.once(addresses)) {
                int port = address.getPort() == 0 && !opened.isEmpty()
                        ? opened.getFirst().localAddress().getPort()
                        : address.getPort();
                opened.add(open(
                        context,
                        new ListenerSettings(name, new InetSocketAddress(address.getAddress(), port), admission),
                        protocols,
                        events));
            }
            whole = true;
            return opened;
        } finally {
            if (!whole) {
                opened.forEach(SharedListener::close);
            }
        }
    }

    /** Address and port as people write them, without the slash of {@link InetSocketAddress#toString}. */
    private static String text(InetSocketAddress address) {
        String host = address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    private static void accept(
            SocketChannel channel,
            PortContext context,
            ListenerSettings settings,
            ProtocolTable protocols,
            PortEvents events,
            ChannelGroup accepted,
            AtomicBoolean closing) {
        InetSocketAddress remote = channel.remoteAddress();
        if (remote == null) {
            var _ = channel.close();
            return;
        }
        switch (settings.admission().admit(remote.getAddress(), context.clock().now())) {
            case Admission.Decision.Refused refused -> {
                var _ = channel.close();
            }
            case Admission.Decision.Admitted(Admission.Ticket ticket) -> {
                accepted.add(channel);
                Opening opening = new Opening(context, settings, events, channel, ticket, remote, closing::get);
                opening.begin();
                channel.pipeline().addLast("opening", new OpeningHandler(opening, settings, protocols.protocols()));
            }
        }
    }

    /** Where it listens, with the port that was found. */
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) server.localAddress();
    }

    /** What it was opened with. */
    public ListenerSettings settings() {
        return settings;
    }

    /** Takes no new connections; the open ones stay. */
    public void stopAccepting() {
        server.close().awaitUninterruptibly(CLOSE_MILLIS);
    }

    /** Takes no new connections and closes the open ones. */
    @Override
    public void close() {
        closing.set(true);
        stopAccepting();
        accepted.close().awaitUninterruptibly(CLOSE_MILLIS);
    }
}
