package org.edgeways.sip.fuzz;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.edgeways.base.Result;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.sip.digest.DigestChallenge;
import org.edgeways.sip.digest.DigestClient;
import org.edgeways.sip.digest.DigestCredentials;
import org.edgeways.sip.digest.DigestOutcome;
import org.edgeways.sip.digest.DigestSettings;
import org.edgeways.sip.digest.DigestVerifier;
import org.edgeways.sip.digest.StoredHash;

/**
 * Any text as credentials and as challenge: nothing throws, what was understood reads back the same, nobody gets in, and
 * whatever challenge our client answers it answers with credentials that can be read.
 */
public final class DigestTarget {

    private static final long NOW = 1_700_000_000_000_000_000L;
    private static final DigestSettings SETTINGS = new DigestSettings(
            "acorn.example", List.of(DigestAlgorithm.SHA_256, DigestAlgorithm.MD5), Duration.ofMinutes(5), 10, true);
    private static final List<StoredHash> STORED = List.of(StoredHash.of("alice", "acorn.example", "right"));

    private DigestTarget() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        Result<DigestCredentials> credentials = DigestCredentials.parse(text);
        Invariant.pointsInto(credentials, text);
        if (credentials instanceof Result.Ok<DigestCredentials>(DigestCredentials good)) {
            Invariant.that(DigestCredentials.isDigest(text.strip()), "credentials of another scheme");
            Invariant.same(DigestCredentials.parse(good.toString()), credentials, "credentials");
        }
        DigestVerifier verifier = new DigestVerifier(SETTINGS, new byte[16], NOW);
        DigestOutcome outcome = verifier.verify(text, "REGISTER", STORED, NOW);
        Invariant.that(!(outcome instanceof DigestOutcome.Accepted), "somebody guessed the password");
        Invariant.same(verifier.noncesTracked(), 0, "memory taken by somebody who does not know the password");
        challenge(text);
    }

    private static void challenge(String text) {
        Result<DigestChallenge> challenge = DigestChallenge.parse(text);
        Invariant.pointsInto(challenge, text);
        DigestClient client = new DigestClient("alice", "right");
        Invariant.same(client.challenged(List.of(text)), challenge.isOk(), "a challenge that can be answered");
        if (challenge instanceof Result.Ok<DigestChallenge>(DigestChallenge good)) {
            Invariant.same(DigestChallenge.parse(good.toString()), challenge, "a challenge");
            String answer = client.authorization("REGISTER", "sip:acorn.example", new Random(1))
                    .orElseThrow();
            // a challenge of the greatest length leaves no room for the answer
            Invariant.that(
                    DigestCredentials.parse(answer).isOk() || answer.length() > 8_000,
                    "our own credentials cannot be read: " + answer);
        }
    }
}
