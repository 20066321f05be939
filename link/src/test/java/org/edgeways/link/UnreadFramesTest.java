package org.edgeways.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What waits for a reader that has stopped, and what it gets when it reads again. */
@ExtendWith(LeakCheck.class)
final class UnreadFramesTest {

    private final UnreadFrames unread = new UnreadFrames();
    private final ByteArrayOutputStream got = new ByteArrayOutputStream();
    private boolean ended;
    private boolean trailers;

    private final EmbeddedChannel stream = new EmbeddedChannel(unread, new ChannelInboundHandlerAdapter() {
        @Override
        public void channelRead(ChannelHandlerContext handler, Object message) throws Exception {
            switch (message) {
                case Http2DataFrame data -> {
                    data.content().readBytes(got, data.content().readableBytes());
                    ended |= data.isEndStream();
                    data.release();
                }
                case Http2HeadersFrame last -> {
                    trailers = true;
                    ended |= last.isEndStream();
                }
                default -> throw new AssertionError(message);
            }
        }
    });

    private void comes(byte[] bytes, boolean last) {
        ByteBuf data = Unpooled.wrappedBuffer(bytes);
        stream.pipeline().fireChannelRead(new DefaultHttp2DataFrame(data, last));
    }

    private int renewed() {
        int bytes = 0;
        for (Object out = stream.readOutbound(); out != null; out = stream.readOutbound()) {
            bytes += ((DefaultHttp2WindowUpdateFrame) out).windowSizeIncrement();
        }
        return bytes;
    }

    @Test
    void floodOfOneByteFramesWaitsInFewBuffers() {
        int bytes = 256 * 1024;
        stream.config().setAutoRead(false);
        for (int i = 0; i < bytes; i++) {
            comes(new byte[] {(byte) i}, false);
        }
        assertThat(got.size()).as("what was asked for").isLessThanOrEqualTo(1);
        assertThat(unread.parts()).isLessThanOrEqualTo(bytes / UnreadFrames.PART_BYTES + 1);
        assertThat(renewed()).as("the window is as the reader is").isLessThanOrEqualTo(1);

        while (got.size() < bytes) {
            stream.read();
        }
        byte[] all = got.toByteArray();
        for (int i = 0; i < bytes; i++) {
            assertThat(all[i]).isEqualTo((byte) i);
        }
        stream.finishAndReleaseAll();
    }

    @Test
    void whatWaitsComesInItsOrderWithItsEndAndRenewsTheWindowByAllOfIt() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        stream.config().setAutoRead(false);
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        int window = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] part = new byte[random.nextInt(10) == 0 ? random.nextInt(5_000) : random.nextInt(40)];
            random.nextBytes(part);
            sent.writeBytes(part);
            comes(part, false);
            if (random.nextInt(20) == 0) {
                stream.read();
            }
            window += renewed();
        }
        stream.pipeline().fireChannelRead(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers(), true));
        assertThat(ended).isFalse();
        while (!ended) {
            stream.read();
            window += renewed();
        }
        assertThat(got.toByteArray()).isEqualTo(sent.toByteArray());
        assertThat(trailers).isTrue();
        assertThat(window).isEqualTo(sent.size());
    }

    @Test
    void endIsToldWithTheLastData() {
        stream.config().setAutoRead(false);
        comes(new byte[1], false);
        comes(new byte[2], false);
        comes(new byte[3], true);
        assertThat(ended).isFalse();
        stream.read();
        assertThat(ended).isTrue();
        assertThat(got.size()).isEqualTo(6);
        stream.finishAndReleaseAll();
    }

    @Test
    void whatWasDroppedIsForgottenAndItsWindowIsNotRenewed() {
        stream.config().setAutoRead(false);
        comes(new byte[1], false);
        comes(new byte[10], false);
        renewed();
        unread.drop();
        comes(new byte[10], false);
        stream.read();
        assertThat(got.size()).isEqualTo(1);
        assertThat(unread.parts()).isZero();
        assertThat(renewed()).isZero();
    }
}
