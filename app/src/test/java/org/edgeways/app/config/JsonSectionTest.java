package org.edgeways.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonSectionTest {

    private final Problems problems = new Problems("edge.json");

    private JsonSection parse(String text) {
        return JsonSection.parse(text, problems);
    }

    @Test
    void readsWhatIsThereAndGivesDefaultsForTheRest() {
        JsonSection section = parse("""
                {"name":"edge1","port":8443,"domains":["acorn.example","oak.example"],"idle":"5m","hide":false}""");
        assertThat(section.text("name")).isEqualTo("edge1");
        assertThat(section.port("port")).isEqualTo(8443);
        assertThat(section.texts("domains", List.of())).containsExactly("acorn.example", "oak.example");
        assertThat(section.duration("idle", Duration.ZERO, Duration.ZERO, Duration.ofDays(1)))
                .isEqualTo(Duration.ofMinutes(5));
        assertThat(section.flag("hide", true)).isFalse();
        assertThat(section.number("connections", 4, 1, 16)).isEqualTo(4);
        section.end();
        assertThat(problems.lines()).isEmpty();
    }

    @Test
    void textThatEndsTooSoonIsToldWithBothPlaces() {
        parse("{\n  \"domains\": [\n");
        assertThat(problems.lines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("edge.json:3: ")
                        .contains("start marker at line: 2, column: 14")
                        .doesNotContain("Source"));
    }

    @Test
    void reportsEveryProblemTogetherWithFileLineAndKey() {
        JsonSection section = parse("""
                {
                  "name": "",
                  "port": 99999,
                  "idle": "soon",
                  "outside": { "tls": true, "prot": 1 },
                  "colour": "red"
                }""");
        assertThat(section.text("name")).isEmpty();
        section.port("port");
        section.duration("idle", Duration.ZERO, Duration.ZERO, Duration.ofDays(1));
        section.text("missing");
        JsonSection outside = section.requiredSection("outside");
        outside.flag("tls", false);
        outside.number("port", 1, 1, 65535);
        outside.end();
        section.end();
        assertThat(problems.lines())
                .containsExactly(
                        "edge.json:2: name: must be a text that is not empty, is \"\"",
                        "edge.json:3: port: must be a whole number from 1 to 65535, is 99999",
                        "edge.json:4: idle: must be a time such as \"30s\" or \"5m\" (ms, s, m, h, d), is \"soon\"",
                        "edge.json:1: missing: is missing",
                        "edge.json:5: outside.prot: is no known setting; known here: port, tls",
                        "edge.json:6: colour: is no known setting; known here: idle, missing, name, outside, port");
    }

    @Test
    void saysWhereTextIsNoJson() {
        parse("{\n \"name\": edge1 }");
        assertThat(problems.lines()).singleElement().asString().startsWith("edge.json:2: Unrecognized token 'edge1'");
    }

    @Test
    void refusesTheSameKeyTwice() {
        parse("{\"a\":1,\n\"a\":2}");
        assertThat(problems.lines()).singleElement().asString().contains("edge.json:2:", "Duplicate field 'a'");
    }

    @Test
    void refusesAnythingAfterTheObject() {
        parse("{} {}");
        assertThat(problems.lines()).containsExactly("edge.json:1: there is something after the object's end");
    }

    @Test
    void takesNumbersAtTheLimitAndRefusesThemOnePast() {
        JsonSection section = parse("{\"least\":1,\"most\":16,\"under\":0,\"over\":17,\"huge\":99999999999999999999}");
        assertThat(section.number("least", 4, 1, 16)).isEqualTo(1);
        assertThat(section.number("most", 4, 1, 16)).isEqualTo(16);
        assertThat(problems.isEmpty()).isTrue();
        section.number("under", 4, 1, 16);
        section.number("over", 4, 1, 16);
        section.number("huge", 4, 1, 16);
        assertThat(problems.lines()).hasSize(3);
    }

    @Test
    void takesTimesAtTheLimitAndRefusesThemOnePast() {
        JsonSection section = parse("{\"least\":\"1s\",\"most\":\"1h\",\"under\":\"999ms\",\"over\":\"3601s\"}");
        for (String key : List.of("least", "most")) {
            section.duration(key, Duration.ZERO, Duration.ofSeconds(1), Duration.ofHours(1));
        }
        assertThat(problems.isEmpty()).isTrue();
        for (String key : List.of("under", "over")) {
            section.duration(key, Duration.ZERO, Duration.ofSeconds(1), Duration.ofHours(1));
        }
        assertThat(problems.lines())
                .containsExactly(
                        "edge.json:1: under: must be from 1s to 1h, is \"999ms\"",
                        "edge.json:1: over: must be from 1s to 1h, is \"3601s\"");
    }
}
