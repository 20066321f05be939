package org.edgeways.interop;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real clients with a wrong password; a server for each, because failed credentials count against their common address. */
@Tag("interop")
class WrongPasswordTest {
    private static final int TONE = 440;

    private DemoServer demo;

    @BeforeEach
    void startDemo() {
        demo = DemoServer.start("wrong-password-demo");
    }

    @AfterEach
    void stopDemo() {
        demo.close();
    }

    @Test
    void baresipIsRefused() {
        Account wrong = demo.outside("alice").withPassword("not it");
        try (Baresip alice = Baresip.start("wrong-password-baresip", wrong, TONE, List.of())) {
            alice.awaitCredentialsRefused();
        }
    }

    @Test
    void linphonecIsRefused() {
        Account wrong = demo.outside("bob").withPassword("not it");
        try (Linphonec bob = Linphonec.start("wrong-password-linphonec", wrong)) {
            bob.awaitCredentialsRefused();
        }
    }

    @Test
    void jsSipIsRefused() {
        Account wrong = demo.outside("carol").withPassword("not it");
        try (ChromiumJsSip carol = ChromiumJsSip.start("wrong-password-chromium", wrong)) {
            carol.awaitCredentialsRefused();
        }
    }
}
