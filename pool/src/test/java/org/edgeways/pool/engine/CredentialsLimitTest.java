package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.edgeways.sip.digest.DigestClient;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many passwords one request may try: each costs the pool many hashes. */
class CredentialsLimitTest {

    private static final int LIMIT = RegistrarLimits.DEFAULT.credentialsPerRequest();

    private final PoolWorld world = new PoolWorld();
    private Device alice;

    @BeforeEach
    void aliceIsInsideAndNotSignedIn() {
        alice = world.inside("alice");
        world.inside("bob").signIn();
    }

    private static HeaderName challenge(HeaderName credentials) {
        return credentials.equals(HeaderName.AUTHORIZATION)
                ? HeaderName.WWW_AUTHENTICATE
                : HeaderName.PROXY_AUTHENTICATE;
    }

    /** The request with that many lines of credentials for other realms, and right ones for ours below. */
    private SipMessage signed(SipMessage request, HeaderName header, int foreign) {
        List<String> challenges = alice.send(request.copy()).values(challenge(header));
        SipMessage again = alice.request(request.method(), request.requestUriText());
        again.set(HeaderName.TO, request.to().toString());
        DigestClient client = new DigestClient("alice", PoolWorld.PASSWORD);
        client.challenged(challenges);
        String right = client.authorization(request.method(), request.requestUriText(), world.random)
                .orElseThrow();
        for (int i = 0; i < foreign; i++) {
            again.add(header, right.replace("acorn.example\"", "other" + i + ".example\""));
        }
        again.add(header, right);
        return again;
    }

    private long refusals() {
        return world.counters.value("pool_requests_refused", "code", "pool-credentials-too-many");
    }

    @Test
    void asManyLinesOfCredentialsAsTheLimitAreReadWhenSigningIn() {
        SipMessage register = signed(alice.register(600), HeaderName.AUTHORIZATION, LIMIT - 1);
        assertThat(alice.send(register).status()).isEqualTo(200);
        assertThat(refusals()).isZero();
    }

    @Test
    void oneLineOfCredentialsMoreThanTheLimitIsRefusedThoughTheLastIsRight() {
        SipMessage register = signed(alice.register(600), HeaderName.AUTHORIZATION, LIMIT);
        SipMessage refused = alice.send(register);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.reason()).isEqualTo("Too many credentials in one request");
        assertThat(refused.has(HeaderName.WWW_AUTHENTICATE)).isFalse();
        assertThat(refusals()).isEqualTo(1);
        assertThat(world.log.getLast()).contains("pool-credentials-too-many: limit credentialsPerRequest");
    }

    @Test
    void theSameHoldsForWhoSendsWithoutHavingSignedIn() {
        SipMessage message = alice.request("MESSAGE", "sip:bob@acorn.example");
        assertThat(alice.send(signed(message, HeaderName.PROXY_AUTHORIZATION, LIMIT - 1))
                        .status())
                .isEqualTo(200);
        Device other = world.inside("alice");
        alice = other;
        SipMessage refused = other.send(signed(message, HeaderName.PROXY_AUTHORIZATION, LIMIT));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refusals()).isEqualTo(1);
    }

    @Test
    void linesForOtherRealmsAndLinesThatAreNoCredentialsCountToo() {
        SipMessage register = alice.register(600);
        for (int i = 0; i <= LIMIT; i++) {
            register.add(
                    HeaderName.AUTHORIZATION,
                    i == 0
                            ? "nonsense"
                            : "Digest username=\"a\", realm=\"elsewhere" + i + "\", nonce=\"n\", uri=\"u\"");
        }
        assertThat(alice.send(register).status()).isEqualTo(403);
        assertThat(refusals()).isEqualTo(1);
    }
}
