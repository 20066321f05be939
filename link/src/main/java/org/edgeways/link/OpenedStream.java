package org.edgeways.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.link.http.HeaderField;
import org.jspecify.annotations.Nullable;

/** A stream at the edge, from its request on. */
final class OpenedStream extends ChannelInboundHandlerAdapter implements LinkStream {

    private static final int FIRST_STATUS = 200;
    private static final int LAST_STATUS = 599;

    private final Channel channel;
    private final LinkRequest request;
    private final LinkStreamEvents events;
    private final Consumer<String> refused;
    private boolean opened;
    private boolean requestEnded;
    private boolean answered;
    private boolean over;
    /** A frame is being told: what is asked for meanwhile is asked of the channel when it has told all. */
    private boolean delivering;

    /** The channel is to be asked for more when it has told all. */
    private boolean wanted;

    private @Nullable LinkErrorCode code;

    /**
     * A stream.
     *
     * @param channel of the new stream, on which nothing was written yet
     * @param refused told the inside's error code if the inside refuses in the origin's place
     */
    OpenedStream(Channel channel, LinkRequest request, LinkStreamEvents events, Consumer<String> refused) {
        this.refused = refused;
        this.channel = channel;
        this.request = request;
        this.events = events;
        this.requestEnded = request.empty();
    }

    /** A new stream on that connection's loop, on which nothing was written yet. */
    static CompletableFuture<Channel> newChannel(LinkConnection connection) {
        CompletableFuture<Channel> result = new CompletableFuture<>();
        Http2StreamChannelBootstrap bootstrap = new Http2StreamChannelBootstrap(connection.channel())
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void handlerAdded(ChannelHandlerContext stream) {
                        stream.channel().config().setAutoRead(false);
                        stream.pipeline().remove(this);
                    }
                });
        bootstrap.open().addListener((Future<Http2StreamChannel> made) -> {
            if (made.isSuccess()) {
                result.complete(made.getNow());
            } else {
                result.completeExceptionally(made.cause());
            }
        });
        return result;
    }

    /** Sends the head of the request. */
    void start() {
        channel.pipeline().addLast(this);
        channel.writeAndFlush(new DefaultHttp2HeadersFrame(headers(request), request.empty()))
                .addListener(written -> {
                    if (!written.isSuccess()) {
                        fail(LinkErrorCode.NOT_PROCESSED, String.valueOf(written.cause()));
                    }
                });
        if (!over) {
            opened = true;
            events.opened(this);
            channel.read();
        }
    }

    private static Http2Headers headers(LinkRequest request) {
        Http2Headers headers = new DefaultHttp2Headers()
                .method(request.method())
                .scheme("https")
                .authority(request.service())
                .path(request.path());
        if (request.webSocket()) {
            headers.set(":protocol", "websocket");
        }
        for (HeaderField field : request.fields()) {
            headers.add(field.name(), field.value());
        }
        return headers;
    }

    @Override
    public EventLoop loop() {
        return channel.eventLoop();
    }

    @Override
    public void send(ByteBuf data, boolean last) {
        if (requestEnded || over) {
            data.release();
            return;
        }
        requestEnded = last;
        var _ = channel.writeAndFlush(new DefaultHttp2DataFrame(data, last));
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable() && !over;
    }

    @Override
    public void read() {
        if (delivering) {
            wanted = true;
        } else {
            channel.read();
        }
    }

    @Override
    public void cancel() {
        fail(LinkErrorCode.STREAM_CANCELLED, LinkErrorCode.STREAM_CANCELLED.meaning());
    }

    @Override
    public void channelRead(ChannelHandlerContext stream, Object frame) {
        if (over) {
            ReferenceCountUtil.release(frame);
            return;
        }
        delivering = true;
        try {
            tell(frame);
        } finally {
            delivering = false;
        }
    }

    private void tell(Object frame) {
        switch (frame) {
            case Http2HeadersFrame headers -> headersCame(headers);
            case Http2DataFrame data -> {
                if (data.content().isReadable()) {
                    events.received(data.content());
                } else {
                    // what was asked for has not come
                    wanted = true;
                    data.release();
                }
                if (data.isEndStream()) {
                    ended();
                }
            }
            default -> {
                wanted = true;
                ReferenceCountUtil.release(frame);
            }
        }
    }

    /** A read that was asked of the channel while it told a frame was lost at times, when several streams were busy. */
    @Override
    public void channelReadComplete(ChannelHandlerContext stream) {
        if (wanted) {
            wanted = false;
            channel.read();
        }
        stream.fireChannelReadComplete();
    }

    private void headersCame(Http2HeadersFrame frame) {
        if (answered) {
            if (frame.isEndStream()) {
                ended(); // trailers
            }
            return;
        }
        CharSequence status = frame.headers().status();
        int number = status == null || status.length() != 3 ? 0 : number(status);
        if (number < FIRST_STATUS || number > LAST_STATUS) {
            if (number == 0 || frame.isEndStream()) {
                fail(LinkErrorCode.STREAM_RESET, "an answer without a final status");
            }
            wanted = true; // the head that was asked for is still to come
            return;
        }
        List<HeaderField> fields = new ArrayList<>();
        for (Map.Entry<CharSequence, CharSequence> entry : frame.headers()) {
            if (entry.getKey().charAt(0) != ':') {
                fields.add(new HeaderField(
                        entry.getKey().toString(), entry.getValue().toString()));
            }
        }
        answered = true;
        LinkResponse response = new LinkResponse(number, fields);
        response.refusal().ifPresent(refused);
        events.answered(response);
        if (frame.isEndStream()) {
            ended();
        }
    }

    private static int number(CharSequence digits) {
        int value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private void ended() {
        if (over) {
            return;
        }
        over = true;
        events.ended();
        if (!requestEnded) {
            var _ = channel.close();
        }
    }

    private void fail(LinkErrorCode failure, String reason) {
        if (over) {
            return;
        }
        over = true;
        events.failed(failure, reason);
        var _ = channel.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext stream) {
        if (!over && channel.isWritable()) {
            events.writable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext stream, Object event) {
        switch (event) {
            case Http2ResetFrame reset -> {
                if (reset.errorCode() == Http2Error.REFUSED_STREAM.code()) {
                    code = LinkErrorCode.NOT_PROCESSED;
                } else if (reset.errorCode() != Http2Error.NO_ERROR.code()) {
                    code = LinkErrorCode.STREAM_RESET;
                }
                // after NO_ERROR the whole answer is on its way, perhaps still unread
                if (code != null) {
                    LinkErrorCode told = code;
                    channel.eventLoop().execute(() -> fail(told, told.meaning()));
                }
            }
            // only streams hear of it that the other end has not taken
            case Http2GoAwayFrame _ -> code = LinkErrorCode.NOT_PROCESSED;
            default -> {}
        }
        stream.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext stream) {
        LinkErrorCode told = code != null ? code : LinkErrorCode.CONNECTION_FAILED;
        fail(opened ? told : LinkErrorCode.NOT_PROCESSED, told.meaning());
        stream.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext stream, Throwable cause) {
        fail(LinkErrorCode.STREAM_RESET, cause.toString());
    }
}
