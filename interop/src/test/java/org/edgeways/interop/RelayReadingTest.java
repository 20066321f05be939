package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.edgeways.interop.OutsideReading.Sent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The reader of what the edge's relay sends must miss nothing, also where an address is XORed. */
class RelayReadingTest {
    private static final String PEER = "198.51.100.50";
    private static final String RELAYED = "198.51.100.10";
    private static final String INSIDE = "172.16.1.10";
    private static final int ALLOCATED = 0x0103;
    private static final int DATA_INDICATION = 0x0017;
    private static final byte[] TRANSACTION = {0x21, 0x12, (byte) 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

    /** A STUN message as the wire has it. */
    static byte[] stun(int type, byte[]... attributes) {
        int length = Arrays.stream(attributes)
                .mapToInt(attribute -> attribute.length)
                .sum();
        ByteBuffer message = ByteBuffer.allocate(20 + length);
        message.putShort((short) type).putShort((short) length).put(TRANSACTION);
        Arrays.stream(attributes).forEach(message::put);
        return message.array();
    }

    private static byte[] attribute(int type, byte[] value) {
        return ByteBuffer.allocate(4 + (value.length + 3) / 4 * 4)
                .putShort((short) type)
                .putShort((short) value.length)
                .put(value)
                .array();
    }

    static byte[] attribute(int type, String text) {
        return attribute(type, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] address(int type, String literal) {
        return address(type, InetAddress.ofLiteral(literal).getAddress(), false);
    }

    static byte[] xored(int type, String literal) {
        return address(type, InetAddress.ofLiteral(literal).getAddress(), true);
    }

    private static byte[] address(int type, byte[] address, boolean xored) {
        ByteBuffer value = ByteBuffer.allocate(4 + address.length);
        value.put((byte) 0).put((byte) (address.length == 4 ? 1 : 2)).putShort((short) 50_000);
        for (int i = 0; i < address.length; i++) {
            value.put((byte) (xored ? address[i] ^ TRANSACTION[i] : address[i]));
        }
        return attribute(type, value.array());
    }

    private static Optional<Sent> read(byte[] message) {
        return RelayReading.message("datagram", ByteBuffer.wrap(message), List.of());
    }

    private static OutsideReading reading(Sent sent) throws Exception {
        try (WorkDirectory directory = WorkDirectory.create()) {
            return OutsideReading.of(directory.path(), List.of(sent));
        }
    }

    private static void isSeen(byte[] message, String inside) throws Exception {
        assertThat(reading(read(message).orElseThrow()).insideSeenOutside())
                .hasSize(1)
                .allMatch(seen -> seen.contains(inside));
    }

    @Test
    void whatTheRelayIsToTellIsReadAndNamesNothingInside() throws Exception {
        Sent allocated = read(stun(
                        ALLOCATED,
                        xored(0x0016, RELAYED),
                        xored(0x0020, PEER),
                        attribute(0x000d, new byte[] {0, 0, 2, 88}),
                        attribute(0x0008, new byte[20])))
                .orElseThrow();
        assertThat(allocated.values("XOR-RELAYED-ADDRESS", "")).containsExactly(RELAYED);
        assertThat(allocated.values("XOR-MAPPED-ADDRESS", "")).containsExactly(PEER);
        assertThat(reading(allocated).insideSeenOutside()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x0012, 0x0016, 0x0020, 0x8020})
    void anInsideAddressIsSeenAlthoughItIsXored(int type) throws Exception {
        isSeen(stun(ALLOCATED, xored(0x0020, PEER), xored(type, INSIDE)), INSIDE);
        isSeen(stun(ALLOCATED, xored(type, "10.10.1.20")), "10.10.1.20");
    }

    @Test
    void anInsideAddressIsSeenInItsMappedFormToo() throws Exception {
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(InetAddress.ofLiteral(INSIDE).getAddress(), 0, mapped, 12, 4);
        isSeen(stun(DATA_INDICATION, address(0x0012, mapped, true)), INSIDE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x0001, 0x0004, 0x0005, 0x8023, 0x802b, 0x802c})
    void anInsideAddressInClearIsSeen(int type) throws Exception {
        isSeen(stun(0x0101, address(type, INSIDE)), INSIDE);
    }

    @ParameterizedTest
    @CsvSource({
        "0x8022, Edgeways on Edge1",
        "0x0014, inside.acorn.example",
        "0x0009, ....no way to 10.10.1.20",
        "0x0015, 172.16.1.10",
        "0x8003, pool.inside.acorn.example"
    })
    void aNameInATextIsSeen(int type, String text) throws Exception {
        assertThat(reading(read(stun(0x0113, attribute(type, text))).orElseThrow())
                        .insideSeenOutside())
                .isNotEmpty();
    }

    @Test
    void whatClientsHaveWrittenMayNameTheInside() throws Exception {
        byte[] text = "10.10.1.20".getBytes(StandardCharsets.ISO_8859_1);
        byte[] data = stun(DATA_INDICATION, xored(0x0012, PEER), attribute(0x0013, text));
        assertThat(reading(read(data).orElseThrow()).insideSeenOutside()).isEmpty();
        Sent channelData = read(channelData(text)).orElseThrow();
        assertThat(channelData.startLine()).isEqualTo("ChannelData");
        assertThat(reading(channelData).insideSeenOutside()).isEmpty();
    }

    private static byte[] channelData(byte[] payload) {
        return ByteBuffer.allocate(4 + (payload.length + 3) / 4 * 4)
                .putShort((short) 0x4000)
                .putShort((short) payload.length)
                .put(payload)
                .array();
    }

    @Test
    void whatCannotBeReadIsNotTakenForRead() {
        byte[] good = stun(ALLOCATED, xored(0x0016, RELAYED));
        assertThat(read(Arrays.copyOf(good, good.length - 1))).as("cut").isEmpty();
        assertThat(read(Arrays.copyOf(good, good.length + 4))).as("too long").isEmpty();
        assertThat(read(stun(ALLOCATED, attribute(0x0016, new byte[7]))))
                .as("no address")
                .isEmpty();
        assertThat(read(stun(ALLOCATED, attribute(0x7ffe, "?"))))
                .as("an attribute that nobody knows")
                .isEmpty();
        assertThat(read(new byte[] {0x40, 0, 0, 9, 1})).as("ChannelData, cut").isEmpty();
        assertThat(read(new byte[] {22, (byte) 0xfe, (byte) 0xfd, 0, 0}))
                .as("DTLS")
                .isEmpty();
        assertThat(read(new byte[0])).isEmpty();
    }

    @Test
    void aConnectionToTheRelayIsCutIntoMessages() throws Exception {
        byte[] first = stun(ALLOCATED, xored(0x0016, RELAYED));
        byte[] data = channelData(new byte[5]);
        byte[] bad = stun(DATA_INDICATION, xored(0x0012, INSIDE), attribute(0x0013, "hello"));
        byte[] stream = ByteBuffer.allocate(first.length + data.length + bad.length)
                .put(first)
                .put(data)
                .put(bad)
                .array();
        try (WorkDirectory directory = WorkDirectory.create()) {
            Files.write(directory.path().resolve("0001-443.from-edge"), stream);
            OutsideReading reading = OutsideReading.of(directory.path(), List.of());
            assertThat(reading.sent())
                    .extracting(Sent::startLine)
                    .containsExactly("STUN 0x0103", "ChannelData", "STUN 0x0017");
            assertThat(reading.insideSeenOutside()).hasSize(1);
        }
        byte[] cut = Arrays.copyOf(stream, stream.length - 3);
        assertThatThrownBy(() -> OutsideReading.messages("0001-443.from-edge", cut))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void ofOtherDatagramsTheAddressesAndTheNamesAskedForAreRead() throws Exception {
        byte[] question = ByteBuffer.allocate(12 + 14 + 4)
                .put(12, new byte[] {4, 'p', 'o', 'o', 'l', 6, 'i', 'n', 's', 'i', 'd', 'e', 0})
                .array();
        Sent asked = packet(17, INSIDE, Networks.NAME_SERVER, udp(40_000, 53, question))
                .orElseThrow();
        assertThat(asked.values("asked", "")).containsExactly("pool.inside.");
        assertThat(reading(asked).insideSeenOutside()).hasSize(2);
        assertThat(packet(17, RELAYED, PEER, udp(50_000, 9, "10.10.1.20".getBytes(StandardCharsets.ISO_8859_1)))
                        .orElseThrow()
                        .startLine())
                .as("written by a client")
                .isEqualTo("relayed datagram");
        byte[] unreachable = ByteBuffer.allocate(8 + 28)
                .put(0, (byte) 3)
                .put(8 + 12, InetAddress.ofLiteral(PEER).getAddress())
                .put(8 + 16, InetAddress.ofLiteral(INSIDE).getAddress())
                .array();
        assertThat(reading(packet(1, RELAYED, PEER, unreachable).orElseThrow()).insideSeenOutside())
                .hasSize(1);
    }

    @Test
    void packetsThatDoNotPassAreNotTakenForRead() {
        byte[] good = udp(Networks.RELAY_PORT, 9, stun(0x0101));
        assertThat(packet(17, RELAYED, PEER, good)).isPresent();
        assertThat(packet(17, INSIDE, PEER, good)).isEmpty();
        assertThat(packet(17, RELAYED, PEER, udp(3_479, 9, stun(0x0101)))).isEmpty();
        assertThat(packet(17, RELAYED, PEER, udp(40_000, 53, new byte[30]))).isEmpty();
        assertThat(packet(6, RELAYED, PEER, good)).isEmpty();
        assertThat(DatagramReading.packet(new byte[0])).isEmpty();
    }

    private static byte[] udp(int from, int to, byte[] payload) {
        return ByteBuffer.allocate(8 + payload.length)
                .putShort((short) from)
                .putShort((short) to)
                .putShort((short) (8 + payload.length))
                .putShort((short) 0)
                .put(payload)
                .array();
    }

    private static Optional<Sent> packet(int protocol, String from, String to, byte[] inner) {
        return DatagramReading.packet(ByteBuffer.allocate(20 + inner.length)
                .put(0, (byte) 0x45)
                .putShort(2, (short) (20 + inner.length))
                .put(9, (byte) protocol)
                .put(12, InetAddress.ofLiteral(from).getAddress())
                .put(16, InetAddress.ofLiteral(to).getAddress())
                .put(20, inner)
                .array());
    }
}
