package org.edgeways.link;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.edgeways.base.LogText;
import org.edgeways.base.TimerQueue;
import org.edgeways.link.engine.DialAction;
import org.edgeways.link.engine.DialBook;
import org.edgeways.link.engine.LinkAddress;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.link.engine.LinkTimes;
import org.edgeways.link.engine.NodeState;
import org.edgeways.link.engine.NodeTarget;
import org.edgeways.net.Handshakes;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.SocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inside end of the Link: keeps connections open to every edge node and serves what edge nodes open on them. Nodes can
 * be added, changed and removed at any time. Safe to use from any thread. Its {@link DialBook} belongs to the first event
 * loop.
 */
public final class LinkDialer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LinkDialer.class);

    /** One attempt and what became of it. */
    private static final class Attempt {
        private final LinkNode node;
        private @Nullable Channel channel;
        private @Nullable LinkConnection connection;

        Attempt(LinkNode node) {
            this.node = node;
        }
    }

    /** What anybody may look at. */
    private record Seen(NodeState state, Map<Long, LinkConnection> open) {

        NodeStatus status() {
            return new NodeStatus(
                    state.node(),
                    state.wanted(),
                    state.open().stream().map(this::status).toList(),
                    state.draining().size(),
                    state.lastFailure());
        }

        private NodeStatus.Connection status(NodeState.Open connection) {
            LinkConnection running = open.get(connection.attempt());
            return new NodeStatus.Connection(
                    connection.address(), connection.since(), running == null ? 0 : running.streams());
        }
    }

    private final LinkContext context;
    private final LinkLimits limits;
    private final LinkTimes times;
    private final InsideStreams streams;
    private final EventLoop loop;
    private final DialBook book;
    private final AtomicInteger nextLoop = new AtomicInteger();
    private final Map<String, LinkNode> nodes = new HashMap<>();
    private final Map<String, Long> generations = new HashMap<>();
    private final Map<Long, Attempt> attempts = new HashMap<>();
    private volatile List<Seen> seen = List.of();
    private boolean drained;
    private boolean closed;
    private @Nullable Future<?> timer;

    /**
     * A dialer without nodes.
     *
     * @param services that edge nodes may ask for
     * @param control null if this inside takes no control streams
     */
    public LinkDialer(
            LinkContext context,
            LinkLimits limits,
            LinkTimes times,
            LinkServices services,
            @Nullable ControlService control) {
        this.context = context;
        this.limits = limits;
        this.times = times;
        this.streams =
                new InsideStreams(context, limits, services, new SocketOriginConnector(context, limits), control);
        this.loop = context.loops().loop(0);
        this.book = new DialBook(times, context.random());
    }

    /**
     * Keeps connections to these nodes from now on and to no others: connections to a node that is no more among them are ended
     * at once, as by {@link #removeNode}.
     */
    public void setNodes(Collection<LinkNode> next) {
        onBook(() -> {
            Set<String> names = next.stream().map(LinkNode::name).collect(Collectors.toSet());
            List.copyOf(nodes.keySet()).stream()
                    .filter(known -> !names.contains(known))
                    .forEach(this::remove);
            next.forEach(this::set);
        });
    }

    /** Keeps connections to that node, or keeps them as it says from now on. */
    public void setNode(LinkNode node) {
        onBook(() -> set(node));
    }

    private void set(LinkNode node) {
        if (closed || drained) {
            return;
        }
        LinkNode before = nodes.put(node.name(), node);
        if (before == null) {
            context.counters()
                    .gauge("link_connections_open", () -> openTo(node.name()), "end", "inside", "node", node.name());
        }
        boolean anew = before != null && (!before.verifyName().equals(node.verifyName()) || before.tls() != node.tls());
        long generation = generations.merge(node.name(), anew ? 1L : 0L, Long::sum);
        run(book.setNode(node.name(), new NodeTarget(node.addresses(), node.connections(), generation), context.now()));
    }

    /** Ends all connections to that node at once and opens no more. */
    public void removeNode(String name) {
        onBook(() -> remove(name));
    }

    private void remove(String name) {
        nodes.remove(name);
        run(book.removeNode(name));
    }

    /**
     * Ends all connections whose node has shown a certificate with one of these serial numbers. What is under way is looked at when
     * its handshake is done: the {@link LinkNode#tls} of its node must refuse them already.
     */
    public void endRefused(Set<BigInteger> serials) {
        onBook(() -> attempts.forEach((number, attempt) -> {
            LinkConnection connection = attempt.connection;
            if (connection != null && serials.contains(connection.peer().serial())) {
                connection.close(LinkErrorCode.PEER_REFUSED);
            }
        }));
    }

    /** Opens no more connections and ends each open one when what runs on it has ended. */
    public void drain() {
        onBook(() -> {
            drained = true;
            run(book.drain());
        });
    }

    /** Opens no more connections and ends those that are open. */
    @Override
    public void close() {
        onBook(() -> {
            closed = true;
            if (timer != null) {
                timer.cancel(false);
            }
            for (Map.Entry<Long, Attempt> entry : List.copyOf(attempts.entrySet())) {
                closeAttempt(entry.getKey(), LinkErrorCode.SHUT_DOWN);
            }
        });
    }

    /** How it stands with every node, by name. */
    public List<NodeStatus> status() {
        return seen.stream().map(Seen::status).toList();
    }

    private long openTo(String node) {
        return seen.stream()
                .filter(known -> known.state().node().equals(node))
                .mapToLong(known -> known.state().open().size())
                .sum();
    }

    private void onBook(Runnable task) {
        if (!loop.isShuttingDown()) {
            loop.execute(task);
        }
    }

    private void run(List<DialAction> actions) {
        for (DialAction action : actions) {
            switch (action) {
                case DialAction.Dial(long number, String node, LinkAddress address) -> dial(number, node, address);
                case DialAction.Drain(long number) -> {
                    Attempt attempt = attempts.get(number);
                    if (attempt != null && attempt.connection != null) {
                        attempt.connection.drain();
                    }
                }
                case DialAction.Close(long number, LinkErrorCode code) -> closeAttempt(number, code);
            }
        }
        refresh();
        arm();
    }

    private void closeAttempt(long number, LinkErrorCode code) {
        Attempt attempt = attempts.get(number);
        if (attempt == null) {
            return;
        }
        if (attempt.connection != null) {
            attempt.connection.close(code);
        } else if (attempt.channel != null) {
            var _ = attempt.channel.close();
        }
    }

    private void arm() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        long due = book.nextDeadline();
        if (due != TimerQueue.NEVER && !closed) {
            timer = loop.schedule(
                    () -> run(book.timeout(context.now())), Math.max(0, due - context.now()), TimeUnit.NANOSECONDS);
        }
    }

    private void refresh() {
        List<Seen> next = new ArrayList<>();
        for (NodeState state : book.states()) {
            Map<Long, LinkConnection> open = new HashMap<>();
            for (NodeState.Open connection : state.open()) {
                Attempt attempt = attempts.get(connection.attempt());
                if (attempt != null && attempt.connection != null) {
                    open.put(connection.attempt(), attempt.connection);
                }
            }
            next.add(new Seen(state, open));
        }
        seen = List.copyOf(next);
    }

    // dialling

    private void dial(long number, String name, LinkAddress address) {
        LinkNode node = Objects.requireNonNull(nodes.get(name), "the book dials nodes that are set");
        Attempt attempt = new Attempt(node);
        attempts.put(number, attempt);
        EventLoop own = context.loops()
                .loop(Math.floorMod(nextLoop.getAndIncrement(), context.loops().size()));
        Bootstrap bootstrap = new Bootstrap()
                .group(own)
                .channel(NioSocketChannel.class)
                .resolver(context.resolver())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        times.connect().toMillis())
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(node.tls()
                                        .newHandler(
                                                channel.alloc(),
                                                node.verifyName(),
                                                address.port(),
                                                times.connect(),
                                                LinkProtocol.ALPN))
                                .addLast(new Handshake(number, node));
                    }
                });
        SocketOptions.outbound(bootstrap);
        var connecting = bootstrap.connect(InetSocketAddress.createUnresolved(address.host(), address.port()));
        attempt.channel = connecting.channel();
        connecting.addListener(_ -> {
            if (!connecting.isSuccess()) {
                failed(number, LinkErrorCode.DIAL_FAILED, Handshakes.reasonOf(connecting.cause()));
            }
        });
    }

    private void failed(long number, LinkErrorCode code, String reason) {
        onBook(() -> {
            Attempt attempt = attempts.remove(number);
            if (attempt == null) {
                return;
            }
            context.counters()
                    .counter("link_dials_failed", "node", attempt.node.name(), "reason", code.code())
                    .increment();
            if (context.mayLog()) {
                LOG.info(
                        "event=link-dial-failed code={} node={} reason=\"{}\"",
                        code.code(),
                        attempt.node.name(),
                        LogText.clean(reason));
            }
            book.failed(number, code, reason, context.now());
            run(List.of());
        });
    }

    /** Whether it was refused while the handshake was under way, which began with what was known then. */
    private static boolean isRefused(LinkNode node, PeerIdentity peer) {
        return peer.serial() != null && node.tls().refuses(peer.serial());
    }

    /** Waits for the TLS handshake, checks whom it leads to, then gives way to HTTP/2. */
    private final class Handshake extends ChannelInboundHandlerAdapter {
        private final long number;
        private final LinkNode node;

        Handshake(long number, LinkNode node) {
            this.number = number;
            this.node = node;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext handler, Object event) {
            if (event instanceof SslHandshakeCompletionEvent completion) {
                if (completion.isSuccess()) {
                    secured(handler);
                } else {
                    failed(number, LinkErrorCode.DIAL_FAILED, Handshakes.reasonOf(completion.cause()));
                    var _ = handler.close();
                }
            }
            handler.fireUserEventTriggered(event);
        }

        private void secured(ChannelHandlerContext handler) {
            SslHandler tls = handler.pipeline().get(SslHandler.class);
            PeerIdentity peer = Handshakes.peerOf(tls);
            if (!LinkProtocol.ALPN.equals(tls.applicationProtocol())) {
                refuse(handler, LinkErrorCode.PROTOCOL_REFUSED);
            } else if (peer == null || !node.name().equals(peer.node()) || isRefused(node, peer)) {
                refuse(handler, LinkErrorCode.PEER_REFUSED);
            } else {
                handler.pipeline().remove(this);
                LinkConnection connection = LinkConnection.serving(
                        handler.channel(),
                        context,
                        limits,
                        times,
                        peer,
                        streams::of,
                        new Connected(number, node.name()));
                onBook(() -> {
                    Attempt attempt = attempts.get(number);
                    if (attempt == null || closed) {
                        connection.close(LinkErrorCode.SHUT_DOWN);
                    } else {
                        attempt.connection = connection;
                        if (isRefused(node, peer)) {
                            connection.close(LinkErrorCode.PEER_REFUSED); // endRefused came before there was one to end
                        }
                    }
                });
            }
        }

        private void refuse(ChannelHandlerContext handler, LinkErrorCode code) {
            failed(number, code, code.meaning());
            var _ = handler.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext handler) {
            failed(number, LinkErrorCode.DIAL_FAILED, LinkErrorCode.PEER_CLOSED.meaning());
            handler.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext handler, Throwable cause) {
            failed(number, LinkErrorCode.DIAL_FAILED, Handshakes.reasonOf(cause));
            var _ = handler.close();
        }
    }

    /** What happens to one connection, moved to the book's loop. */
    private final class Connected implements LinkConnection.Events {
        private final long number;
        private final String node;

        Connected(long number, String node) {
            this.number = number;
            this.node = node;
        }

        @Override
        public void up(LinkConnection connection, int allowed) {
            onBook(() -> {
                run(book.opened(number, context.now()));
                LOG.info("event=link-up code=ok node={} open={}", node, openTo(node));
            });
        }

        @Override
        public void limit(LinkConnection connection, int allowed) {
            // the inside opens no streams
        }

        @Override
        public void goAway(LinkConnection connection) {
            onBook(() -> run(book.goAway(number, context.now())));
        }

        @Override
        public void closed(LinkConnection connection, LinkErrorCode code, String reason) {
            streams.counters().connectionClosed(code);
            onBook(() -> {
                attempts.remove(number);
                book.closed(number, code, reason, context.now());
                run(List.of());
                LOG.info(
                        "event=link-down code={} node={} reason=\"{}\" open={}",
                        code.code(),
                        node,
                        LogText.clean(reason),
                        openTo(node));
            });
        }
    }
}
