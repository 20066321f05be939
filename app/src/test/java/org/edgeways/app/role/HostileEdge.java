package org.edgeways.app.role;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.edgeways.link.LinkProtocol;
import org.edgeways.net.EventLoops;
import org.edgeways.net.TlsIdentity;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipParser;

/**
 * An edge node in wrong hands: it has what a node has that has joined, its key and certificate and the connections that the
 * inside opens, and keeps to no rule. What it sends is written by the test; it keeps all that it hears.
 */
final class HostileEdge implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 20;

    /** The latest connections of the Link. */
    final BlockingQueue<HostileLink> links = new LinkedBlockingQueue<>();

    /** Requests that the inside has sent here; each was answered with 200, unless it is silent. */
    final BlockingQueue<SipMessage> requests = new LinkedBlockingQueue<>();

    /** Handshakes that came to nothing. */
    final AtomicInteger refused = new AtomicInteger();

    /** Requests are not answered. */
    volatile boolean silent;

    private final SslContext tls;
    private final Channel server;
    private final List<Channel> sip = new CopyOnWriteArrayList<>();
    private final List<Channel> accepted = new CopyOnWriteArrayList<>();
    private final Map<String, BlockingQueue<SipMessage>> waiting = new ConcurrentHashMap<>();
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

    /** Listens on the inside leg with that key and certificate, for whoever has a certificate of the authority. */
    HostileEdge(TlsIdentity shown, X509Certificate authority, InetSocketAddress leg, EventLoops loops)
            throws IOException {
        tls = SslContextBuilder.forServer(shown.key(), shown.chain().toArray(X509Certificate[]::new))
                .clientAuth(ClientAuth.REQUIRE)
                .trustManager(authority)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        LinkProtocol.ALPN))
                .build();
        server = new ServerBootstrap()
                .group(loops.acceptors(), loops.workers())
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accepted.add(channel);
                        channel.pipeline()
                                .addLast(tls.newHandler(channel.alloc()))
                                .addLast(new Handshake());
                    }
                })
                .bind(leg)
                .syncUninterruptibly()
                .channel();
    }

    private final class Handshake extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext handler, Object event) {
            if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
                Channel channel = handler.channel();
                SslHandler secured = handler.pipeline().get(SslHandler.class);
                handler.pipeline().addLast(new Ear());
                if (LinkProtocol.ALPN.equals(secured.applicationProtocol())) {
                    links.add(new HostileLink(channel, HostileEdge.this::heard));
                } else {
                    handler.pipeline().addLast(new Sip());
                    sip.add(channel);
                    channel.closeFuture().addListener(_ -> sip.remove(channel));
                }
                handler.pipeline().remove(this);
            } else if (event instanceof SslHandshakeCompletionEvent) {
                refused.incrementAndGet();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext handler, Throwable cause) {
            var _ = handler.close();
        }
    }

    private synchronized void heard(byte[] bytes) {
        heard.writeBytes(bytes);
    }

    /** All that came here, in whatever protocol, one byte a character. */
    synchronized String everything() {
        return heard.toString(StandardCharsets.ISO_8859_1);
    }

    private final class Ear extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext handler, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            byte[] copy = new byte[bytes.readableBytes()];
            bytes.getBytes(bytes.readerIndex(), copy);
            heard(copy);
            handler.fireChannelRead(message);
        }
    }

    /** Cuts what comes into messages, answers keep-alives and requests, and hands on what is waited for. */
    private final class Sip extends ChannelInboundHandlerAdapter {
        private String rest = "";

        @Override
        public void channelRead(ChannelHandlerContext handler, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            rest += bytes.toString(StandardCharsets.ISO_8859_1);
            bytes.release();
            while (true) {
                if (rest.startsWith("\r\n")) {
                    if (rest.startsWith("\r\n\r\n")) {
                        write(handler.channel(), "\r\n");
                    }
                    rest = rest.substring(rest.startsWith("\r\n\r\n") ? 4 : 2);
                    continue;
                }
                int head = rest.indexOf("\r\n\r\n");
                if (head < 0) {
                    return;
                }
                int end = head + 4 + contentLength(rest.substring(0, head));
                if (rest.length() < end) {
                    return;
                }
                take(handler.channel(), parsed(rest.substring(0, end)));
                rest = rest.substring(end);
            }
        }

        private void take(Channel channel, SipMessage message) {
            if (message.isRequest()) {
                requests.add(message);
                if (silent) {
                    return;
                }
                SipMessage ok = SipMessage.responseTo(message, 200, "OK");
                ok.ensureContentLength();
                write(channel, text(ok));
            } else if (message.status() >= 200) {
                BlockingQueue<SipMessage> queue = waiting.get(message.callId());
                if (queue != null) {
                    queue.add(message);
                }
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext handler, Throwable cause) {
            var _ = handler.close();
        }
    }

    private static int contentLength(String head) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, "content-length:", 0, 15))
                .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                .findFirst()
                .orElse(0);
    }

    private static SipMessage parsed(String text) {
        ParseOutcome outcome = SipParser.parse(text.getBytes(StandardCharsets.ISO_8859_1), SipLimits.BETWEEN_PARTS);
        if (outcome instanceof ParseOutcome.Good good) {
            return good.message();
        }
        throw new AssertionError("the inside sent what cannot be read: " + text);
    }

    static String text(SipMessage message) {
        return new String(message.encode(), StandardCharsets.ISO_8859_1);
    }

    private static void write(Channel channel, String text) {
        var _ = channel.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    /** Whether the inside has connected for SIP. */
    boolean hasSip() {
        return !sip.isEmpty();
    }

    /** Sends what no answer is expected to. */
    void send(SipMessage message) {
        message.ensureContentLength();
        write(sip.getFirst(), text(message));
    }

    /** Sends a request to the inside and waits for its final answer. */
    SipMessage ask(SipMessage request) throws InterruptedException {
        BlockingQueue<SipMessage> answers = new LinkedBlockingQueue<>();
        waiting.put(request.callId(), answers);
        send(request);
        SipMessage answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        waiting.remove(request.callId());
        if (answer == null) {
            throw new AssertionError("no answer to " + request.method());
        }
        if (request.method().equals("INVITE")) {
            SipMessage ack = SipMessage.request("ACK", request.requestUriText());
            for (HeaderName name :
                    List.of(HeaderName.VIA, HeaderName.FROM, HeaderName.CALL_ID, HeaderName.of("P-Edgeways-Flow"))) {
                ack.setAll(name, request.values(name));
            }
            ack.setAll(HeaderName.TO, answer.values(HeaderName.TO));
            ack.set(HeaderName.CSEQ, request.cseq().number() + " ACK");
            ack.set(HeaderName.MAX_FORWARDS, "70");
            send(ack);
        }
        return answer;
    }

    /** As {@link #ask}, for another thread. */
    SipMessage answerTo(SipMessage request) {
        try {
            return ask(request);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A connection of the Link. */
    HostileLink link() throws InterruptedException {
        HostileLink link = links.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (link == null) {
            throw new AssertionError("the inside opened no connection");
        }
        links.add(link);
        return link;
    }

    @Override
    public void close() {
        server.close().syncUninterruptibly();
        accepted.forEach(channel -> channel.close().syncUninterruptibly());
    }
}
