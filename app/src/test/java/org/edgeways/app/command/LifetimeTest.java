package org.edgeways.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LifetimeTest {

    private final StringWriter said = new StringWriter();
    private final PrintWriter out = new PrintWriter(said);
    private final List<Integer> exits = new ArrayList<>();

    @Test
    void whoeverIsToldToStopSaysWhenThatBeginsAndWhenItIsOver() {
        Lifetime lifetime = new Lifetime("The demo", () -> out.println("(closing)"), 0, out, exits::add);
        lifetime.signalled();
        lifetime.signalled();
        assertThat(said.toString().lines())
                .containsExactly("The demo is stopping.", "(closing)", "The demo has stopped.");
        assertThat(exits).containsExactly(0);
    }

    @Test
    void whatEndsByItselfSaysNothing() {
        Lifetime lifetime = new Lifetime("The demo", () -> {}, 1, out, exits::add);
        lifetime.close();
        lifetime.signalled();
        assertThat(said.toString()).isEmpty();
        assertThat(exits).isEmpty();
    }
}
