package org.edgeways.siptransport;

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
import org.edgeways.net.Admission;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens on one address and makes SIP connections of those who come in. */
public final class SipListener implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SipListener.class);
    private static final int BACKLOG = 1024;
    private static final int CLOSE_MILLIS = 3_000;

    private final SipListenerSettings settings;
    private final Channel server;
    private final ChannelGroup accepted;

    private SipListener(SipListenerSettings settings, Channel server, ChannelGroup accepted) {
        this.settings = settings;
        this.server = server;
        this.accepted = accepted;
    }

    /**
     * Opens a listener; when this returns, it listens. Blocks: not for an event loop.
     *
     * @throws IOException if the address cannot be had
     */
    public static SipListener open(TransportContext context, SipListenerSettings settings, SipConnectionEvents events)
            throws IOException {
        SipTransport transport = switch (settings.wire()) {
            case SipListenerSettings.Wire.Tls tls -> SipTransport.TLS;
            case SipListenerSettings.Wire.WebSocket webSocket -> SipTransport.WSS;
            case SipListenerSettings.Wire.Tcp tcp -> SipTransport.TCP;
        };
        ConnectionSetup setup =
                ConnectionSetup.of(context, settings.name(), transport, settings.link(), settings.connection(), events);
        ChannelGroup accepted = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(context.loops().acceptors(), context.loops().workers())
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel, settings, setup, accepted);
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
        SipListener listener = new SipListener(settings, bound.channel(), accepted);
        LOG.info("{} listens on {} ({})", settings.name(), listener.localAddress(), transport.viaName());
        return listener;
    }

    /** Address and port as people write them, without the slash of {@link InetSocketAddress#toString}. */
    private static String text(InetSocketAddress address) {
        String host = address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    private static void accept(
            SocketChannel channel, SipListenerSettings settings, ConnectionSetup setup, ChannelGroup accepted) {
        InetSocketAddress remote = channel.remoteAddress();
        if (remote == null) {
            var _ = channel.close();
            return;
        }
        long now = setup.context().clock().now();
        switch (settings.admission().admit(remote.getAddress(), now)) {
            case Admission.Decision.Refused refused -> {
                var _ = channel.close();
            }
            case Admission.Decision.Admitted(Admission.Ticket ticket) -> {
                channel.closeFuture().addListener(closed -> ticket.close());
                accepted.add(channel);
                Pipelines.accepted(channel, settings, setup, ticket);
            }
        }
    }

    /** Where it listens, with the port that was found. */
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) server.localAddress();
    }

    /** What it was opened with. */
    public SipListenerSettings settings() {
        return settings;
    }

    /** Takes no new connections; the open ones stay. */
    public void stopAccepting() {
        server.close().awaitUninterruptibly(CLOSE_MILLIS);
    }

    /** Takes no new connections and closes the open ones. */
    @Override
    public void close() {
        stopAccepting();
        accepted.close().awaitUninterruptibly(CLOSE_MILLIS);
    }
}
