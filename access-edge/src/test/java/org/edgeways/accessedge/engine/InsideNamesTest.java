package org.edgeways.accessedge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which names are hidden, at the limits. */
class InsideNamesTest {

    private static List<String> names(String suffix, int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add("h" + i + suffix);
        }
        return names;
    }

    @Test
    void namesThatAreLearntAreHiddenAlsoWhenTheSettingsNameAsManyAsTheyMay() {
        InsideNames inside = new InsideNames(names(".said.example", InsideNames.MAX_NAMES), List.of());
        inside.add("pool.x");
        assertThat(inside.occurIn("Service Unavailable at pool.x")).isTrue();
        assertThat(inside.occurIn("h999.said.example")).isTrue();
    }

    @Test
    void namesPastTheLimitsAreLeftOut() {
        InsideNames inside = new InsideNames(names(".said.example", InsideNames.MAX_NAMES + 1), List.of());
        assertThat(inside.occurIn("h1000.said.example")).isFalse();
        names(".learnt.example", InsideNames.MAX_NAMES).forEach(inside::add);
        assertThat(inside.occurIn("h999.learnt.example")).isTrue();
        inside.add("one.more.example");
        assertThat(inside.occurIn("one.more.example")).isFalse();
    }
}
