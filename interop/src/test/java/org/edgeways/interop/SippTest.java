package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** sipp plays its scenarios through socat, which verifies the edge's certificate. */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SippTest {
    private static final Path SCENARIOS = Path.of("src", "test", "resources", "sipp");
    private static final int TONE = 440;

    private DemoServer demo;
    private Socat socat;

    @BeforeAll
    void start() {
        demo = DemoServer.start("sipp-demo");
        Account alice = demo.outside("alice");
        socat = Socat.start("sipp-socat", alice.host(), alice.sipTlsPort(), alice.caFile());
    }

    @AfterAll
    void stop() {
        if (socat != null) {
            socat.close();
        }
        if (demo != null) {
            demo.close();
        }
    }

    private int play(String scenario, Account account, Map<String, String> keys) {
        return Sipp.play("sipp-" + scenario, SCENARIOS.resolve(scenario + ".xml"), socat.port(), account, keys);
    }

    @Test
    void registersAndUnregisters() {
        Account alice = demo.outside("alice");
        assertThat(play("register", alice, Map.of("domain", alice.domain()))).isZero();
    }

    @Test
    void registersAndSendsAMessage() {
        Account alice = demo.outside("alice");
        Account bob = demo.outside("bob");
        try (Baresip receiver = Baresip.start("sipp-baresip", bob, TONE, List.of())) {
            receiver.awaitSignedIn();
            Map<String, String> keys = Map.of("domain", alice.domain(), "recipient", bob.uri());
            assertThat(play("message", alice, keys)).isZero();
            receiver.awaitMessage(alice.uri(), "Hello from sipp");
        }
    }

    @Test
    void isRefusedWithAWrongPassword() {
        Account alice = demo.outside("alice").withPassword("not it");
        assertThat(play("wrong-password", alice, Map.of("domain", alice.domain())))
                .isZero();
    }

    @Test
    void isRefusedWhenItSendsAMessageBeforeItSignsIn() {
        Account alice = demo.outside("alice");
        Map<String, String> keys = Map.of(
                "domain", alice.domain(), "recipient", demo.outside("bob").uri());
        assertThat(play("message-before-sign-in", alice, keys)).isZero();
    }
}
