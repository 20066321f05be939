package org.edgeways.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.edgeways.link.engine.LinkErrorCode;
import org.junit.jupiter.api.Test;

/** What an edge node that keeps to no limit gets, frame by frame: HTTP/2's codec refuses of itself, and it is counted. */
class StreamLimitsTest {

    private static final LinkLimits LIMITS = LinkLimits.DEFAULT;
    private static final int HEADERS = 1;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int LARGEST_FRAME = 1 << 14;

    /** HPACK: GET, https and / are in the static table, the authority is not (RFC 7541). */
    private static ByteBuf head(int moreBytes) {
        byte[] name = "files".getBytes(StandardCharsets.US_ASCII);
        ByteBuf block = Unpooled.buffer()
                .writeByte(0x82)
                .writeByte(0x87)
                .writeByte(0x84)
                .writeByte(0x01)
                .writeByte(name.length)
                .writeBytes(name);
        for (int left = moreBytes; left > 0; left -= 100) {
            block.writeByte(0x00).writeByte(1).writeByte('x').writeByte(100);
            for (int i = 0; i < 100; i++) {
                block.writeByte('a');
            }
        }
        return block;
    }

    private static ByteBuf frame(int type, int flags, int stream, ByteBuf payload) {
        return Unpooled.wrappedBuffer(
                Unpooled.buffer(9)
                        .writeMedium(payload.readableBytes())
                        .writeByte(type)
                        .writeByte(flags)
                        .writeInt(stream),
                payload);
    }

    private static void get(EmbeddedLink link, int number, int moreBytes) {
        ByteBuf block = head(moreBytes);
        int stream = 2 * number + 3; // the first is for upgrades from HTTP/1.1
        boolean whole = block.readableBytes() <= LARGEST_FRAME;
        link.inside.writeInbound(frame(
                HEADERS,
                END_STREAM | (whole ? END_HEADERS : 0),
                stream,
                block.readRetainedSlice(Math.min(LARGEST_FRAME, block.readableBytes()))));
        while (block.isReadable()) {
            ByteBuf next = block.readRetainedSlice(Math.min(LARGEST_FRAME, block.readableBytes()));
            link.inside.writeInbound(frame(CONTINUATION, block.isReadable() ? 0 : END_HEADERS, stream, next));
        }
        block.release();
        link.inside.runPendingTasks();
    }

    private static long refused(EmbeddedLink link, LinkErrorCode code) {
        return link.counters.value("link_streams_refused", "end", "inside", "reason", code.code());
    }

    @Test
    void streamsPastTheLimitAreRefusedAndCounted() {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            for (int i = 0; i < LIMITS.streams(); i++) {
                get(link, i, 0);
            }
            assertThat(link.servers).hasSize(LIMITS.streams());
            assertThat(refused(link, LinkErrorCode.STREAMS_EXHAUSTED)).isZero();
            for (int i = 0; i < 3; i++) {
                get(link, LIMITS.streams() + i, 0);
            }
            assertThat(link.servers).hasSize(LIMITS.streams());
            assertThat(refused(link, LinkErrorCode.STREAMS_EXHAUSTED)).isEqualTo(3);
            assertThat(link.inside.isOpen()).isTrue();
        }
    }

    @Test
    void headerFieldsPastTheLimitAreRefusedAndCounted() {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            get(link, 0, LIMITS.headerListBytes() / 2);
            assertThat(link.servers).hasSize(1);
            assertThat(refused(link, LinkErrorCode.HEADERS_TOO_LONG)).isZero();
            get(link, 1, LIMITS.headerListBytes());
            assertThat(link.servers).hasSize(1);
            assertThat(refused(link, LinkErrorCode.HEADERS_TOO_LONG)).isEqualTo(1);
            assertThat(link.inside.isOpen()).isTrue();
        }
    }

    @Test
    void aConnectionOnWhichTheRulesAreBrokenIsClosedForThatReason() {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            // RFC 9113 section 6.2: HEADERS belong to a stream
            link.inside.writeInbound(frame(HEADERS, END_STREAM | END_HEADERS, 0, head(0)));
            link.inside.runPendingTasks();
            link.settle();
            assertThat(link.insideEvents.closed).isEqualTo(LinkErrorCode.RULES_BROKEN);
        }
    }
}
