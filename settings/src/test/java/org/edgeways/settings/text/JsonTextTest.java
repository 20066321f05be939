package org.edgeways.settings.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {

    private static final TextLimits LIMITS = new TextLimits(1_000, 3, 10);

    private final Problems problems = new Problems();

    private SettingsErrorCode refused(String text) {
        assertThat(JsonText.read(text, LIMITS, problems)).isEmpty();
        assertThat(problems.all()).hasSize(1);
        return problems.all().getFirst().code();
    }

    @Test
    void anObjectIsReadWithItsLines() {
        Node.Table table = JsonText.read("{\"a\": 7,\n \"b\": [true, null, \"x\"]}", LIMITS, problems)
                .orElseThrow();
        assertThat(table.entries().get("a").value()).isEqualTo(new Node.Whole(new Place("", 1), BigInteger.valueOf(7)));
        Place second = new Place("", 2);
        assertThat(table.entries().get("b").value())
                .isEqualTo(new Node.Many(
                        second,
                        List.of(new Node.Flag(second, true), new Node.Nothing(second), new Node.Text(second, "x"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7",
                "[]",
                "{",
                "{}{}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":1.5}",
                "{\"a\":1e400}",
                "{\"a\":01}",
                "{a:1}",
                "{\"a\":'x'}",
                "{\"a\":NaN}",
                "// x\n{}",
                "{\"a\":1,}"
            })
    void whatIsNotOneStrictObjectIsRefused(String text) {
        assertThat(refused(text)).isEqualTo(SettingsErrorCode.MALFORMED);
    }

    @Test
    void nestingAtTheLimitIsReadAndOneDeeperRefused() {
        assertThat(JsonText.read("{\"a\":[[1]]}", LIMITS, problems)).isPresent();
        assertThat(refused("{\"a\":[[[1]]]}")).isEqualTo(SettingsErrorCode.TOO_LARGE);
    }

    @Test
    void valuesAtTheLimitAreReadAndOneMoreRefused() {
        assertThat(JsonText.read("{\"a\":[1,2,3,4,5,6,7,8]}", LIMITS, problems)).isPresent();
        assertThat(refused("{\"a\":[1,2,3,4,5,6,7,8,9]}")).isEqualTo(SettingsErrorCode.TOO_LARGE);
    }

    @Test
    void aTextAtTheLimitIsReadAndOneLongerRefused() {
        String most = "{\"a\":\"" + "x".repeat(1_000 - 8) + "\"}";
        assertThat(JsonText.read(most, LIMITS, problems)).isPresent();
        assertThat(refused(most + " ")).isEqualTo(SettingsErrorCode.TOO_LARGE);
    }

    @Test
    void aNumberWithoutEndIsRefused() {
        assertThat(refused("{\"a\":" + "9".repeat(900) + "}")).isEqualTo(SettingsErrorCode.MALFORMED);
    }
}
