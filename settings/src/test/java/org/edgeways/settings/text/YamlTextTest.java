package org.edgeways.settings.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

class YamlTextTest {

    private final Problems problems = new Problems();

    private List<Node> read(String text) {
        return YamlText.read("a.yaml", text, TextLimits.FILE, problems);
    }

    private Node value(String key, String text) {
        Node.Table table = (Node.Table) read(text).getFirst();
        return table.entries().get(key).value();
    }

    private Problem only() {
        assertThat(problems.all()).hasSize(1);
        return problems.all().getFirst();
    }

    @Test
    void everyKeyAndValueKnowsItsLine() {
        Node.Table first = (Node.Table) read("a: 1\nb:\n  c: x\n").getFirst();
        assertThat(first.entries().get("b").place()).isEqualTo(new Place("a.yaml", 2));
        Node.Table inner = (Node.Table) first.entries().get("b").value();
        assertThat(inner.entries().get("c").place()).isEqualTo(new Place("a.yaml", 3));
        assertThat(problems.isEmpty()).isTrue();
    }

    @Test
    void plainWordsMeanWhatTheySay() {
        String text = "a: true\nb: 5061\nc: yes\nd: ~\ne: '5061'\nf: 0644\ng: -3\nh: 1.5\ni:\n";
        assertThat(value("a", text)).isInstanceOf(Node.Flag.class);
        assertThat(((Node.Whole) value("b", text)).value()).isEqualTo(BigInteger.valueOf(5061));
        assertThat(((Node.Text) value("c", text)).value()).isEqualTo("yes");
        assertThat(value("d", text)).isInstanceOf(Node.Nothing.class);
        assertThat(((Node.Text) value("e", text)).value()).isEqualTo("5061");
        assertThat(((Node.Text) value("f", text)).value()).isEqualTo("0644");
        assertThat(((Node.Whole) value("g", text)).value()).isEqualTo(BigInteger.valueOf(-3));
        assertThat(((Node.Text) value("h", text)).value()).isEqualTo("1.5");
        assertThat(value("i", text)).isInstanceOf(Node.Nothing.class);
    }

    @Test
    void severalDocumentsStandInOneFile() {
        assertThat(read("a: 1\n---\nb: 2\n---\n# nothing\n")).hasSize(3);
    }

    @Test
    void aKeyThatStandsAgainIsToldWithItsFirstLine() {
        read("a: 1\nb: 2\na: 3\n");
        assertThat(only().text()).isEqualTo("a.yaml:3: a: stands here again; the first is in line 1");
    }

    @Test
    void whatIsNoYamlIsToldWithItsLine() {
        read("a: 1\nb: [1, 2\nc: 3\n");
        assertThat(only().code()).isEqualTo(SettingsErrorCode.MALFORMED);
        assertThat(only().place().line()).isBetween(2, 3);
    }

    @Test
    void anEscapeWithoutItsDigitsIsToldWithTheLineThatItComesAfter() {
        for (String escape : new String[] {"\\x", "\\u12", "\\U0011", "\\UFFFFFFFF", "\\xZZ"}) {
            assertThat(problemOf("a: 1\nb: \"" + escape)).as(escape).contains("is no YAML");
        }
        read("a: 1\nb: \"\\x");
        assertThat(only().code()).isEqualTo(SettingsErrorCode.MALFORMED);
        assertThat(only().place().line()).isEqualTo(2);
    }

    @Test
    void anchorsAliasesAndTagsAreRefused() {
        read("a: &x 1\n");
        assertThat(only().what()).contains("anchors");
        assertThat(problemOf("a: *x\n")).contains("aliases");
        assertThat(problemOf("a: !!binary aGVsbG8=\n")).contains("tags");
        assertThat(problemOf("a: !!set {x}\n")).contains("tags");
        assertThat(problemOf("? [a, b]\n: 1\n")).contains("plain word");
    }

    private static String problemOf(String text) {
        Problems found = new Problems();
        YamlText.read("a.yaml", text, TextLimits.FILE, found);
        return found.all().getFirst().what();
    }

    @Test
    void manyAliasesOfAliasesGrowToNothing() {
        StringBuilder laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 20; i++) {
            laughs.append("a").append(i).append(": &a").append(i).append(" [");
            laughs.append(("*a" + (i - 1) + ", ").repeat(8))
                    .append("*a")
                    .append(i - 1)
                    .append("]\n");
        }
        assertThat(read(laughs.toString())).isEmpty();
        assertThat(only().what()).contains("anchors");
    }

    @Test
    void nestingAtTheLimitIsReadAndOneDeeperRefused() {
        TextLimits limits = new TextLimits(1000, 4, 1000);
        assertThat(YamlText.read("a", "[[[[1]]]]", limits, problems)).hasSize(1);
        assertThat(problems.isEmpty()).isTrue();
        YamlText.read("a", "[[[[[1]]]]]", limits, problems);
        assertThat(only().code()).isEqualTo(SettingsErrorCode.TOO_LARGE);
    }

    @Test
    void nestingOfAHundredThousandIsRefusedWithoutAnOverflow() {
        read("[".repeat(100_000));
        assertThat(only().code()).isIn(SettingsErrorCode.TOO_LARGE, SettingsErrorCode.MALFORMED);
    }

    @Test
    void valuesAtTheLimitAreReadAndOneMoreRefused() {
        TextLimits limits = new TextLimits(1000, 4, 6);
        YamlText.read("a", "[1, 2, 3, 4, 5]", limits, problems);
        assertThat(problems.isEmpty()).isTrue();
        YamlText.read("a", "[1, 2, 3, 4, 5, 6]", limits, problems);
        assertThat(only().code()).isEqualTo(SettingsErrorCode.TOO_LARGE);
    }

    @Test
    void aTextAtTheLimitIsReadAndOneLongerRefused() {
        TextLimits limits = new TextLimits(10, 4, 6);
        assertThat(YamlText.read("a", "a: 4567890", limits, problems)).hasSize(1);
        assertThat(problems.isEmpty()).isTrue();
        assertThat(YamlText.read("a", "a: 45678901", limits, problems)).isEmpty();
        assertThat(only().code()).isEqualTo(SettingsErrorCode.TOO_LARGE);
    }

    @Test
    void aByteOrderMarkIsNoContent() {
        assertThat(value("a", "\uFEFFa: 1\n")).isInstanceOf(Node.Whole.class);
    }

    @Test
    void whatIsWrongBehindADocumentDoesNotHideTheDocument() {
        assertThat(read("a: 1\n---\nb: [\n")).hasSize(1);
        assertThat(problems.count()).isEqualTo(1);
    }

    @Test
    void controlCharactersAreToldAsAProblem() {
        read("a: \u0001\n");
        assertThat(only().code()).isEqualTo(SettingsErrorCode.MALFORMED);
    }
}
