package org.edgeways.interop;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** baresip, linphonec and JsSIP in Chromium, all outside, exchange messages through the edge, each with each. */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MessagesTest {
    private static final int TONE = 440;

    private DemoServer demo;
    private Map<String, Softphone> phones = Map.of();

    @BeforeAll
    void everybodySignsIn() {
        demo = DemoServer.start("messages-demo");
        List<String> contacts =
                List.of(demo.outside("bob").uri(), demo.outside("carol").uri());
        Baresip alice = Baresip.start("messages-baresip", demo.outside("alice"), TONE, contacts);
        phones = Map.of("alice", alice);
        Linphonec bob = Linphonec.start("messages-linphonec", demo.outside("bob"));
        phones = Map.of("alice", alice, "bob", bob);
        ChromiumJsSip carol = ChromiumJsSip.start("messages-chromium", demo.outside("carol"));
        phones = Map.of("alice", alice, "bob", bob, "carol", carol);
        phones.values().forEach(Softphone::awaitSignedIn);
    }

    @AfterAll
    void stop() {
        phones.values().forEach(Softphone::close);
        if (demo != null) {
            demo.close();
        }
    }

    static Stream<Arguments> pairs() {
        return Stream.of(
                Arguments.of("alice", "bob"),
                Arguments.of("bob", "alice"),
                Arguments.of("alice", "carol"),
                Arguments.of("carol", "alice"),
                Arguments.of("bob", "carol"),
                Arguments.of("carol", "bob"));
    }

    /** alice uses baresip, bob linphonec, carol JsSIP. The text has letters outside ASCII. */
    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("pairs")
    void aMessageArrives(String from, String to) {
        String text = "Grüße von " + from + " für " + to;
        phones.get(from).sendMessage(demo.outside(to).uri(), text);
        phones.get(to).awaitMessage(demo.outside(from).uri(), text);
    }
}
