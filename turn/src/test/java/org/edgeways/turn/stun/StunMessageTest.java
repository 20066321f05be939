package org.edgeways.turn.stun;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.edgeways.base.Result;
import org.edgeways.turn.TurnErrorCode;
import org.junit.jupiter.api.Test;

class StunMessageTest {

    private static final byte[] TRANSACTION = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    private static final byte[] KEY = {9, 9, 9};

    private static StunWriter request() {
        return new StunWriter(StunClass.REQUEST, StunMethod.ALLOCATE, TRANSACTION);
    }

    private static void isMalformed(byte[] bytes) {
        assertThat(StunMessage.parse(bytes))
                .isInstanceOfSatisfying(
                        Result.Bad.class, bad -> assertThat(bad.code()).isEqualTo(TurnErrorCode.MALFORMED));
    }

    @Test
    void classAndMethodComeBackFromTheType() {
        for (StunClass messageClass : StunClass.values()) {
            for (int method = 0; method < 0x1000; method++) {
                int type = messageClass.type(method);
                assertThat(type).isBetween(0, 0x3fff);
                assertThat(StunClass.of(type)).isEqualTo(messageClass);
                assertThat(StunClass.method(type)).isEqualTo(method);
            }
        }
        assertThat(StunClass.ERROR.type(StunMethod.ALLOCATE)).isEqualTo(0x0113);
    }

    @Test
    void everyCutMessageIsMalformed() {
        byte[] bytes = request()
                .add(StunAttribute.USERNAME, "alice")
                .add(StunAttribute.LIFETIME, 600)
                .toBytes();
        for (int length = 0; length < bytes.length; length++) {
            isMalformed(Arrays.copyOf(bytes, length));
        }
        isMalformed(Arrays.copyOf(bytes, bytes.length + 4));
    }

    @Test
    void anAttributeThatReachesPastTheEndIsMalformed() {
        byte[] bytes = request().add(StunAttribute.USERNAME, "alice").toBytes();
        bytes[23] = 9;
        isMalformed(bytes);
        bytes[22] = (byte) 0xff;
        isMalformed(bytes);
    }

    @Test
    void theMostAttributesAreReadAndOneMoreIsMalformed() {
        StunWriter writer = request();
        for (int i = 0; i < StunMessage.MAX_ATTRIBUTES; i++) {
            writer.add(StunAttribute.SOFTWARE, "");
        }
        assertThat(StunMessage.parse(writer.toBytes()).orThrow().count()).isEqualTo(StunMessage.MAX_ATTRIBUTES);
        isMalformed(writer.add(StunAttribute.SOFTWARE, "").toBytes());
    }

    @Test
    void whatComesBehindTheIntegrityDoesNotCount() {
        StunMessage message = StunMessage.parse(request()
                        .addIntegrity(Integrity.SHA1, KEY)
                        .add(StunAttribute.USERNAME, "mallory")
                        .addIntegrity(Integrity.SHA256, KEY)
                        .add(StunAttribute.LIFETIME, 1)
                        .addFingerprint()
                        .toBytes())
                .orThrow();
        assertThat(message.has(StunAttribute.USERNAME)).isFalse();
        assertThat(message.has(StunAttribute.LIFETIME)).isFalse();
        assertThat(message.has(StunAttribute.FINGERPRINT)).isTrue();
        assertThat(message.isIntact(Integrity.SHA1, KEY)).isTrue();
        assertThat(message.isIntact(Integrity.SHA256, KEY)).isTrue();
    }

    @Test
    void ofAttributesThatComeTwiceTheFirstCounts() {
        StunMessage message = StunMessage.parse(request()
                        .add(StunAttribute.LIFETIME, 1)
                        .add(StunAttribute.LIFETIME, 2)
                        .toBytes())
                .orThrow();
        assertThat(message.numberOf(StunAttribute.LIFETIME)).hasValue(1);
    }

    @Test
    void strongerIntegrityMayBeCutToSixteenBytesAndNotFurther() {
        byte[] whole = request().addIntegrity(Integrity.SHA256, KEY).toBytes();
        assertThat(StunMessage.parse(whole).orThrow().isIntact(Integrity.SHA256, KEY))
                .isTrue();
        for (int length : new int[] {0, 4, 12, 13, 16, 20, 28, 36}) {
            byte[] hash = Arrays.copyOf(
                    Integrity.SHA256.over(KEY, request().toBytes(), StunMessage.HEADER_BYTES, length), length);
            byte[] cut =
                    request().add(StunAttribute.MESSAGE_INTEGRITY_SHA256, hash).toBytes();
            assertThat(StunMessage.parse(cut).orThrow().isIntact(Integrity.SHA256, KEY))
                    .as("%d bytes", length)
                    .isEqualTo(length == 16 || length == 20 || length == 28);
        }
    }

    @Test
    void passwordAlgorithmsAreReadAsTheyAreOffered() {
        byte[] offer = PasswordAlgorithm.offer();
        assertThat(PasswordAlgorithm.read(Arrays.copyOf(offer, 4))).isEqualTo(PasswordAlgorithm.SHA256);
        assertThat(PasswordAlgorithm.read(Arrays.copyOfRange(offer, 4, 8))).isEqualTo(PasswordAlgorithm.MD5);
        for (byte[] wrong : new byte[][] {{}, {0, 1}, {0, 3, 0, 0}, {1, 1, 0, 0}, {0, 1, 0, 4}, {0, 1, 0, 0, 0}}) {
            assertThat(PasswordAlgorithm.read(wrong)).isNull();
        }
        assertThat(PasswordAlgorithm.userHash("user", "realm")).hasSize(32);
    }

    @Test
    void anIpv4AddressAndItsMappedFormAreTheSame() {
        StunMessage message = StunMessage.parse(request()
                        .addXor(StunAttribute.XOR_PEER_ADDRESS, TransportAddress.ipv4(0x7f000001, 7))
                        .toBytes())
                .orThrow();
        assertThat(message.xorAddress(0)).isEqualTo(new TransportAddress(0, 0xffff_7f00_0001L, 7));
        assertThat(new TransportAddress(0, 0xffff_7f00_0001L, 7)).hasToString("127.0.0.1:7");
    }

    @Test
    void aStreamIsCutIntoFrames() {
        byte[] stun = request().toBytes();
        assertThat(Frames.length(MemorySegment.ofArray(stun), 0, 20)).isEqualTo(20);
        assertThat(Frames.length(MemorySegment.ofArray(stun), 0, 3)).isEqualTo(Frames.INCOMPLETE);
        byte[] channel = {0x40, 0, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0};
        assertThat(Frames.length(MemorySegment.ofArray(channel), 0, 4)).isEqualTo(12);
        assertThat(Frames.length(MemorySegment.ofArray(new byte[] {'G', 'E', 'T', ' '}), 0, 4))
                .isEqualTo(4 + 0x5420);
        assertThat(Frames.length(MemorySegment.ofArray(new byte[] {0, 1, 0, 3}), 0, 4))
                .isEqualTo(Frames.BROKEN);
        assertThat(Frames.length(MemorySegment.ofArray(new byte[] {(byte) 0x80, 0, 0, 0}), 0, 4))
                .isEqualTo(Frames.BROKEN);
    }
}
