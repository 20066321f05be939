package org.edgeways.settings.form;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextFormTest {

    private static void fit(TextForm form, String... texts) {
        assertThat(List.of(texts)).as("%s", form).allMatch(form::fits);
    }

    private static void doNotFit(TextForm form, String... texts) {
        assertThat(List.of(texts)).as("%s", form).noneMatch(form::fits);
    }

    @Test
    void namesAreOfAFewLettersOnly() {
        fit(TextForm.NAME, "edge1", "a", "edge-1.west", "x".repeat(63));
        doNotFit(TextForm.NAME, "", "Edge1", "-edge", "edge-", "a b", "x".repeat(64), "a/b");
    }

    @Test
    void labelsAreNamesWithoutDots() {
        fit(TextForm.LABEL, "edge1", "a", "edge-1", "x".repeat(63));
        doNotFit(TextForm.LABEL, "", "edge1.west", "Edge1", "-edge", "edge-", "x".repeat(64), "a_b");
    }

    @Test
    void hostsAreNamesOrAddresses() {
        fit(TextForm.HOST, "acorn.example", "Acorn.Example", "10.0.0.1", "::1", "[2001:db8::1]", "localhost");
        doNotFit(TextForm.HOST, "", "a b", "acorn.example:5061", "10.0.0", "10.0.0.256", "1:2", "[::1", "https://a");
    }

    @Test
    void addressesAreLiterals() {
        fit(TextForm.ADDRESS, "0.0.0.0", "::", "127.0.0.1", "fe80::1%nosuch0");
        doNotFit(TextForm.ADDRESS, "", "localhost", "10.1", "256.0.0.1", "[::1]", ":::1", "1.2.3.4.5");
    }

    @Test
    void socketsAreWholePathsThatTheKernelTakes() {
        fit(TextForm.SOCKET, "/run/a.sock", "/" + "x".repeat(106));
        doNotFit(TextForm.SOCKET, "run/a.sock", "/", "/" + "x".repeat(107));
    }

    @Test
    void longTextsAreMatchedWithoutAnOverflow() {
        fit(TextForm.BASE64, "A".repeat(4_000_000), "", "QQ==");
        doNotFit(TextForm.BASE64, "A".repeat(4_000_001), "A", "QQ=", "Q===", "Q Q=");
        fit(TextForm.PEM, "-----BEGIN CERTIFICATE-----\n" + "A".repeat(60_000) + "\n-----END CERTIFICATE-----\n");
        doNotFit(TextForm.PEM, "-----BEGIN CERTIFICATE-----", "A".repeat(65_000), "");
        doNotFit(TextForm.TEXT, "", "   ", "x".repeat(1_001));
        fit(TextForm.TEXT, "x".repeat(1_000));
    }
}
