package org.edgeways.settings.form;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.edgeways.settings.text.Node;
import org.edgeways.settings.text.Place;
import org.edgeways.settings.text.Problem;
import org.edgeways.settings.text.Problems;
import org.edgeways.settings.text.SettingsErrorCode;
import org.edgeways.settings.text.TextLimits;
import org.edgeways.settings.text.YamlText;
import org.junit.jupiter.api.Test;

class RecordReaderTest {

    enum Colour {
        RED,
        DARK_BLUE
    }

    record Inner(
            @Key(says = "A number.", usual = "5", least = "1", most = "10")
            int number,

            @Key(says = "Bytes.", usual = "64KiB", least = "1024", most = "1048576", bytes = true)
            long bytes) {}

    record Must(@Key(says = "A host.", form = TextForm.HOST) String host) {}

    @Retired(key = "ancient", instead = "use name")
    record Thing(
            @Key(says = "A name.", form = TextForm.NAME) String name,

            @Key(says = "A time.", usual = "30s", least = "1s", most = "1h")
            Duration time,

            @Key(says = "A colour.", usual = "red") Colour colour,
            @Key(says = "A flag.", usual = "true") boolean flag,

            @Key(says = "Hosts.", usual = "a, b", form = TextForm.HOST, atLeast = 1, atMost = 3)
            List<String> hosts,

            @Key(says = "Some.", form = TextForm.ADDRESS) Optional<String> address,
            @Key(says = "Inner.") Inner inner,
            @Key(says = "Must.") Optional<Must> must,
            @Key(says = "Several.", usual = "", atMost = 2) List<Must> several)
            implements Checked {

        @Override
        public void check(Disagreements found) {
            if (name.equals("disagrees")) {
                found.add("inner.number", "does not fit");
            }
        }
    }

    private static final RecordForm FORM = RecordForm.of(Thing.class);

    private final Problems problems = new Problems();

    private Thing read(String yaml) {
        Node node = YamlText.read("a.yaml", yaml, TextLimits.FILE, problems).getFirst();
        return (Thing) RecordReader.read(FORM, node, "spec", problems).value();
    }

    private List<String> lines() {
        return problems.all().stream().map(Problem::text).toList();
    }

    @Test
    void whatIsNotSaidHasItsUsualValue() {
        Thing thing = read("name: x\n");
        assertThat(problems.isEmpty()).isTrue();
        assertThat(thing)
                .isEqualTo(new Thing(
                        "x",
                        Duration.ofSeconds(30),
                        Colour.RED,
                        true,
                        List.of("a", "b"),
                        Optional.empty(),
                        new Inner(5, 65_536),
                        Optional.empty(),
                        List.of()));
    }

    @Test
    void everythingThatIsSaidIsTaken() {
        Thing thing = read("""
                name: x
                time: 5m
                colour: dark-blue
                flag: false
                hosts: [c.example, '::1']
                address: 2001:db8::1
                inner:
                  number: 10
                  bytes: 1MiB
                must:
                  host: acorn.example
                several:
                  - host: one
                  - host: two
                """);
        assertThat(lines()).isEmpty();
        assertThat(thing.colour()).isEqualTo(Colour.DARK_BLUE);
        assertThat(thing.inner()).isEqualTo(new Inner(10, 1 << 20));
        assertThat(thing.several()).containsExactly(new Must("one"), new Must("two"));
        assertThat(thing.address()).contains("2001:db8::1");
    }

    @Test
    void everythingThatIsWrongIsToldTogetherEachInItsLine() {
        read("""
                nmae: x
                ancient: 1
                time: 2h
                colour: dark-bleu
                flag: yes
                hosts: []
                address: 10.1
                inner:
                  number: 11
                  bytes: 1GiB
                must: {}
                several:
                  - host: "a b"
                """);
        assertThat(lines())
                .containsExactly(
                        "a.yaml:1: spec.nmae: is no known key; known here: name, time, colour, flag, hosts, address, inner, "
                                + "must, several; did you mean \"name\"?",
                        "a.yaml:2: spec.ancient: is said in another way now: use name",
                        "a.yaml:3: spec.time: must be a time such as 30s or 12h (ms, s, m, h, d), from 1s to 1h, is \"2h\"",
                        "a.yaml:4: spec.colour: must be one of red, dark-blue, is \"dark-bleu\"; "
                                + "did you mean \"dark-blue\"?",
                        "a.yaml:5: spec.flag: must be true or false, is \"yes\"",
                        "a.yaml:6: spec.hosts: must be a list of 1 to 3, each a name such as acorn.example, or an address, "
                                + "is a list",
                        "a.yaml:7: spec.address: must be an address such as 192.0.2.1 or 2001:db8::1, is \"10.1\"",
                        "a.yaml:9: spec.inner.number: must be a whole number from 1 to 10, is 11",
                        "a.yaml:10: spec.inner.bytes: must be bytes from 1KiB to 1MiB, such as 65536 or 64KiB, is \"1GiB\"",
                        "a.yaml:11: spec.must.host: is missing; must be a name such as acorn.example, or an address",
                        "a.yaml:13: spec.several[0].host: must be a name such as acorn.example, or an address, is \"a b\"");
    }

    @Test
    void aKeyThatMustBeThereAndIsNotIsTold() {
        read("time: 1m\n");
        assertThat(lines())
                .containsExactly(
                        "a.yaml:1: spec.name: is missing; must be a name of lower-case letters, digits, hyphens "
                                + "and dots, such as edge1");
    }

    @Test
    void rangesIncludeTheirEnds() {
        read("name: x\ninner: {number: 1, bytes: 1024}\n");
        read("name: x\ninner: {number: 10, bytes: 1048576}\n");
        assertThat(lines()).isEmpty();
        read("name: x\ninner: {number: 0, bytes: 1023}\n");
        read("name: x\ninner: {number: 11, bytes: 1048577}\n");
        assertThat(problems.count()).isEqualTo(4);
    }

    @Test
    void aListAtItsLimitIsTakenAndOneLongerRefused() {
        read("name: x\nhosts: [a, b, c]\n");
        assertThat(lines()).isEmpty();
        read("name: x\nhosts: [a, b, c, d]\n");
        assertThat(problems.count()).isEqualTo(1);
    }

    @Test
    void whatDoesNotFitTogetherIsToldWhereItStands() {
        read("name: disagrees\ninner:\n  number: 2\n");
        assertThat(lines()).containsExactly("a.yaml:3: spec.inner.number: does not fit");
        assertThat(problems.all().getFirst().code()).isEqualTo(SettingsErrorCode.VALUES_DISAGREE);
    }

    @Test
    void aGroupOfWhichEverythingIsCommentedOutIsAsIfItWereNotThere() {
        assertThat(read("name: x\ninner:\n#  number: 2\n").inner().number()).isEqualTo(5);
        assertThat(lines()).isEmpty();
    }

    @Test
    void aNumberWhereATextIsExpectedIsToldToBeQuoted() {
        read("name: 17\n");
        assertThat(lines().getFirst()).contains("is 17, which is no text unless it is in quotes");
    }

    @Test
    void whatIsWrittenAsJsonReadsBackTheSame() {
        Thing thing = read("name: x\naddress: 10.0.0.1\nseveral: [{host: one}]\n");
        String json = RecordWriter.json(FORM, thing);
        assertThat(json)
                .isEqualTo(
                        "{\"name\":\"x\",\"time\":\"30s\",\"colour\":\"red\",\"flag\":true,\"hosts\":[\"a\",\"b\"],"
                                + "\"address\":\"10.0.0.1\",\"inner\":{\"number\":5,\"bytes\":65536},\"several\":[{\"host\":\"one\"}]}");
        assertThat(read(json)).isEqualTo(thing);
        assertThat(lines()).isEmpty();
    }

    @Test
    void onlyTheFirstProblemsAreKeptButAllAreCounted() {
        Problems many = new Problems();
        for (int i = 0; i < Problems.MOST + 5; i++) {
            many.add(SettingsErrorCode.VALUE_WRONG, new Place("a", i), "", "is wrong");
        }
        assertThat(many.count()).isEqualTo(Problems.MOST + 5);
        assertThat(many.all()).hasSize(Problems.MOST);
    }
}
