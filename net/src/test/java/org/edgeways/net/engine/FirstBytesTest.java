package org.edgeways.net.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.edgeways.net.engine.FirstBytes.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a connection carries, from its first bytes. */
final class FirstBytesTest {

    private static Answer of(byte[] bytes) {
        return FirstBytes.of(bytes, bytes.length);
    }

    private static byte[] bytes(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The answer to the whole, after checking that every prefix agrees with it or asks for more. */
    private static Answer settled(byte[] bytes) {
        Answer whole = of(bytes);
        boolean decided = false;
        for (int i = 0; i <= bytes.length; i++) {
            Answer answer = of(Arrays.copyOf(bytes, i));
            if (decided || !answer.equals(new Answer.More())) {
                assertThat(answer).as("after %d bytes", i).isEqualTo(whole);
                decided = true;
            }
        }
        return whole;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET / HTTP/1.1\\r\\n|HTTP_1",
                "HEAD /x HTTP/1.1\\r\\n|HTTP_1",
                "POST http://x/ HTTP/1.1|HTTP_1",
                "CONNECT edge:443 HTTP/1.1|HTTP_1",
                "OPTIONS * HTTP/1.1|HTTP_1",
                "OPTIONS /sip HTTP/1.1|HTTP_1",
                "OPTIONS https://edge/ HTTP/1.1|HTTP_1",
                "PROPFIND /dav HTTP/1.1|HTTP_1",
                "PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n|HTTP_2",
                "OPTIONS sip:edge.example SIP/2.0|SIP",
                "OPTIONS SIPS:edge.example SIP/2.0|SIP",
                "REGISTER sip:acorn.example SIP/2.0|SIP",
                "INVITE  sip:two.spaces SIP/2.0|SIP",
                "INVITE tel:+123 SIP/2.0|SIP",
                "NOTSEENBEFORE urn:service:sos SIP/2.0|SIP",
                "ACK sip:a@b SIP/2.0|SIP",
                "SIP/2.0 200 OK|SIP",
                "sip/2.0 200 OK|SIP",
                "\\r\\n\\r\\n|SIP",
                "\\n|SIP"
            })
    void textIsToldApart(String text, Content content) {
        assertThat(settled(bytes(text))).isEqualTo(new Answer.Is(content));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "This is no SIP at all",
                "XYZ ",
                "SSH-2.0-OpenSSH",
                "HTTP/1.1 200 OK",
                "PRI * HTTP/1.1",
                "get: /",
                " GET /",
                "PUSHED\r\n",
                "QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ",
                "OPTIONS aaaaaaaaaaaaaaaaaaaaaaaaaa:",
                "OPTIONS :",
                "\u00ff\u00ff\u00ff\u00ff"
            })
    void whatNobodyKnowsIsUnknown(String text) {
        byte[] bytes = bytes(text);
        Answer answer = settled(bytes);
        assertThat(answer).isIn(new Answer.Unknown(), new Answer.More());
        byte[] longer = Arrays.copyOf(bytes, FirstBytes.LIMIT_BYTES);
        Arrays.fill(longer, bytes.length, longer.length, (byte) 'q');
        assertThat(settled(longer)).isEqualTo(new Answer.Unknown());
    }

    @Test
    void stunIsKnownByItsCookie() {
        byte[] binding = Hellos.concat(new byte[] {0, 1, 0, 0, 0x21, 0x12, (byte) 0xa4, 0x42}, new byte[12]);
        assertThat(settled(binding)).isEqualTo(new Answer.Is(Content.STUN));
        byte[] old = binding.clone();
        old[4] = 0;
        assertThat(settled(old)).isEqualTo(new Answer.Unknown());
        byte[] uneven = binding.clone();
        uneven[3] = 3;
        assertThat(settled(uneven)).isEqualTo(new Answer.Unknown());
    }

    @ParameterizedTest
    @ValueSource(ints = {0x4000, 0x4141, 0x4745, 0x4fff})
    void channelDataIsKnownByItsNumberThoughThatMayBeLetters(int channel) {
        byte[] data = Hellos.concat(Hellos.number(2, channel), Hellos.number(2, 20), new byte[20]);
        assertThat(settled(data)).isEqualTo(new Answer.Is(Content.CHANNEL_DATA));
    }
}
