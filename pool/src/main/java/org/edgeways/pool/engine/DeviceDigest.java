package org.edgeways.pool.engine;

import java.time.Duration;
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
import org.edgeways.sip.message.SipUri;
import org.jspecify.annotations.Nullable;

/**
 * Digest authentication against the device passwords of people (RFC 7616), in SIP and HTTP alike. The realm is the SIP
 * domain. For every request with credentials the same number of hashes is computed, whether or not the name is known and
 * however many passwords it has, so that neither answer nor time tells who has an account. Not safe for use by several
 * threads.
 */
public final class DeviceDigest {

    /** How many hashes are tried at least: as many as a person may have device passwords. */
    static final int HASHES_TRIED = 20;

    private static final int NONCES_REMEMBERED = 100_000;

    /** Who sent it, or why not. */
    public sealed interface Outcome {
        /**
         * The sender knows a password of that account.
         *
         * @param device the id of the device password
         */
        record Accepted(People.Account account, String device) implements Outcome {}

        /**
         * What was sent cannot be read, or in more than one way.
         *
         * @param reason for a person
         */
        record Malformed(String reason) implements Outcome {}

        /**
         * Nobody is accepted.
         *
         * @param code whether credentials are missing, wrong, or were right but not fresh
         * @param challenges to be answered, in the order in which they are to stand
         */
        record Refused(PoolErrorCode code, List<DigestChallenge> challenges) implements Outcome {
            public Refused {
                challenges = List.copyOf(challenges);
            }
        }
    }

    private final People people;
    private final Map<String, DigestVerifier> verifiers = new HashMap<>();
    private final RandomGenerator random;
    private final List<StoredHash> decoys = new ArrayList<>();
    private List<DigestAlgorithm> algorithms = List.of();

    /**
     * One that knows no domain yet: see {@link #use}.
     *
     * @param random cryptographically strong except in tests
     */
    public DeviceDigest(People people, RandomGenerator random) {
        this.people = people;
        this.random = random;
        for (int i = 0; i < HASHES_TRIED; i++) {
            decoys.add(StoredHash.of("nobody", "nowhere", Long.toHexString(random.nextLong())));
        }
    }

    /**
     * Asks for what these say from now on; where the algorithms change, challenges of before are answered as stale ones.
     *
     * @param now nanoseconds since 1970
     */
    public void use(List<String> domains, List<DigestAlgorithm> offered, Duration nonceLifetime, long now) {
        if (!offered.equals(algorithms)) {
            algorithms = List.copyOf(offered);
            verifiers.clear();
        }
        verifiers.keySet().retainAll(domains);
        domains.forEach(domain -> verifiers.computeIfAbsent(domain, realm -> {
            byte[] key = new byte[32];
            random.nextBytes(key);
            DigestSettings digest = new DigestSettings(realm, algorithms, nonceLifetime, NONCES_REMEMBERED, false);
            return new DigestVerifier(digest, key, now);
        }));
    }

    /** Whether that is one of the domains, which are lower case. */
    public boolean isDomain(String domain) {
        return verifiers.containsKey(domain);
    }

    /**
     * Checks credentials.
     *
     * @param headers the values of Authorization or Proxy-Authorization; schemes that were not asked for are left aside
     * @param method of the request
     * @param domain one of the domains
     * @param now nanoseconds since 1970
     */
    public Outcome check(List<String> headers, String method, String domain, long now) {
        DigestVerifier verifier = verifiers.get(domain);
        if (verifier == null) {
            throw new IllegalStateException("no such domain here: " + domain);
        }
        List<DigestCredentials> ours = new ArrayList<>(1);
        for (String value : headers) {
            if (!DigestCredentials.isDigest(value)) {
                continue; // of a scheme that we did not ask for
            }
            if (!(DigestCredentials.parse(value) instanceof Result.Ok<DigestCredentials>(DigestCredentials given))) {
                return new Outcome.Malformed(PoolErrorCode.CREDENTIALS_MALFORMED.meaning());
            }
            if (given.realm().equals(domain)) {
                ours.add(given);
            }
        }
        if (ours.size() > algorithms.size()
                || ours.stream().map(DigestCredentials::username).distinct().count() > 1) {
            // RFC 3261 section 22.3, RFC 8760 section 2.4: one answer; several would be guesses
            return new Outcome.Malformed("Several credentials for one realm");
        }
        return check(ours, verifier, method, domain, now);
    }

    /** A wrong one outweighs all but a right one, so that whoever counts guesses by our answer misses none. */
    private Outcome check(
            List<DigestCredentials> ours, DigestVerifier verifier, String method, String domain, long now) {
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
                ? new Outcome.Malformed(unreadable)
                : new Outcome.Refused(code, verifier.challenges(code == PoolErrorCode.CREDENTIALS_STALE, now, random));
    }

    private static PoolErrorCode staleUnlessWrong(PoolErrorCode code) {
        return code == PoolErrorCode.CREDENTIALS_WRONG ? code : PoolErrorCode.CREDENTIALS_STALE;
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
