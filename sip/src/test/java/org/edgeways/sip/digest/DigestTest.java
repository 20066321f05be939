package org.edgeways.sip.digest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.edgeways.base.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {

    private static final long START = 1_700_000_000_000_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final byte[] KEY = new byte[32];
    private static final StoredHash ALICE = StoredHash.of("alice", "acorn.example", "secret");
    private static final StoredHash OTHER = StoredHash.of("alice", "acorn.example", "another");

    private final RandomGenerator random = new Random(7);
    private final DigestVerifier verifier = new DigestVerifier(settings(3, false), KEY, START);

    private static DigestSettings settings(int nonces, boolean withoutQop) {
        return new DigestSettings(
                "acorn.example",
                List.of(DigestAlgorithm.values()).reversed(),
                Duration.ofMinutes(5),
                nonces,
                withoutQop);
    }

    /** RFC 7616 section 3.9.1. */
    @ParameterizedTest
    @EnumSource(
            value = DigestAlgorithm.class,
            names = {"MD5", "SHA_256"})
    void givesTheResponsesOfTheExampleInTheSpecification(DigestAlgorithm algorithm) {
        DigestCredentials given = new DigestCredentials(
                "Mufasa",
                "http-auth@example.org",
                "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
                "/dir/index.html",
                "",
                algorithm,
                null,
                "auth",
                "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
                1,
                "00000001");
        String ha1 = algorithm.ha1("Mufasa", "http-auth@example.org", "Circle of Life");
        assertThat(algorithm.response(ha1, "GET", given))
                .isEqualTo(
                        algorithm == DigestAlgorithm.MD5
                                ? "8ca523f5e9506fed4657c9700eebdbec"
                                : "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    }

    /** RFC 7616 section 3.9.2, its H(A1) and the name of the hash. */
    @Test
    void knowsSha512Cut() {
        assertThat(DigestAlgorithm.SHA_512_256.hash(""))
                .isEqualTo("c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a");
    }

    @ParameterizedTest
    @EnumSource(DigestAlgorithm.class)
    void acceptsWhatItsOwnClientAnswers(DigestAlgorithm algorithm) {
        DigestVerifier one = new DigestVerifier(
                new DigestSettings("acorn.example", List.of(algorithm), Duration.ofMinutes(5), 3, false), KEY, START);
        DigestClient client = new DigestClient("alice", "secret");
        challenge(client, one, START);
        String header =
                client.authorization("REGISTER", "sip:acorn.example", random).orElseThrow();
        assertThat(one.verify(header, "REGISTER", List.of(OTHER, ALICE), START + SECOND))
                .isEqualTo(new DigestOutcome.Accepted(1));
        assertThat(one.verify(header, "INVITE", List.of(ALICE), START + SECOND))
                .isEqualTo(new DigestOutcome.WrongCredential());
    }

    @Test
    void offersTheAlgorithmsInOrderAndItsClientTakesTheStrongestThatItKnows() {
        List<String> headers = headers(verifier.challenges(false, START, random));
        assertThat(headers).hasSize(3);
        assertThat(headers.get(0))
                .startsWith("Digest realm=\"acorn.example\", nonce=\"")
                .contains("SHA-512-256");
        assertThat(headers.get(2)).endsWith("algorithm=MD5, qop=\"auth\"");
        DigestClient client = new DigestClient("alice", "secret");
        assertThat(client.challenged(List.of("Basic realm=\"x\"", headers.get(2), headers.get(0), headers.get(1))))
                .isTrue();
        assertThat(client.authorization("REGISTER", "sip:acorn.example", random).orElseThrow())
                .contains("algorithm=SHA-512-256");
        assertThat(new DigestClient("a", "b").challenged(List.of("Digest realm=\"x\", nonce=\"y\", algorithm=NEW")))
                .isFalse();
    }

    @Test
    void refusesAWrongPasswordAndAnUnknownNameAlike() {
        DigestClient client = new DigestClient("alice", "wrong");
        challenge(client, verifier, START);
        String header = client.authorization("REGISTER", "sip:a", random).orElseThrow();
        assertThat(verifier.verify(header, "REGISTER", List.of(ALICE), START))
                .isEqualTo(new DigestOutcome.WrongCredential());
        assertThat(verifier.verify(header, "REGISTER", List.of(), START))
                .isEqualTo(new DigestOutcome.WrongCredential());
        assertThat(verifier.noncesTracked()).isZero();
    }

    @Test
    void acceptsCountedUsesOfOneNonceOnceEachAndOutOfOrderWithinTheWindow() {
        DigestClient client = new DigestClient("alice", "secret");
        challenge(client, verifier, START);
        List<String> headers = new java.util.ArrayList<>();
        for (int i = 0; i < 70; i++) {
            headers.add(client.authorization("MESSAGE", "sip:bob@acorn.example", random)
                    .orElseThrow());
        }
        for (int i : new int[] {0, 5, 3, 69, 6}) {
            assertThat(verify(headers.get(i), START)).as("nc %d", i + 1).isEqualTo(new DigestOutcome.Accepted(0));
            assertThat(verify(headers.get(i), START)).as("nc %d again", i + 1).isEqualTo(new DigestOutcome.Replayed());
        }
        assertThat(verify(headers.get(4), START)).isEqualTo(new DigestOutcome.Replayed());
        assertThat(verifier.noncesTracked()).isEqualTo(1);
    }

    @Test
    void asksAgainWhenTheNonceIsOld() {
        DigestClient client = new DigestClient("alice", "secret");
        challenge(client, verifier, START);
        String header = client.authorization("MESSAGE", "sip:b", random).orElseThrow();
        assertThat(verify(header, START + 300 * SECOND)).isEqualTo(new DigestOutcome.Accepted(0));
        String later = client.authorization("MESSAGE", "sip:b", random).orElseThrow();
        assertThat(verify(later, START + 300 * SECOND + 1)).isEqualTo(new DigestOutcome.Stale());
        assertThat(client.challenged(headers(verifier.challenges(true, START, random))))
                .isTrue();
        assertThat(client.stale()).isTrue();
    }

    @Test
    void takesNoNonceFromBeforeItsStartOrUnderAnotherKey() {
        byte[] otherKey = KEY.clone();
        otherKey[3] = 1;
        for (DigestVerifier issuer : List.of(
                new DigestVerifier(settings(3, false), otherKey, START),
                new DigestVerifier(settings(3, false), KEY, START - SECOND))) {
            DigestClient client = new DigestClient("alice", "secret");
            challenge(client, issuer, START - 1);
            assertThat(verify(client.authorization("MESSAGE", "sip:b", random).orElseThrow(), START))
                    .isEqualTo(new DigestOutcome.Stale());
        }
    }

    @Test
    void remembersAsManyNoncesAsTheLimitAndLetsNoReplayThroughBeyondIt() {
        List<String> used = new java.util.ArrayList<>();
        for (int i = 0; i < 4; i++) {
            DigestClient client = new DigestClient("alice", "secret");
            challenge(client, verifier, START + i);
            used.add(client.authorization("MESSAGE", "sip:b", random).orElseThrow());
            assertThat(verify(used.get(i), START + SECOND)).isEqualTo(new DigestOutcome.Accepted(0));
            assertThat(verifier.noncesTracked()).isEqualTo(Math.min(i + 1, 3));
        }
        assertThat(verify(used.get(0), START + SECOND)).isEqualTo(new DigestOutcome.Stale());
        assertThat(verify(used.get(1), START + SECOND)).isEqualTo(new DigestOutcome.Replayed());
        assertThat(verify(used.get(3), START + SECOND)).isEqualTo(new DigestOutcome.Replayed());
    }

    @Test
    void takesTheOldFormWithoutQopOnlyWhereTheSettingAllowsIt() {
        DigestChallenge plain = verifier.challenges(false, START, random).getLast();
        DigestClient client = new DigestClient("alice", "secret");
        client.challenged(List.of(plain.toString().replace(", qop=\"auth\"", "")));
        String header = client.authorization("MESSAGE", "sip:b", random).orElseThrow();
        assertThat(header).doesNotContain("qop").doesNotContain("nc=");
        assertThat(verify(header, START)).isEqualTo(new DigestOutcome.Malformed("qop is missing"));
        DigestVerifier lenient = new DigestVerifier(settings(3, true), KEY, START);
        assertThat(lenient.verify(header, "MESSAGE", List.of(ALICE), START)).isEqualTo(new DigestOutcome.Accepted(0));
    }

    @Test
    void readsWhatTheFieldSends() {
        String linphone =
                "Digest realm=\"acorn.example\",  nonce=\"abc\", username=\"alice\",  uri=\"sip:acorn.example\","
                        + " response=\"0123456789abcdef0123456789abcdef\", cnonce=\"~a-b\", nc=00000001, qop=auth";
        DigestCredentials read = DigestCredentials.parse(linphone).orThrow();
        assertThat(read.cnonce()).isEqualTo("~a-b");
        assertThat(read.algorithm()).isEqualTo(DigestAlgorithm.MD5);
        assertThat(DigestCredentials.parse(read.toString()).orThrow()).isEqualTo(read);
        DigestCredentials quotedQop = DigestCredentials.parse(linphone.replace("qop=auth", "qop=\"auth\""))
                .orThrow();
        assertThat(quotedQop).isEqualTo(read);
        assertThat(DigestCredentials.parse(linphone.replace("\"alice\"", "\"al\\\"ice\""))
                        .orThrow()
                        .username())
                .isEqualTo("al\"ice");
    }

    /** The shapes of CVE-2023-28098 and their kind. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Digest",
                "Digest ",
                "Digest username",
                "Digest username=",
                "Digest username=\"",
                "Digest username=\"alice",
                "Digest username=\"alice\\",
                "Digest username=\"alice\" realm=\"x\"",
                "Digest username=alice,,,,,=,",
                "Digest qop=,nc=,",
                "Digest =\"x\"",
                "Digest username=\"a\", username=\"b\"",
                "NoOneKnowsThisScheme opaque-data=here",
                "Digest\tusername=\"a\",\"b\"",
                "\"Digest\" username=a",
            })
    void refusesMalformedCredentialsAsAValue(String header) {
        assertThat(DigestCredentials.parse(header)).isInstanceOf(Result.Bad.class);
        assertThat(verifier.verify(header, "MESSAGE", List.of(ALICE), START))
                .isInstanceOf(DigestOutcome.Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "response=\"0123456789abcdef0123456789abcdeg\"",
                "response=\"0123456789abcdef\"",
                "nc=1",
                "nc=00000000",
                "nc=0000000g",
                "nc=100000001",
                "qop=auth-int",
                "cnonce=\"\"",
                "algorithm=MD5-sess",
                "algorithm=SHA-256",
                "userhash=true"
            })
    void refusesCredentialsWithOneBadParameter(String bad) {
        String good = "Digest username=\"a\", realm=\"acorn.example\", nonce=\"n\", uri=\"sip:a\", userhash=false,"
                + " response=\"0123456789abcdef0123456789abcdef\", cnonce=\"c\", nc=00000001, qop=auth, algorithm=MD5";
        assertThat(DigestCredentials.parse(good).isOk()).isTrue();
        String name = bad.substring(0, bad.indexOf('='));
        String changed = good.replaceAll("([ ,])" + name + "=[^,]*", "$1" + bad);
        assertThat(changed).isNotEqualTo(good);
        assertThat(verify(changed, START)).isInstanceOf(DigestOutcome.Malformed.class);
    }

    @Test
    void readsHugeCredentialsInLinearTimeAndRefusesThem() {
        for (String part : List.of("\\", ",", "=", "a=b,", "a", "\"", " ")) {
            String header = "Digest " + part.repeat(1_000_000 / part.length());
            assertThat(DigestCredentials.parse(header)).isInstanceOf(Result.Bad.class);
        }
    }

    @Test
    void takesCredentialsForAnotherRealmAsNone() {
        DigestClient client = new DigestClient("alice", "secret");
        client.challenged(List.of("Digest realm=\"elsewhere\", nonce=\"x\", qop=\"auth\""));
        assertThat(verify(client.authorization("MESSAGE", "sip:b", random).orElseThrow(), START))
                .isEqualTo(new DigestOutcome.OtherRealm());
    }

    private DigestOutcome verify(String header, long now) {
        return verifier.verify(header, "MESSAGE", List.of(ALICE), now);
    }

    private void challenge(DigestClient client, DigestVerifier from, long now) {
        assertThat(client.challenged(headers(from.challenges(false, now, random))))
                .isTrue();
    }

    private static List<String> headers(List<DigestChallenge> challenges) {
        return challenges.stream().map(DigestChallenge::toString).toList();
    }
}
