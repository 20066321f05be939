package org.edgeways.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.LogText;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.link.http.HeaderField;
import org.edgeways.link.http.RequestHead;
import org.edgeways.link.http.RequestWriter;
import org.edgeways.link.http.ResponseReader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream at the inside that is passed on to an origin, on a connection of its own that ends with it. Each side is read
 * only while the other one takes what comes, so what waits here is bounded by the stream's window and the socket's queue.
 */
final class ProxiedStream extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(ProxiedStream.class);

    /** A part of the request that came before the origin was connected. */
    private record Part(ByteBuf data, boolean last) {}

    private final LinkContext context;
    private final LinkLimits limits;
    private final StreamCounters counters;
    private final OriginConnector connector;
    private final Origin origin;
    private final RequestHead head;
    private final String node;
    private final RequestWriter writer;
    private final ResponseReader reader;
    private final Queue<Part> waiting = new ArrayDeque<>();
    private final UnreadFrames unread = new UnreadFrames();
    private final @Nullable String webSocketKey;

    private @Nullable Channel stream;
    private @Nullable ChannelFuture connecting;
    private @Nullable Channel server;
    private @Nullable Future<?> timer;
    private boolean requestEnded;
    private boolean answered;
    private boolean tunnel;
    private boolean over;
    private long moved;

    /** @param empty true if the request has no body */
    ProxiedStream(
            LinkContext context,
            LinkLimits limits,
            StreamCounters counters,
            OriginConnector connector,
            Origin origin,
            RequestHead head,
            boolean empty,
            String node) {
        this.context = context;
        this.limits = limits;
        this.counters = counters;
        this.connector = connector;
        this.origin = origin;
        this.head = head;
        this.node = node;
        this.requestEnded = empty;
        this.writer = new RequestWriter(head, empty);
        this.reader = new ResponseReader(head.method().equals("HEAD"), head.webSocket());
        this.webSocketKey = head.webSocket() ? WebSocketHandshake.newKey(context.random()) : null;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext handler) {
        Channel opened = handler.channel();
        stream = opened;
        handler.pipeline().addBefore(handler.name(), null, unread);
        moved = context.now();
        watch();
        if (requestEnded && (head.webSocket() || head.contentLength() > 0)) {
            refuse(400, LinkErrorCode.REQUEST_REFUSED, "the request ends before it is whole");
            return;
        }
        ChannelFuture attempt = connector.connect(opened.eventLoop(), origin, new Server());
        connecting = attempt;
        attempt.addListener(_ -> {
            if (attempt.isSuccess()) {
                connected(attempt.channel());
            } else {
                refuse(502, LinkErrorCode.ORIGIN_UNREACHABLE, String.valueOf(attempt.cause()));
            }
        });
    }

    private void connected(Channel channel) {
        if (over) {
            var _ = channel.close();
            return;
        }
        server = channel;
        moved = context.now();
        var _ = channel.write(writer.head(channel.alloc(), origin.host(), webSocketKey));
        while (!waiting.isEmpty() && !head.webSocket()) {
            Part part = waiting.remove();
            toServer(channel, part.data(), part.last());
        }
        channel.flush();
        channel.read();
        readStream();
    }

    // the request

    @Override
    public void channelRead(ChannelHandlerContext handler, Object frame) {
        if (over) {
            ReferenceCountUtil.release(frame);
            return;
        }
        switch (frame) {
            case Http2DataFrame data -> requestPart(data.content(), data.isEndStream());
            // trailers: they end the request and are not passed on
            case Http2HeadersFrame trailers -> requestPart(Unpooled.EMPTY_BUFFER, trailers.isEndStream());
            default -> ReferenceCountUtil.release(frame);
        }
    }

    private void requestPart(ByteBuf data, boolean last) {
        moved = context.now();
        requestEnded |= last;
        if (!writer.accepts(data.readableBytes(), last)) {
            data.release();
            fail(LinkErrorCode.REQUEST_REFUSED, "the request is not as long as it said");
            return;
        }
        if (server == null || head.webSocket() && !tunnel) {
            waiting.add(new Part(data, last));
        } else {
            toServer(server, data, last);
        }
    }

    private void toServer(Channel channel, ByteBuf data, boolean last) {
        ChannelFuture written = channel.write(writer.body(channel.alloc(), data, last));
        if (last && tunnel) {
            written.addListener(_ -> {
                if (channel instanceof DuplexChannel duplex) {
                    var _ = duplex.shutdownOutput();
                }
            });
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext handler) {
        if (server != null) {
            server.flush();
        }
        readStream();
    }

    private void readStream() {
        if (!over && stream != null && server != null && server.isWritable() && (!head.webSocket() || tunnel)) {
            stream.read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext handler) {
        readServer();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext handler, Object event) {
        if (event instanceof Http2ResetFrame) {
            end();
            // what is still unread would keep it open; later, so that no reset answers the reset
            handler.channel().eventLoop().execute(() -> drop(handler.channel()));
        }
        handler.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext handler) {
        end();
        handler.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext handler, Throwable cause) {
        fail(LinkErrorCode.REQUEST_REFUSED, cause.toString());
    }

    // the response

    /** The connection to the origin. */
    private final class Server extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext handler, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            try {
                moved = context.now();
                reader.read(bytes, ProxiedStream.this::responsePart);
            } finally {
                bytes.release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext handler) {
            if (stream != null) {
                stream.flush();
            }
            readServer();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext handler) {
            readStream();
        }

        @Override
        public void channelInactive(ChannelHandlerContext handler) {
            reader.closed(ProxiedStream.this::responsePart);
            if (stream != null) {
                stream.flush();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext handler, Throwable cause) {
            // a broken connection: its end is told by channelInactive
            var _ = handler.close();
        }
    }

    private void readServer() {
        if (!over && stream != null && server != null && stream.isWritable()) {
            server.read();
        }
    }

    private void responsePart(ResponseReader.Event event) {
        switch (event) {
            case ResponseReader.Event.Head answer -> responseHead(answer);
            case ResponseReader.Event.Body(ByteBuf data) -> {
                if (over || stream == null) {
                    data.release();
                } else {
                    var _ = stream.write(new DefaultHttp2DataFrame(data));
                }
            }
            case ResponseReader.Event.End _ -> {
                if (!over && stream != null) {
                    finish(stream, stream.write(new DefaultHttp2DataFrame(true)));
                }
            }
            case ResponseReader.Event.Failed(LinkErrorCode code, String reason) -> {
                if (!over) {
                    refuse(502, code, reason);
                }
            }
        }
    }

    private void responseHead(ResponseReader.Event.Head answer) {
        if (over || stream == null) {
            return;
        }
        int status = answer.status();
        if (status == 101) {
            if (webSocketKey == null || !WebSocketHandshake.isAccepted(webSocketKey, answer.fields())) {
                refuse(502, LinkErrorCode.ORIGIN_MALFORMED, "a WebSocket handshake that is not ours");
                return;
            }
            status = 200; // RFC 8441 section 5
        } else if (webSocketKey != null && status / 100 == 2) {
            // as the status of a CONNECT it would mean that the WebSocket is open
            refuse(502, LinkErrorCode.ORIGIN_MALFORMED, "a WebSocket handshake answered with " + status);
            return;
        }
        answered = true;
        DefaultHttp2Headers headers = new DefaultHttp2Headers();
        headers.status(Integer.toString(status));
        for (HeaderField field : answer.fields()) {
            boolean ours = field.name().equals(LinkProtocol.REASON)
                    || answer.status() == 101 && WebSocketHandshake.isOfHandshake(field.name());
            if (!ours) {
                headers.add(field.name(), field.value());
            }
        }
        ChannelFuture written = stream.write(new DefaultHttp2HeadersFrame(headers, answer.last()));
        if (answer.last()) {
            finish(stream, written);
        } else if (answer.status() == 101) {
            openTunnel();
        }
    }

    private void openTunnel() {
        tunnel = true;
        Channel channel = server;
        if (channel == null) {
            return;
        }
        while (!waiting.isEmpty()) {
            Part part = waiting.remove();
            toServer(channel, part.data(), part.last());
        }
        channel.flush();
        readStream();
    }

    /** The response is whole: the stream ends when its last frame is written. */
    private void finish(Channel open, ChannelFuture written) {
        boolean wanted = requestEnded;
        over = true;
        release();
        Future<?> patience =
                open.eventLoop().schedule(() -> drop(open), limits.streamIdle().toNanos(), TimeUnit.NANOSECONDS);
        written.addListener(_ -> {
            patience.cancel(false);
            if (!wanted && open.isActive()) {
                // RFC 9113 section 8.1: the response is whole, the rest of the request is not wanted
                var _ = open.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
            }
            var _ = open.close();
        });
        open.flush();
    }

    // the end

    /** Answers in the origin's place, or breaks off what it began to answer. */
    private void refuse(int status, LinkErrorCode code, String reason) {
        if (over) {
            return;
        }
        if (answered) {
            fail(code, reason);
            return;
        }
        say(code, reason);
        counters.refused(code);
        end();
        if (stream != null) {
            InsideStreams.refuse(stream, status, code, requestEnded);
        }
    }

    private void fail(LinkErrorCode code, String reason) {
        if (over) {
            return;
        }
        say(code, reason);
        counters.broken(code);
        end();
        if (stream != null) {
            Channel open = stream;
            open.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR))
                    .addListener(_ -> {
                        var _ = open.close();
                    });
        }
    }

    private void say(LinkErrorCode code, String reason) {
        if (context.mayLog()) {
            LOG.info(
                    "event=link-stream-failed code={} service={} node={} reason=\"{}\"",
                    code.code(),
                    head.service(),
                    node,
                    LogText.clean(reason));
        }
    }

    private static void drop(Channel channel) {
        var _ = channel.close();
    }

    private void end() {
        if (!over) {
            over = true;
            release();
        }
    }

    private void release() {
        if (timer != null) {
            timer.cancel(false);
        }
        waiting.forEach(part -> part.data().release());
        waiting.clear();
        unread.drop();
        if (connecting != null) {
            // an attempt, too: else who resets streams would have one for each of them to an origin that does not
            // answer
            var _ = connecting.channel().close();
        }
    }

    // patience

    private void watch() {
        Channel open = stream;
        if (open != null && !over) {
            long due = Math.min(
                    moved + patience() - context.now(), limits.originAnswer().toNanos());
            timer = open.eventLoop().schedule(this::look, Math.max(0, due), TimeUnit.NANOSECONDS);
        }
    }

    private long patience() {
        // before the whole request is out, the answer is not due
        boolean due = requestEnded && !answered;
        return (due ? limits.originAnswer() : limits.streamIdle()).toNanos();
    }

    private void look() {
        if (over) {
            return;
        }
        if (context.now() - moved < patience()) {
            watch();
        } else if (answered) {
            fail(LinkErrorCode.STREAM_IDLE, LinkErrorCode.STREAM_IDLE.meaning());
        } else {
            refuse(504, LinkErrorCode.ORIGIN_TIMEOUT, LinkErrorCode.ORIGIN_TIMEOUT.meaning());
        }
    }
}
