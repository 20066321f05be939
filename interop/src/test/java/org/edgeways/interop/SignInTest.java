package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Real clients sign in at the edge and inside, and are refused when they should be. */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SignInTest {
    private static final int TONE = 440;
    private static final Path ANOTHER_AUTHORITY =
            Path.of("src", "test", "resources", "another-authority.crt").toAbsolutePath();

    private DemoServer demo;

    @BeforeAll
    void startDemo() {
        demo = DemoServer.start("sign-in-demo");
    }

    @AfterAll
    void stopDemo() {
        if (demo != null) {
            demo.close();
        }
    }

    @Test
    void baresipSignsInOutside() {
        try (Baresip alice = Baresip.start("sign-in-baresip", demo.outside("alice"), TONE, List.of())) {
            alice.awaitSignedIn();
        }
    }

    @Test
    void linphonecSignsInOutsideAndVerifiesTheCertificate() {
        try (Linphonec bob = Linphonec.start("sign-in-linphonec", demo.outside("bob"))) {
            bob.awaitSignedIn();
        }
    }

    @Test
    void jsSipInChromiumSignsInOutsideAndVerifiesTheCertificate() {
        try (ChromiumJsSip carol = ChromiumJsSip.start("sign-in-chromium", demo.outside("carol"))) {
            carol.awaitSignedIn();
        }
    }

    @Test
    void linphonecRejectsACertificateOfAnotherAuthority() {
        try (Linphonec bob =
                Linphonec.start("other-authority-linphonec", demo.outside("bob").withCaFile(ANOTHER_AUTHORITY))) {
            bob.awaitCertificateRefused();
            bob.awaitSignInFailed();
        }
    }

    @Test
    void chromiumRejectsACertificateOfAnotherAuthority() {
        try (ChromiumJsSip carol = ChromiumJsSip.start(
                "other-authority-chromium", demo.outside("carol").withCaFile(ANOTHER_AUTHORITY))) {
            carol.awaitConnectionRefused();
        }
    }

    @Test
    void somebodyWithoutRemoteAccessIsRefusedOutsideWithTheReason() {
        try (Baresip dave = Baresip.start("no-remote-access", demo.outside("dave"), TONE, List.of())) {
            assertThat(dave.awaitSignInRefused(403)).containsIgnoringCase("remote access");
        }
    }

    @Test
    void somebodyWithoutRemoteAccessSignsInInside() {
        try (Linphonec dave = Linphonec.start("inside-linphonec", demo.inside("dave"))) {
            dave.awaitSignedIn();
        }
    }
}
