package org.edgeways.settings.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.Result;
import org.edgeways.settings.control.ControlMessage.CertificateDue;
import org.edgeways.settings.control.ControlMessage.CertificateIssued;
import org.edgeways.settings.control.ControlMessage.CertificateRequest;
import org.edgeways.settings.control.ControlMessage.ConnectorCertificate;
import org.edgeways.settings.control.ControlMessage.ConnectorHello;
import org.edgeways.settings.control.ControlMessage.ConnectorRequest;
import org.edgeways.settings.control.ControlMessage.Hello;
import org.edgeways.settings.control.ControlMessage.Refusal;
import org.edgeways.settings.control.ControlMessage.RefusedSerials;
import org.edgeways.settings.control.ControlMessage.Rejected;
import org.edgeways.settings.control.ControlMessage.Report;
import org.edgeways.settings.control.ControlMessage.Shown;
import org.edgeways.settings.control.ControlMessage.SnapshotPush;
import org.edgeways.settings.text.SettingsErrorCode;
import org.edgeways.tokens.SignedSnapshot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlCodecTest {

    private static final String PEM = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n";

    static final List<ControlMessage> EVERY_KIND = List.of(
            new Hello("edge1", 0, "0.1.0"),
            new Hello("edge1", Long.MAX_VALUE, "0.1.0"),
            SnapshotPush.of(new byte[] {0, 1, -1}),
            new Report(7, Optional.empty(), List.of(), Optional.empty(), List.of()),
            new Report(
                    7,
                    Optional.of(new Rejected(8, "snapshot-forged", "its signature does not fit\nat all \"ü\"")),
                    List.of("insideLeg.port"),
                    Optional.of(1_800_000_000L),
                    List.of(new Shown("sip.acorn.example", 1_800_000_000L, true, Optional.of("no such file"))),
                    Optional.empty(),
                    Optional.of("3f0c")),
            new CertificateRequest(PEM.replace("CERTIFICATE", "CERTIFICATE REQUEST")),
            new CertificateIssued(List.of(PEM, PEM)),
            new CertificateDue("3f0c", "QQ=="),
            new Refusal("certificate-request", "some-code", ""),
            new ConnectorHello("ucm"),
            new ConnectorRequest("ucm", PEM.replace("CERTIFICATE", "CERTIFICATE REQUEST"), PEM, "QQ=="),
            new ConnectorCertificate("ucm", List.of(PEM, PEM)),
            new RefusedSerials(1_800_000_000_000L, List.of("3f0c"), "QQ=="));

    private static Result<ControlMessage> read(String text) {
        return ControlCodec.read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ErrorCode code(Result<?> result) {
        return switch (result) {
            case Result.Ok<?> ok -> throw new AssertionError("was read: " + ok);
            case Result.Bad<?> bad -> bad.code();
        };
    }

    @ParameterizedTest
    @FieldSource("EVERY_KIND")
    void aMessageReadsBackAsItWas(ControlMessage message) {
        assertThat(ControlCodec.read(ControlCodec.write(message)).orThrow()).isEqualTo(message);
    }

    @Test
    void everyKindIsTried() {
        assertThat(EVERY_KIND.stream().map(Object::getClass).distinct())
                .hasSize(ControlMessage.class.getPermittedSubclasses().length);
    }

    @Test
    void aMessageIsOneObjectWithItsType() {
        assertThat(new String(ControlCodec.write(new Hello("edge1", 3, "0.1.0")), StandardCharsets.UTF_8))
                .isEqualTo("{\"type\":\"hello\",\"node\":\"edge1\",\"revision\":3,\"version\":\"0.1.0\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "7",
                "{}",
                "{\"type\":\"helo\",\"node\":\"edge1\",\"revision\":3,\"version\":\"1\"}",
                "{\"type\":7}",
                "{\"type\":\"hello\",\"node\":\"edge1\",\"revision\":3}",
                "{\"type\":\"hello\",\"node\":\"edge1\",\"revision\":-1,\"version\":\"1\"}",
                "{\"type\":\"hello\",\"node\":\"edge1\",\"revision\":9223372036854775808,\"version\":\"1\"}",
                "{\"type\":\"hello\",\"node\":\"edge1\",\"revision\":1.5,\"version\":\"1\"}",
                "{\"type\":\"hello\",\"node\":\"Edge 1\",\"revision\":3,\"version\":\"1\"}",
                "{\"type\":\"hello\",\"node\":\"edge1\",\"revision\":3,\"version\":\"1\",\"more\":1}",
                "{\"type\":\"hello\",\"node\":\"edge1\",\"node\":\"edge2\",\"revision\":3,\"version\":\"1\"}",
                "{\"type\":\"hello\",\"node\":\"edge1\",\"revision\":3,\"version\":\"1\"} {}",
                "{\"type\":\"snapshot\",\"envelope\":\"QQ=\"}",
                "{\"type\":\"certificate-issued\",\"chain\":[]}",
                "{\"type\":\"report\",\"revision\":null}"
            })
    void whatIsNoMessageIsAnErrorValue(String text) {
        assertThat(code(read(text))).isEqualTo(SettingsErrorCode.MESSAGE_MALFORMED);
    }

    @Test
    void bytesThatAreNoTextAreAnErrorValue() {
        assertThat(code(ControlCodec.read(new byte[] {'{', (byte) 0xc3, '}'})))
                .isEqualTo(SettingsErrorCode.MESSAGE_MALFORMED);
    }

    @Test
    void asManyRefusedSerialsAsAllowedFitIntoWhatANodeMaySay() {
        List<String> all = Collections.nCopies(RefusedSerials.MOST, "f".repeat(40));
        byte[] written = ControlCodec.write(new RefusedSerials(1, all, "QQ=="));
        assertThat(written.length).isLessThan(256 * 1024);
        assertThat(ControlCodec.read(written).isOk()).isTrue();
        List<String> more = Collections.nCopies(RefusedSerials.MOST + 1, "f");
        assertThat(code(ControlCodec.read(ControlCodec.write(new RefusedSerials(1, more, "QQ==")))))
                .isEqualTo(SettingsErrorCode.MESSAGE_MALFORMED);
    }

    @Test
    void theLongestSnapshotFitsIntoAMessage() {
        byte[] longest = new byte[SignedSnapshot.MAX_BYTES];
        byte[] written = ControlCodec.write(SnapshotPush.of(longest));
        assertThat(written.length).isLessThanOrEqualTo(ControlCodec.MOST_BYTES);
        assertThat(ControlCodec.read(written).orThrow())
                .isInstanceOfSatisfying(
                        SnapshotPush.class, push -> assertThat(push.bytes()).isEqualTo(longest));
    }

    @Test
    void aMessageAtTheLimitIsReadAndOneByteLongerRefused() {
        String hello = "{\"type\":\"hello\",\"node\":\"edge1\",\"revision\":3,\"version\":\"1\"}";
        String padding = " ".repeat(ControlCodec.MOST_BYTES - hello.length());
        assertThat(read(hello + padding).isOk()).isTrue();
        assertThat(code(read(hello + padding + " "))).isEqualTo(SettingsErrorCode.MESSAGE_TOO_LONG);
    }

    @Test
    void aPushDoesNotPrintWhatItCarries() {
        assertThat(SnapshotPush.of(new byte[300]).toString()).hasSizeLessThan(60);
    }
}
