package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.edgeways.settings.Settings;
import org.edgeways.settings.kind.Organisation;
import org.junit.jupiter.api.Test;

class SettingsInEffectTest {

    private static final Settings FIRST = called("first");
    private static final Settings SECOND = called("second");
    private static final Settings THIRD = called("third");

    private final SettingsInEffect settings = new SettingsInEffect();
    private final List<Settings> taken = new ArrayList<>();
    private boolean failing;

    private static Settings called(String name) {
        return new Settings(
                name,
                new Organisation(List.of("acorn.example"), List.of(), true),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of());
    }

    private void take(Settings next) {
        if (failing) {
            throw new UncheckedIOException(new java.io.IOException("disk full"));
        }
        taken.add(next);
    }

    @Test
    void whatWasSaidWhileThePartStartedIsTaken() {
        settings.said(FIRST);
        settings.said(SECOND);
        settings.begin(FIRST, this::take);
        assertThat(taken).containsExactly(SECOND);
        settings.said(SECOND);
        assertThat(taken).containsExactly(SECOND);
    }

    @Test
    void whatCouldNotBeTakenIsTakenWhenItIsSaidAgain() {
        settings.said(FIRST);
        settings.begin(FIRST, this::take);
        failing = true;
        assertThatThrownBy(() -> settings.said(SECOND)).isInstanceOf(UncheckedIOException.class);
        failing = false;
        settings.said(SECOND);
        assertThat(taken).containsExactly(SECOND);
        assertThat(settings.latest()).contains(SECOND);
    }

    @Test
    void whatIsInEffectIsNotTakenAgain() {
        settings.said(FIRST);
        settings.begin(FIRST, this::take);
        settings.said(called("first"));
        assertThat(taken).isEmpty();
        settings.said(THIRD);
        settings.said(FIRST);
        assertThat(taken).as("back").containsExactly(THIRD, FIRST);
    }
}
