package org.edgeways.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.edgeways.base.Result;
import org.edgeways.sip.framing.Frame;
import org.edgeways.sip.framing.StreamFramer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages of real clients (src/test/resources/captured) go through the codec unharmed. */
class CapturedMessagesTest {
    private static final String OUR_VIA = "SIP/2.0/TLS edge.acorn.example:8443;branch=z9hG4bK-0-1";

    static List<String> captured() throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(directory())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".sip"))
                    .sorted()
                    .toList();
        }
    }

    private static Path directory() throws URISyntaxException {
        return Path.of(CapturedMessagesTest.class.getResource("/captured").toURI());
    }

    private static byte[] bytes(String name) throws IOException, URISyntaxException {
        return Files.readAllBytes(directory().resolve(name));
    }

    private static SipMessage parsed(byte[] bytes) {
        ParseOutcome outcome = SipParser.parse(bytes, SipLimits.DEFAULT);
        assertThat(outcome).isInstanceOf(ParseOutcome.Good.class);
        return ((ParseOutcome.Good) outcome).message();
    }

    @Test
    void everyClientIsThere() throws Exception {
        for (String client :
                List.of("baresip", "linphonec", "jssip", "sipp", "sipe", "sipvicious", "kamailio", "kamailio-relay")) {
            assertThat(captured()).anyMatch(name -> name.startsWith(client + "-"));
        }
    }

    @Test
    void presenceOfBothSoftphonesIsThere() throws Exception {
        for (String client : List.of("baresip", "linphonec")) {
            for (String method : List.of("SUBSCRIBE", "NOTIFY", "PUBLISH")) {
                assertThat(captured()).contains(client + "-" + method + "-1.sip");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("captured")
    void comesOutByteForByte(String name) throws Exception {
        byte[] received = bytes(name);
        assertThat(parsed(received).encode()).isEqualTo(received);
        assertThat(parsed(received).copy().encode()).isEqualTo(received);
    }

    @ParameterizedTest
    @MethodSource("captured")
    void aViaPutOnAndTakenOffLeavesTheRestAsItWas(String name) throws Exception {
        byte[] received = bytes(name);
        String text = new String(received, StandardCharsets.ISO_8859_1);
        SipMessage message = parsed(received);
        message.addFirst(HeaderName.VIA, OUR_VIA);
        assertThat(new String(message.encode(), StandardCharsets.ISO_8859_1))
                .isEqualTo(text.replaceFirst("\r\nVia: ", "\r\nVia: " + OUR_VIA + "\r\nVia: "));
        message.removeFirstElement(HeaderName.VIA);
        assertThat(message.encode()).isEqualTo(received);
    }

    @ParameterizedTest
    @MethodSource("captured")
    void everyAddressInItIsUnderstood(String name) throws Exception {
        SipMessage message = parsed(bytes(name));
        assertThat(message.vias()).isInstanceOf(Result.Ok.class);
        for (HeaderName header : List.of(
                HeaderName.CONTACT, HeaderName.ROUTE, HeaderName.RECORD_ROUTE, HeaderName.FROM, HeaderName.TO)) {
            // svmap's REGISTER says "Contact: None"
            boolean nonsense = "None".equals(message.first(header));
            assertThat(message.addresses(header).isOk()).as("%s", header).isNotEqualTo(nonsense);
        }
        if (message.isRequest()) {
            assertThat(message.requestUri()).isInstanceOf(Result.Ok.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100_000})
    void aStreamOfThemIsCutWhereTheyMeet(int chunk) throws Exception {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (String name : captured()) {
            stream.writeBytes(bytes(name));
        }
        List<byte[]> cut = new ArrayList<>();
        StreamFramer framer = new StreamFramer(SipLimits.DEFAULT);
        byte[] all = stream.toByteArray();
        for (int at = 0; at < all.length; at += chunk) {
            framer.feed(all, at, Math.min(chunk, all.length - at));
            for (Frame frame = framer.next(); frame != null; frame = framer.next()) {
                assertThat(frame).isInstanceOf(Frame.Message.class);
                cut.add(((Frame.Message) frame).bytes());
            }
        }
        List<byte[]> expected = new ArrayList<>();
        for (String name : captured()) {
            expected.add(bytes(name));
        }
        assertThat(cut).containsExactlyElementsOf(expected);
    }
}
