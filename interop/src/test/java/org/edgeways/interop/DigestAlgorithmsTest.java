package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** linphonec is the one client here that knows more than MD5. */
@Tag("interop")
class DigestAlgorithmsTest {
    @Test
    void linphonecSignsInWhenBothMd5AndSha256AreOffered() {
        try (DemoServer demo = DemoServer.start("both-algorithms-demo", "--digest", "MD5,SHA-256");
                Linphonec bob = Linphonec.start("both-algorithms-linphonec", demo.outside("bob"))) {
            bob.awaitSignedIn();
            assertThat(bob.digestAlgorithm()).isIn("MD5", "SHA-256");
        }
    }

    @Test
    void linphonecSignsInWhenSha256ComesFirst() {
        try (DemoServer demo = DemoServer.start("sha-256-demo", "--digest", "SHA-256,MD5");
                Linphonec bob = Linphonec.start("sha-256-linphonec", demo.outside("bob"))) {
            bob.awaitSignedIn();
        }
    }
}
