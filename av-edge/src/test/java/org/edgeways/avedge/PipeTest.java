package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** When one direction reads, and when it does not. */
@ExtendWith(LeakCheck.class)
class PipeTest {

    private static final int PIECE = 1024;

    private int reads;
    private int charges;
    private final Pipe pipe = new Pipe(() -> charges++);
    private final Pipe back = new Pipe(() -> {});
    private EmbeddedChannel source;
    private EmbeddedChannel destination;

    private final class CountReads extends ChannelOutboundHandlerAdapter {
        @Override
        public void read(ChannelHandlerContext context) {
            reads++;
        }
    }

    @BeforeEach
    void join() {
        source = new EmbeddedChannel();
        source.config().setAutoRead(false);
        source.pipeline().addLast(new CountReads()).addLast(pipe);
        destination = new EmbeddedChannel(back);
        pipe.join(source, destination, back);
        back.join(destination, source, pipe);
        reads = 0;
    }

    @AfterEach
    void close() {
        source.finishAndReleaseAll();
        destination.finishAndReleaseAll();
    }

    private void comes(int bytes) {
        source.pipeline().fireChannelRead(Unpooled.buffer(bytes).writeZero(bytes));
        source.pipeline().fireChannelReadComplete();
    }

    /** As if what was written did not go out, or went. */
    private static void takes(Channel channel, boolean writable) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
        ((EmbeddedChannel) channel).runPendingTasks();
    }

    @Test
    void whatComesIsWrittenToTheOtherSideAndMoreIsRead() {
        comes(1_000);
        ByteBuf written = destination.readOutbound();
        assertThat(written.readableBytes()).isEqualTo(1_000);
        written.release();
        assertThat(pipe.uncharged()).isEqualTo(1_000);
        assertThat(reads).isEqualTo(1);
    }

    @Test
    void whileTheOtherSideTakesNothingNothingIsRead() {
        takes(destination, false);
        comes(1_000);
        assertThat(reads).isZero();
        pipe.paid(1_000);
        assertThat(reads).as("though it is paid").isZero();
        takes(destination, true);
        assertThat(reads).isEqualTo(1);
    }

    @Test
    void pastTheCreditItIsChargedFirst() {
        int pieces = Pipe.CREDIT / PIECE;
        for (int i = 1; i < pieces; i++) {
            comes(PIECE);
        }
        assertThat(reads).isEqualTo(pieces - 1);
        assertThat(charges).isZero();
        comes(PIECE);
        assertThat(reads).isEqualTo(pieces - 1);
        assertThat(charges).isEqualTo(1);
        pipe.paid(1);
        assertThat(reads).isEqualTo(pieces);
    }
}
