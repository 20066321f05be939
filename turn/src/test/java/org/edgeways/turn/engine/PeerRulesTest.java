package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which peers are refused, in whatever form their address comes. */
class PeerRulesTest {

    private static final PeerRules RULES = new PeerRules(List.of(), List.of());

    @Test
    void anInsideNetworkWithGlobalAddressesIsRefusedUnlessAllowed() {
        PeerRules rules = new PeerRules(
                List.of(AddressPrefix.of("5.6.7.8/32")), List.of(), List.of(AddressPrefix.of("5.6.7.0/24")), List.of());
        assertThat(allows(RULES, "5.6.7.9")).isTrue();
        assertThat(allows(rules, "5.6.7.9")).isFalse();
        assertThat(allows(rules, "::ffff:5.6.7.9")).isFalse();
        assertThat(allows(rules, "2002:506:709::1")).isFalse();
        assertThat(allows(rules, "5.6.7.8")).isTrue();
        assertThat(allows(rules, "5.6.8.9")).isTrue();
    }

    @Test
    void whatIsOutsideInANetworkInsideIsJudgedAsWithoutThatNetwork() {
        PeerRules rules = new PeerRules(
                List.of(),
                List.of(AddressPrefix.of("5.6.7.11/32")),
                List.of(AddressPrefix.of("5.6.7.0/24"), AddressPrefix.of("10.0.0.0/8")),
                List.of(
                        AddressPrefix.ofOne("5.6.7.10"),
                        AddressPrefix.ofOne("5.6.7.11"),
                        AddressPrefix.ofOne("10.0.0.1")));
        assertThat(allows(rules, "5.6.7.10")).isTrue();
        assertThat(allows(rules, "5.6.7.9")).isFalse();
        assertThat(allows(rules, "5.6.7.11")).as("denied").isFalse();
        assertThat(allows(rules, "10.0.0.1")).as("not of the Internet").isFalse();
        assertThat(AddressPrefix.ofOne("2600:1::7")).isEqualTo(AddressPrefix.of("2600:1::7/128"));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, true",
        "10.3.0.0/16, true",
        "10.0.0.0/7, false",
        "0.0.0.0/0, false",
        "9.1.2.0/24, false",
        "fd00:7::/48, true",
        "2600:1::/32, false",
        "::/0, false"
    })
    void aNetworkIsNowhereGlobalIfAllOfItIsRefused(String network, boolean nowhere) {
        assertThat(PeerRules.isNowhereGlobal(AddressPrefix.of(network))).isEqualTo(nowhere);
    }

    private static boolean allows(PeerRules rules, String text) {
        TransportAddress address = TransportAddress.of(InetAddress.ofLiteral(text), 0);
        return rules.allows(address.high(), address.low());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "10.255.255.255",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.254",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.1",
                "192.168.1.1",
                "198.18.0.1",
                "198.19.255.255",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "fe80::1",
                "febf::1",
                "fec0::1",
                "fc00::1",
                "fdff::1",
                "ff02::1",
                "2001:db8::1",
                "100::1"
            })
    void whatIsNotGlobalIsRefused(String address) {
        assertThat(allows(RULES, address)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.1",
                "169.253.255.255",
                "172.15.255.255",
                "172.32.0.0",
                "192.167.255.255",
                "192.169.0.0",
                "223.255.255.255",
                "1.1.1.1",
                "2606:4700::1",
                "2a00:1450::1",
                "2001:4860::1"
            })
    void whatIsGlobalIsAllowed(String address) {
        assertThat(allows(RULES, address)).isTrue();
    }

    /** Every form that an IPv4 address can be hidden in. */
    static List<byte[]> formsOf(int ipv4) {
        byte[] v4 = ByteBuffer.allocate(4).putInt(ipv4).array();
        byte[] hidden = ByteBuffer.allocate(4).putInt(~ipv4).array();
        int good = 0x01010101;
        byte[] goodHidden = ByteBuffer.allocate(4).putInt(~good).array();
        return List.of(
                form("0000:0000:0000:0000:0000:ffff", v4, ""),
                form("0000:0000:0000:0000:0000:0000", v4, ""),
                form("0000:0000:0000:0000:ffff:0000", v4, ""),
                form("0064:ff9b:0000:0000:0000:0000", v4, ""),
                form("0064:ff9b:0001:0000:0000:0000", v4, ""),
                form("2002", v4, "00000000000000000001"),
                form("2002", v4, "12345678123456781234"),
                form("2001:0000", new byte[] {1, 1, 1, 1}, "00000000" + hex(hidden)),
                form("2001:0000", v4, "00000000" + hex(goodHidden)),
                form("2606:4700:0000:0000:0000:5efe", v4, ""),
                form("2606:4700:0000:0000:0200:5efe", v4, ""));
    }

    private static String hex(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(bytes);
    }

    private static byte[] form(String prefix, byte[] ipv4, String suffix) {
        byte[] all = java.util.HexFormat.of().parseHex(prefix.replace(":", "") + hex(ipv4) + suffix);
        assertThat(all).hasSize(16);
        return all;
    }

    private static boolean allows(PeerRules rules, byte[] ipv6) {
        ByteBuffer bits = ByteBuffer.wrap(ipv6);
        return rules.allows(bits.getLong(), bits.getLong());
    }

    @Test
    void everyFormOfARefusedAddressIsRefused() {
        for (int address : new int[] {0x7f000001, 0x0a000001, 0xc0a80101, 0xa9fea9fe, 0xe0000001, 0, -1}) {
            for (byte[] form : formsOf(address)) {
                assertThat(allows(RULES, form)).as(hex(form)).isFalse();
            }
        }
    }

    @Test
    void theFormsOfAGlobalAddressAreAllowedButTheNetworksOwnTranslation() {
        for (byte[] form : formsOf(0x01010101)) {
            boolean own = hex(form).startsWith("0064ff9b0001");
            assertThat(allows(RULES, form)).as(hex(form)).isEqualTo(!own);
        }
    }

    @Test
    void whatIsAllowedInSettingsIsAllowedInEveryForm() {
        PeerRules rules =
                new PeerRules(List.of(AddressPrefix.of("127.0.0.1/32"), AddressPrefix.of("::1/128")), List.of());
        assertThat(allows(rules, "127.0.0.1")).isTrue();
        assertThat(allows(rules, "::1")).isTrue();
        assertThat(allows(rules, "127.0.0.2")).isFalse();
        assertThat(allows(rules, form("0064:ff9b:0000:0000:0000:0000", new byte[] {127, 0, 0, 1}, "")))
                .isTrue();
    }

    @Test
    void whatIsDeniedIsDeniedInEveryFormAndEvenIfAllowed() {
        PeerRules rules = new PeerRules(
                List.of(AddressPrefix.of("8.8.0.0/16")),
                List.of(AddressPrefix.of("8.8.8.0/24"), AddressPrefix.of("2606:4700::/32")));
        assertThat(allows(rules, "8.8.9.1")).isTrue();
        for (byte[] form : formsOf(0x08080801)) {
            assertThat(allows(rules, form)).as(hex(form)).isFalse();
        }
        assertThat(allows(rules, "2606:4700::1")).isFalse();
        assertThat(allows(rules, "2606:4701::1")).isTrue();
    }

    @Test
    void prefixesContainExactlyWhatTheySay() {
        assertThat(AddressPrefix.of("0.0.0.0/0").contains(0, TransportAddress.low(-1)))
                .isTrue();
        assertThat(AddressPrefix.of("0.0.0.0/0").contains(1, 1)).isFalse();
        assertThat(AddressPrefix.of("::/0").contains(-1, -1)).isTrue();
        assertThat(AddressPrefix.of("2001:db8::/64").contains(0x20010db8_00000000L, -1))
                .isTrue();
        assertThat(AddressPrefix.of("2001:db8::/64").contains(0x20010db8_00000001L, 0))
                .isFalse();
        assertThat(AddressPrefix.of("2001:db8::/65").contains(0x20010db8_00000000L, -1))
                .isFalse();
    }
}
