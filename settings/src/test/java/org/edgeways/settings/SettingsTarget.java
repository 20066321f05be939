package org.edgeways.settings;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.edgeways.base.Result;
import org.edgeways.settings.control.ControlCodec;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;

/**
 * Any bytes as a file of settings, as a snapshot's content, and as a message of the control stream: nothing throws, what was
 * understood reads back the same, and of what is wrong something is told.
 */
public final class SettingsTarget {

    private SettingsTarget() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        switch (SettingsReader.read(List.of(new SettingsFile("fuzz.yaml", text)))) {
            case SettingsOutcome.Good(Settings settings) -> {
                for (String node : settings.nodes().keySet()) {
                    EdgeSnapshot snapshot =
                            EdgeSnapshot.of(settings, node, 1, new EdgeSnapshot.Trust(List.of(), List.of()));
                    byte[] written = snapshot.json().getBytes(StandardCharsets.UTF_8);
                    that(EdgeSnapshot.read(written).orThrow().equals(snapshot), "a snapshot changed");
                }
            }
            case SettingsOutcome.Bad bad -> {
                that(!bad.problems().isEmpty(), "something is wrong, and nobody says what");
                that(bad.problems().stream().allMatch(problem -> problem.place().line() >= 0), "no line");
            }
        }
        if (EdgeSnapshot.read(data) instanceof Result.Ok<EdgeSnapshot>(EdgeSnapshot snapshot)) {
            that(Arrays.equals(snapshot.json().getBytes(StandardCharsets.UTF_8), data), "two spellings");
        }
        if (ControlCodec.read(data) instanceof Result.Ok<ControlMessage>(ControlMessage message)) {
            that(ControlCodec.read(ControlCodec.write(message)).orThrow().equals(message), "a message changed");
        }
    }

    private static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
