package org.edgeways.pool.engine;

import java.util.List;
import java.util.random.RandomGenerator;
import org.edgeways.sip.digest.DigestChallenge;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;

/** Digest authentication of SIP requests against the device passwords of people (RFC 3261 section 22). */
final class Authenticator {

    /** Who sent it, or why not. */
    sealed interface Outcome {
        /** The sender knows a password of that account. */
        record Accepted(People.Account account, String device) implements Outcome {}

        /** Nobody is accepted; the refusal carries the challenges, or says that the credentials are malformed. */
        record Refused(Refusal refusal) implements Outcome {}
    }

    private final DeviceDigest digest;
    private int credentialsPerRequest;

    Authenticator(People people, EngineSettings settings, RandomGenerator random, long start) {
        digest = new DeviceDigest(people, random);
        use(settings, start);
    }

    /** Asks for what these say from now on; where the algorithms change, challenges of before are answered as stale ones. */
    void use(EngineSettings settings, long now) {
        credentialsPerRequest = settings.registrar().credentialsPerRequest();
        digest.use(settings.domains(), settings.algorithms(), settings.nonceLifetime(), now);
    }

    /** Checks the credentials of a REGISTER; answers without them with 401. */
    Outcome ofRegistrar(SipMessage request, String domain, long now) {
        return authenticate(request, HeaderName.AUTHORIZATION, domain, now);
    }

    /** Checks the credentials for this proxy; answers without them with 407. */
    Outcome ofProxy(SipMessage request, String domain, long now) {
        return authenticate(request, HeaderName.PROXY_AUTHORIZATION, domain, now);
    }

    private Outcome authenticate(SipMessage request, HeaderName header, String domain, long now) {
        if (request.count(header) > credentialsPerRequest) {
            return new Outcome.Refused(
                    Refusal.of(403, PoolErrorCode.CREDENTIALS_TOO_MANY, "limit credentialsPerRequest"));
        }
        return switch (digest.check(request.values(header), request.method(), domain, now)) {
            case DeviceDigest.Outcome.Accepted(People.Account account, String device) ->
                new Outcome.Accepted(account, device);
            case DeviceDigest.Outcome.Malformed(String reason) ->
                new Outcome.Refused(
                        Refusal.of(400, reason, PoolErrorCode.CREDENTIALS_MALFORMED, "RFC 7616 section 3.4"));
            case DeviceDigest.Outcome.Refused(PoolErrorCode code, List<DigestChallenge> challenges) ->
                new Outcome.Refused(challenge(header, code, challenges));
        };
    }

    private static Refusal challenge(HeaderName header, PoolErrorCode code, List<DigestChallenge> challenges) {
        boolean registrar = header.equals(HeaderName.AUTHORIZATION);
        HeaderName with = registrar ? HeaderName.WWW_AUTHENTICATE : HeaderName.PROXY_AUTHENTICATE;
        Refusal refusal = registrar
                ? Refusal.of(401, "Unauthorized", code, "every REGISTER is authenticated")
                : Refusal.of(407, "Proxy Authentication Required", code, "the From of every request is authenticated");
        for (DigestChallenge challenge : challenges) {
            refusal = refusal.with(with, challenge.toString());
        }
        return refusal;
    }
}
