package org.edgeways.turn.stun;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.edgeways.base.Result;
import org.junit.jupiter.api.Test;

/** The samples of RFC 5769. */
class Rfc5769Test {

    private static final byte[] SHORT_TERM = "VOkJxbRl1RmTxUk/WvJxBt".getBytes(StandardCharsets.US_ASCII);

    private static byte[] sample(String name) throws IOException {
        try (InputStream in = Rfc5769Test.class.getResourceAsStream("rfc5769/" + name + ".hex")) {
            return HexFormat.of().parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip());
        }
    }

    private static StunMessage read(String name) throws IOException {
        return StunMessage.parse(sample(name)).orThrow();
    }

    @Test
    void theRequestIsReadAndItsIntegrityFits() throws IOException {
        StunMessage message = read("request");
        assertThat(message.messageClass()).isEqualTo(StunClass.REQUEST);
        assertThat(message.method()).isEqualTo(StunMethod.BINDING);
        assertThat(message.text(StunAttribute.SOFTWARE)).isEqualTo("STUN test client");
        assertThat(message.text(StunAttribute.USERNAME)).isEqualTo("evtj:h6vY");
        assertThat(message.has(StunAttribute.FINGERPRINT)).isTrue();
        assertThat(message.unknownAttributes()).as("PRIORITY is of ICE").containsExactly(0x24);
        assertThat(message.isIntact(Integrity.SHA1, SHORT_TERM)).isTrue();
        assertThat(message.isIntact(Integrity.SHA1, new byte[] {1})).isFalse();
        assertThat(message.isIntact(Integrity.SHA256, SHORT_TERM)).isFalse();
    }

    @Test
    void theIpv4ResponseNamesItsAddress() throws IOException {
        StunMessage message = read("response-ipv4");
        assertThat(message.messageClass()).isEqualTo(StunClass.SUCCESS);
        TransportAddress address = message.xorAddress(message.find(StunAttribute.XOR_MAPPED_ADDRESS));
        assertThat(address).hasToString("192.0.2.1:32853");
        assertThat(message.isIntact(Integrity.SHA1, SHORT_TERM)).isTrue();
    }

    @Test
    void theIpv6ResponseNamesItsAddress() throws IOException {
        StunMessage message = read("response-ipv6");
        TransportAddress address = message.xorAddress(message.find(StunAttribute.XOR_MAPPED_ADDRESS));
        assertThat(address)
                .isEqualTo(TransportAddress.of(new InetSocketAddress("2001:db8:1234:5678:11:2233:4455:6677", 32853)));
        assertThat(message.isIntact(Integrity.SHA1, SHORT_TERM)).isTrue();
    }

    @Test
    void theRequestWithLongTermCredentialsFitsItsKey() throws IOException {
        StunMessage message = read("request-long-term");
        String user = message.text(StunAttribute.USERNAME);
        String realm = message.text(StunAttribute.REALM);
        assertThat(user).isEqualTo("マトリックス");
        assertThat(realm).isEqualTo("example.org");
        assertThat(message.isIntact(Integrity.SHA1, PasswordAlgorithm.MD5.key(user, realm, "TheMatrIX")))
                .isTrue();
        assertThat(message.isIntact(Integrity.SHA1, PasswordAlgorithm.MD5.key(user, realm, "thematrix")))
                .isFalse();
    }

    @Test
    void theResponsesAreWrittenAsTheSamplesAreButForTheirPadding() throws IOException {
        byte[] transaction = read("response-ipv4").transactionId();
        for (String name : new String[] {"response-ipv4", "response-ipv6"}) {
            StunMessage sample = read(name);
            StunMessage written = StunMessage.parse(new StunWriter(StunClass.SUCCESS, StunMethod.BINDING, transaction)
                            .add(StunAttribute.SOFTWARE, "test vector")
                            .addXor(StunAttribute.XOR_MAPPED_ADDRESS, sample.xorAddress(1))
                            .addIntegrity(Integrity.SHA1, SHORT_TERM)
                            .addFingerprint()
                            .toBytes())
                    .orThrow();
            assertThat(written.count()).isEqualTo(sample.count());
            assertThat(written.value(1)).isEqualTo(sample.value(1));
            assertThat(written.isIntact(Integrity.SHA1, SHORT_TERM)).isTrue();
        }
    }

    @Test
    void anyChangedBitIsNoticed() throws IOException {
        for (String name : new String[] {"request", "response-ipv4", "response-ipv6"}) {
            byte[] bytes = sample(name);
            for (int bit = 0; bit < bytes.length * 8; bit++) {
                byte[] bent = bytes.clone();
                bent[bit / 8] ^= (byte) (1 << bit % 8);
                boolean whole = StunMessage.parse(bent) instanceof Result.Ok<StunMessage>(StunMessage message)
                        && message.has(StunAttribute.FINGERPRINT);
                assertThat(whole).as(name + " bit " + bit).isFalse();
            }
        }
    }
}
