package org.edgeways.avedge;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.edgeways.net.SocketOptions;
import org.edgeways.turn.engine.Output;
import org.edgeways.turn.engine.RelaySettings;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * One shard's TCP towards peers (RFC 6062): relayed ports that listen, and connections from and to them. They are on the event loops
 * that clients' connections come on, since only those may ask for them; all decisions are on the shard's thread, and so is all here
 * that does not say otherwise.
 */
final class PeerSockets {

    /** To connect; the engine gives up as early. */
    private static final int CONNECT_MILLIS = 30_000;

    private static final int BACKLOG = 16;

    /** Connections that peers have made and that the shard has still to judge; more are closed. */
    static final int MOST_UNJUDGED = 128;

    /** After what time somebody is charged again who had nothing left. */
    private static final int AGAIN_MILLIS = 20;

    private final RelayShard shard;
    private final RelaySettings settings;
    private final @Nullable InetAddress ipv4;
    private final @Nullable InetAddress ipv6;
    private final Map<Integer, Channel> listening = new ConcurrentHashMap<>(); // by port, with a minus for IPv6
    private final Map<Integer, PeerLink> links = new HashMap<>();
    private final AtomicInteger unjudged = new AtomicInteger();
    private final AtomicBoolean again = new AtomicBoolean();
    private volatile @Nullable EventLoopGroup loops;

    /** @param ipv4 where relayed ports are */
    PeerSockets(RelayShard shard, RelaySettings settings, @Nullable InetAddress ipv4, @Nullable InetAddress ipv6) {
        this.shard = shard;
        this.settings = settings;
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    /** The loops that clients' connections come on. From any thread. */
    void useLoops(@Nullable EventLoopGroup group) {
        loops = group;
    }

    private static int key(boolean six, int port) {
        return six ? -port : port;
    }

    private @Nullable InetAddress local(boolean six) {
        return six ? ipv6 : ipv4;
    }

    // ---- relayed ports

    /** Listens on a relayed port; several connections may leave from it (RFC 6062 section 5.2), and so it is shared with them. */
    void open(boolean six, int port) throws IOException {
        EventLoopGroup group = loops;
        InetAddress address = local(six);
        if (group == null || address == null) {
            throw new IOException("there is nobody who could have asked for it");
        }
        ServerSocketChannel socket =
                ServerSocketChannel.open(six ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        boolean opened = false;
        try {
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            socket.bind(new InetSocketAddress(address, port), BACKLOG);
            ServerBootstrap bootstrap = new ServerBootstrap()
                    .group(group)
                    .channelFactory(() -> new NioServerSocketChannel(socket))
                    .childOption(ChannelOption.AUTO_READ, false)
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel connection) {
                            accepted(six, port, connection);
                        }
                    });
            SocketOptions.child(bootstrap);
            listening.put(key(six, port), bootstrap.register().channel());
            opened = true;
        } catch (UnsupportedOperationException e) {
            throw new IOException("a port cannot be shared by several connections here", e);
        } finally {
            if (!opened) {
                socket.close();
            }
        }
    }

    void close(boolean six, int port) {
        Channel server = listening.remove(key(six, port));
        if (server != null) {
            var _ = server.close();
        }
    }

    /** How many there are. */
    int ports() {
        return listening.size();
    }

    /** Whether peers can connect to that port. From any thread. */
    boolean isListening(boolean six, int port) {
        return listening.containsKey(key(six, port));
    }

    // ---- connections

    /** On the connection's event loop. */
    private void accepted(boolean six, int port, Channel connection) {
        if (unjudged.incrementAndGet() > MOST_UNJUDGED) {
            unjudged.decrementAndGet();
            shard.dropped(AvEdgeErrorCode.PEERS_UNJUDGED);
            var _ = connection.close();
            return;
        }
        PeerLink link = new PeerLink(shard::wake);
        connection.pipeline().addLast("pipe", link.peerHandler());
        InetSocketAddress remote = (InetSocketAddress) connection.remoteAddress();
        var _ = shard.execute(now -> {
            unjudged.decrementAndGet();
            int id = remote == null ? 0 : shard.engine().peerAccepted(now, six, port, seen(remote));
            if (id == 0) {
                var _ = connection.close();
            } else {
                add(id, link, connection);
            }
        });
    }

    /** An address of ours as clients know it. */
    private TransportAddress seen(InetSocketAddress remote) {
        TransportAddress address = TransportAddress.of(remote);
        InetAddress own = local(!address.isIpv4());
        TransportAddress advertised = address.isIpv4() ? settings.ipv4() : settings.ipv6();
        return advertised != null && remote.getAddress().equals(own) ? advertised.withPort(address.port()) : address;
    }

    private void add(int id, PeerLink link, Channel connection) {
        link.peer(connection);
        links.put(id, link);
        connection.closeFuture().addListener(closed -> {
            var _ = shard.execute(now -> ended(now, id));
        });
    }

    /**
     * Connects to a peer, if that is allowed at the address that is really connected to; what comes of it the engine is told.
     *
     * @param listeners tells whether a port of this node, of whatever shard, is there to be connected to
     */
    void connect(Output.ConnectPeer wanted, PortLookup listeners) {
        TransportAddress peer = wanted.peer();
        InetAddress address = local(wanted.ipv6());
        EventLoopGroup group = loops;
        boolean own = settings.isOwn(peer.high(), peer.low());
        if (address == null
                || group == null
                || !shard.engine().allows(peer.high(), peer.low())
                || own && !listeners.isListening(wanted.ipv6(), peer.port())) {
            shard.engine().peerClosed(wanted.connection());
            return;
        }
        PeerLink link = new PeerLink(shard::wake);
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true)
                .handler(link.peerHandler());
        SocketOptions.outbound(bootstrap);
        InetSocketAddress remote = own ? new InetSocketAddress(address, peer.port()) : peer.toSocketAddress();
        ChannelFuture connecting = bootstrap.connect(remote, new InetSocketAddress(address, wanted.relayPort()));
        add(wanted.connection(), link, connecting.channel());
        connecting.addListener(done -> {
            if (done.isSuccess()) {
                var _ = shard.execute(now -> shard.engine().peerConnected(now, wanted.connection()));
            } else {
                var _ = connecting.channel().close(); // and so it ends
            }
        });
    }

    /** Which relayed ports of the node take connections. */
    @FunctionalInterface
    interface PortLookup {
        boolean isListening(boolean six, int port);
    }

    /** The client's connection takes a peer's over. */
    void join(int id, @Nullable ClientStream client) {
        PeerLink link = links.get(id);
        if (link != null && client != null) {
            client.join(link, () -> {
                var _ = shard.execute(now -> ended(now, id));
            });
        } else if (link != null) {
            link.close();
        }
    }

    /** Closes a connection, as the engine has said. */
    void close(int id) {
        PeerLink link = links.remove(id);
        if (link != null) {
            link.close();
        }
    }

    private void ended(long now, int id) {
        PeerLink link = links.remove(id);
        if (link != null) {
            charge(now, id, link);
            shard.engine().peerClosed(id);
        }
    }

    /** Closes all. */
    void closeAll() {
        listening.values().forEach(server -> {
            var _ = server.close();
        });
        listening.clear();
        links.values().forEach(PeerLink::close);
        links.clear();
    }

    // ---- quotas

    /** Charges what has passed since it was called last. */
    void charge(long now) {
        if (links.isEmpty()) {
            return;
        }
        links.forEach((id, link) -> charge(now, id, link));
    }

    private void charge(long now, int id, PeerLink link) {
        charge(now, id, true, link.toPeer());
        charge(now, id, false, link.toClient());
    }

    private void charge(long now, int id, boolean toPeer, Pipe pipe) {
        long bytes = pipe.uncharged();
        if (bytes == 0) {
            return;
        }
        long paid = shard.engine().passed(now, id, toPeer, bytes);
        if (paid > 0) {
            shard.passed(toPeer, paid);
            pipe.paid(paid);
        }
        EventLoopGroup group = loops;
        if (bytes - paid >= Pipe.CREDIT && group != null && again.compareAndSet(false, true)) {
            var _ = group.schedule(
                    () -> {
                        again.set(false);
                        shard.wake();
                    },
                    AGAIN_MILLIS,
                    TimeUnit.MILLISECONDS);
        }
    }
}
