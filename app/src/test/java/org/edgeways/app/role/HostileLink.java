package org.edgeways.app.role;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.edgeways.base.Result;
import org.edgeways.settings.control.ControlCodec;
import org.edgeways.settings.control.ControlMessage;

/** One connection of the Link in wrong hands: HTTP/2 whose fields nobody checks here. */
final class HostileLink {

    private static final int PATIENCE_SECONDS = 20;

    /**
     * What came back.
     *
     * @param status 0 if the stream was broken off
     * @param reason the inside's own refusal; empty if the origin answered
     */
    record Answer(int status, String reason, String body) {}

    private final Channel channel;
    private final Consumer<byte[]> heard;

    HostileLink(Channel channel, Consumer<byte[]> heard) {
        this.channel = channel;
        this.heard = heard;
        channel.pipeline()
                .addLast(Http2FrameCodecBuilder.forClient()
                        .validateHeaders(false)
                        .initialSettings(Http2Settings.defaultSettings().pushEnabled(false))
                        .build())
                .addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
        channel.flush();
    }

    boolean isOpen() {
        return channel.isActive();
    }

    /** Fields of a request as an honest edge writes them. */
    static Http2Headers get(String authority, String path) {
        return new DefaultHttp2Headers(false)
                .method("GET")
                .scheme("https")
                .authority(authority)
                .path(path);
    }

    private Channel open(ChannelInboundHandlerAdapter handler) {
        return new Http2StreamChannelBootstrap(channel)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline().addLast(handler);
                    }
                })
                .open()
                .syncUninterruptibly()
                .getNow();
    }

    /** Asks and waits for the answer. */
    Answer ask(Http2Headers headers) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        Channel stream = open(new ChannelInboundHandlerAdapter() {
            private int status;
            private String reason = "";
            private String body = "";

            @Override
            public void channelRead(ChannelHandlerContext handler, Object frame) {
                boolean last = false;
                if (frame instanceof Http2HeadersFrame head) {
                    status = Integer.parseInt(head.headers().status().toString());
                    CharSequence why = head.headers().get("edgeways-reason");
                    reason = why == null ? "" : why.toString();
                    heard.accept(head.headers().toString().getBytes(StandardCharsets.ISO_8859_1));
                    last = head.isEndStream();
                } else if (frame instanceof Http2DataFrame data) {
                    body += data.content().toString(StandardCharsets.ISO_8859_1);
                    last = data.isEndStream();
                }
                ReferenceCountUtil.release(frame);
                if (last) {
                    answer.complete(new Answer(status, reason, body));
                }
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext handler, Object event) {
                if (event instanceof Http2ResetFrame) {
                    answer.complete(new Answer(status, reason, body));
                }
            }

            @Override
            public void channelInactive(ChannelHandlerContext handler) {
                answer.complete(new Answer(status, reason, body));
            }
        });
        boolean connect = "CONNECT".contentEquals(String.valueOf(headers.method()));
        var _ = stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, !connect));
        try {
            return answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        } finally {
            var _ = stream.close();
        }
    }

    /** The control stream. */
    static final class Control implements AutoCloseable {
        private final BlockingQueue<ControlMessage> told = new LinkedBlockingQueue<>();
        private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
        private final ByteBuf rest = Unpooled.buffer();
        private Channel stream;

        /** What the inside says next. */
        ControlMessage told() throws InterruptedException {
            ControlMessage message = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("nothing was said");
            }
            return message;
        }

        void says(ControlMessage message) {
            byte[] bytes = ControlCodec.write(message);
            var _ = stream.writeAndFlush(new DefaultHttp2DataFrame(
                    Unpooled.buffer().writeInt(bytes.length).writeBytes(bytes)));
        }

        /** Waits until the inside has ended it. */
        void awaitEnd() {
            ended.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        }

        private void take(ByteBuf bytes) {
            rest.writeBytes(bytes);
            while (rest.readableBytes() >= 4 && rest.readableBytes() >= 4 + rest.getInt(rest.readerIndex())) {
                byte[] message = new byte[rest.readInt()];
                rest.readBytes(message);
                if (ControlCodec.read(message) instanceof Result.Ok<ControlMessage>(ControlMessage good)
                        && !(good instanceof ControlMessage.RefusedSerials)) { // which are for connectors
                    told.add(good);
                }
            }
        }

        @Override
        public void close() {
            stream.close().syncUninterruptibly();
        }
    }

    /** Opens the control stream; nothing is said yet. */
    Control control() {
        Control control = new Control();
        control.stream = open(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext handler, Object frame) {
                if (frame instanceof Http2DataFrame data) {
                    control.take(data.content());
                }
                ReferenceCountUtil.release(frame);
            }

            @Override
            public void channelInactive(ChannelHandlerContext handler) {
                control.ended.complete(true);
            }
        });
        Http2Headers headers = get("control", "/").method("POST");
        var _ = control.stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, false));
        return control;
    }

    /** Closes the connection. */
    void close() {
        channel.close().syncUninterruptibly();
    }
}
