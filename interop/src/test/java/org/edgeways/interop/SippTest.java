package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

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
        return Sipp.play("sipp-" + scenario, scenario, account, socat, keys);
    }

    @Test
    void registersAndUnregisters() {
        assertThat(play("register", demo.outside("alice"), Map.of())).isZero();
    }

    @Test
    void isRefusedWithAWrongPassword() {
        Account alice = demo.outside("alice").withPassword("not it");
        assertThat(play("wrong-password", alice, Map.of())).isZero();
    }

    @Test
    void isRefusedWhenItSendsAMessageBeforeItSignsIn() {
        Account alice = demo.outside("alice");
        Map<String, String> keys = Map.of("recipient", demo.outside("bob").uri(), "text", "too early");
        assertThat(play("message-before-sign-in", alice, keys)).isZero();
    }
}
