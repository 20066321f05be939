package org.edgeways.accessedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipExchange;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.tokens.Keyring;
import org.edgeways.tokens.KeyringFile;
import org.edgeways.tokens.KeyringWatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key that seals tokens is changed under a running edge. */
final class KeyRotationTest {

    private static final Duration PATIENCE = EdgeRig.PATIENCE;

    @TempDir
    private Path directory = Path.of(".");

    private static int keyId(String path) {
        String token = path.substring(path.indexOf("sip:") + 4, path.indexOf('@'));
        return ByteBuffer.wrap(Base64.getUrlDecoder().decode(token), 1, Integer.BYTES)
                .getInt();
    }

    private static void isReached(EdgeRig rig, SipUserAgent client) throws Exception {
        SipExchange onward =
                rig.inside().start(rig.fromInside("MESSAGE", client.settings().username()));
        SipMessage received = client.take("MESSAGE", PATIENCE);
        assertThat(received).isNotNull();
        client.respond(received, 200, "OK");
        assertThat(onward.awaitFinal().status()).isEqualTo(200);
    }

    @Test
    void whoSignedInUnderTheOldKeyIsReachedAfterTheRotationAndNewTokensCarryTheNewKey() throws Exception {
        KeyringFile file = new KeyringFile(directory.resolve("keyring"));
        try (EdgeRig rig = new EdgeRig()) {
            Keyring first = file.loadOrCreate(rig.random).orThrow();
            rig.edge.use(first);
            KeyringWatch watch = new KeyringWatch(file, first);
            SipUserAgent bob = rig.client("bob");
            rig.signIn(bob);
            String old = rig.paths.get(EdgeRig.address("bob"));
            assertThat(keyId(old)).isEqualTo(first.newest().id());
            int next = file.rotate(rig.random).orThrow().newest().id();
            assertThat(watch.check())
                    .isInstanceOfSatisfying(
                            KeyringWatch.Outcome.Reloaded.class, taken -> rig.edge.use(taken.keyring()));
            isReached(rig, bob);
            rig.signIn(bob);
            assertThat(keyId(rig.paths.get(EdgeRig.address("bob")))).isEqualTo(next);
            isReached(rig, bob);
            rig.paths.put(EdgeRig.address("bob"), old);
            isReached(rig, bob);
            assertThat(bob.connection().isOpen()).isTrue();
        }
    }
}
