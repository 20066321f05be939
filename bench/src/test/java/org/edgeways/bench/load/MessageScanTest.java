package org.edgeways.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipParser;
import org.junit.jupiter.api.Test;

class MessageScanTest {

    private final Requests requests = new Requests("bench.example", 7, Wire.TLS, "127.1.0.8");
    private final MessageScan scan = new MessageScan();

    private static byte[] bytes(MessageTemplate template) {
        ByteBuf buffer = template.write(UnpooledByteBufAllocator.DEFAULT, 0x12ab);
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        buffer.release();
        return bytes;
    }

    @Test
    void theRequestsAreGoodSip() {
        assertThat(SipParser.parse(bytes(requests.message()), SipLimits.DEFAULT))
                .isInstanceOf(ParseOutcome.Good.class);
        assertThat(SipParser.parse(bytes(requests.invite()), SipLimits.DEFAULT)).isInstanceOf(ParseOutcome.Good.class);
        byte[] register = requests.register(1, 1, "").getBytes(StandardCharsets.US_ASCII);
        assertThat(SipParser.parse(register, SipLimits.DEFAULT)).isInstanceOf(ParseOutcome.Good.class);
    }

    @Test
    void aMessageHasTheSizeThatIsSaid() {
        assertThat(bytes(requests.message())).hasSize(Requests.MESSAGE_BYTES);
    }

    @Test
    void theEndOfAMessageIsFoundAndNotBeforeItIsThere() {
        byte[] message = bytes(requests.message());
        for (int length = 0; length < message.length; length++) {
            assertThat(scan.find(message, 0, length))
                    .as("after %d bytes", length)
                    .isFalse();
        }
        assertThat(scan.find(message, 0, message.length)).isTrue();
        assertThat(scan.end()).isEqualTo(message.length);
    }

    @Test
    void theNumberIsReadBackFromTheBranch() {
        byte[] message = bytes(requests.message());
        assertThat(scan.find(message, 0, message.length)).isTrue();
        int mark = scan.find(1, Requests.MARK.getBytes(StandardCharsets.US_ASCII));
        assertThat(message[mark + Requests.MARK.length()]).isEqualTo((byte) Requests.MESSAGE);
        assertThat(Hex.read(message, mark + Requests.MARK.length() + 1)).isEqualTo(0x12ab);
    }
}
