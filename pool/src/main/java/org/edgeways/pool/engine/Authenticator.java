package org.edgeways.pool.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.edgeways.base.Result;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.sip.digest.DigestChallenge;
import org.edgeways.sip.digest.DigestCredentials;
import org.edgeways.sip.digest.DigestOutcome;
import org.edgeways.sip.digest.DigestSettings;
import org.edgeways.sip.digest.DigestVerifier;
import org.edgeways.sip.digest.StoredHash;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.jspecify.annotations.Nullable;

/**
 * Digest authentication against the device passwords of people (RFC 3261 section 22, RFC 7616). The realm is the SIP
 * domain. For every request with credentials the same number of hashes is computed, whether or not the name is known and
 * however many passwords it has, so that neither answer nor time tells who has an account.
 */
final class Authenticator {

    /** How many hashes are tried at least: as many as a person may have device passwords. */
    static final int HASHES_TRIED = 20;

    private static final int NONCES_REMEMBERED = 100_000;

    /** Who sent it, or why not. */
    sealed interface Outcome {
        /** The sender knows a password of that account. */
        record Accepted(People.Account account, String device) implements Outcome {}

        /** Nobody is accepted; the refusal carries the challenges, or says that the credentials are malformed. */
        record Refused(Refusal refusal) implements Outcome {}
    }

    private final People people;
    private final Map<String, DigestVerifier> verifiers = new HashMap<>();
    private final RandomGenerator random;
    private int credentialsPerRequest;
    private final List<StoredHash> decoys = new ArrayList<>();
    private List<DigestAlgorithm> algorithms = List.of();

    Authenticator(People people, EngineSettings settings, RandomGenerator random, long start) {
        this.people = people;
        this.random = random;
        use(settings, start);
        for (int i = 0; i < HASHES_TRIED; i++) {
            decoys.add(StoredHash.of("nobody", "nowhere", Long.toHexString(random.nextLong())));
        }
    }

    /** Asks for what these say from now on; where the algorithms change, challenges of before are answered as stale ones. */
    void use(EngineSettings settings, long now) {
        credentialsPerRequest = settings.registrar().credentialsPerRequest();
        if (!settings.algorithms().equals(algorithms)) {
            algorithms = settings.algorithms();
            verifiers.clear();
        }
        verifiers.keySet().retainAll(settings.domains());
        settings.domains()
                .forEach(domain -> verifiers.computeIfAbsent(domain, realm -> {
                    byte[] key = new byte[32];
                    random.nextBytes(key);
                    DigestSettings digest =
                            new DigestSettings(realm, algorithms, settings.nonceLifetime(), NONCES_REMEMBERED, false);
                    return new DigestVerifier(digest, key, now);
                }));
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
        DigestVerifier verifier = verifiers.get(domain);
        if (verifier == null) {
            throw new IllegalStateException("no such domain here: " + domain);
        }
        if (request.count(header) > credentialsPerRequest) {
            return new Outcome.Refused(
                    Refusal.of(403, PoolErrorCode.CREDENTIALS_TOO_MANY, "limit credentialsPerRequest"));
        }
        List<DigestCredentials> ours = new ArrayList<>(1);
        for (String value : request.values(header)) {
            if (!DigestCredentials.isDigest(value)) {
                continue; // of a scheme that we did not ask for
            }
            if (!(DigestCredentials.parse(value) instanceof Result.Ok<DigestCredentials>(DigestCredentials given))) {
                return malformed(PoolErrorCode.CREDENTIALS_MALFORMED.meaning());
            }
            if (given.realm().equals(domain)) {
                ours.add(given);
            }
        }
        if (ours.size() > algorithms.size()
                || ours.stream().map(DigestCredentials::username).distinct().count() > 1) {
            // RFC 3261 section 22.3, RFC 8760 section 2.4: one answer; several would be guesses
            return malformed("Several credentials for one realm");
        }
        return check(ours, verifier, request.method(), header, domain, now);
    }

    /** A wrong one outweighs all but a right one, so that whoever counts guesses by our answer misses none. */
    private Outcome check(
            List<DigestCredentials> ours,
            DigestVerifier verifier,
            String method,
            HeaderName header,
            String domain,
            long now) {
        PoolErrorCode code = PoolErrorCode.CREDENTIALS_MISSING;
        String unreadable = null;
        for (DigestCredentials given : ours) {
            People.Account account = people.account(addressOf(given.username(), domain));
            switch (verifier.verify(given, method, hashes(account), now)) {
                case DigestOutcome.Accepted(int index) -> {
                    if (account != null && index < account.devices().size()) {
                        return new Outcome.Accepted(
                                account, account.devices().get(index).id());
                    }
                    code = PoolErrorCode.CREDENTIALS_WRONG;
                }
                case DigestOutcome.Stale stale -> code = staleUnlessWrong(code);
                case DigestOutcome.Replayed replayed -> code = staleUnlessWrong(code);
                case DigestOutcome.WrongCredential wrong -> code = PoolErrorCode.CREDENTIALS_WRONG;
                case DigestOutcome.OtherRealm other -> {}
                case DigestOutcome.Malformed malformed -> unreadable = "Credentials: " + malformed.reason();
            }
        }
        return unreadable != null && code != PoolErrorCode.CREDENTIALS_WRONG
                ? malformed(unreadable)
                : new Outcome.Refused(challenge(verifier, header, code, now));
    }

    private static PoolErrorCode staleUnlessWrong(PoolErrorCode code) {
        return code == PoolErrorCode.CREDENTIALS_WRONG ? code : PoolErrorCode.CREDENTIALS_STALE;
    }

    private static Outcome malformed(String reason) {
        return new Outcome.Refused(
                Refusal.of(400, reason, PoolErrorCode.CREDENTIALS_MALFORMED, "RFC 7616 section 3.4"));
    }

    private Refusal challenge(DigestVerifier verifier, HeaderName header, PoolErrorCode code, long now) {
        boolean registrar = header.equals(HeaderName.AUTHORIZATION);
        HeaderName with = registrar ? HeaderName.WWW_AUTHENTICATE : HeaderName.PROXY_AUTHENTICATE;
        Refusal refusal = registrar
                ? Refusal.of(401, "Unauthorized", code, "every REGISTER is authenticated")
                : Refusal.of(407, "Proxy Authentication Required", code, "the From of every request is authenticated");
        for (DigestChallenge challenge : verifier.challenges(code == PoolErrorCode.CREDENTIALS_STALE, now, random)) {
            refusal = refusal.with(with, challenge.toString());
        }
        return refusal;
    }

    /**
     * Some devices send the domain too. They are told apart from strangers so, but their digest never fits: what is stored
     * is the hash over the user part alone (RFC 7616 section 3.4.2), and so they get the answer to a wrong password.
     */
    private static String addressOf(String username, String domain) {
        String suffix = "@" + domain;
        String user = username.endsWith(suffix) ? username.substring(0, username.length() - suffix.length()) : username;
        return Addresses.of(SipUri.of(user, domain, -1));
    }

    private List<StoredHash> hashes(People.@Nullable Account account) {
        List<StoredHash> hashes = new ArrayList<>();
        if (account != null) {
            account.devices().forEach(device -> hashes.add(device.hash()));
        }
        for (int i = 0; hashes.size() < HASHES_TRIED; i++) {
            hashes.add(decoys.get(i));
        }
        return hashes;
    }
}
