package org.edgeways.tokens;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.edgeways.base.Result;

/**
 * Tells what a relay's user name is worth, without asking anybody: made by one of the keys, not over, not withdrawn. Whatever the
 * text is, the answer is a value. What only guesses costs one opened seal at most. A user name that was seen on the way keeps its seal
 * whatever is done to its signature, so {@link #check} is for those who have shown the password, and {@link #claim} for all. A
 * signature is verified once for each user name and remembered. Safe for use by several threads.
 */
public final class RelayVerifier {

    /** Most keys at once: those in use and those rolled ahead, and the old ones whose credentials are not over. */
    public static final int MAX_KEYS = 8;

    /** User names that are remembered as signed; past it all are forgotten, and verified again when they come. */
    public static final int MAX_REMEMBERED = 4_096;

    /**
     * How long after the end of credentials their user name is still good for allocations that were made with them before: for no new
     * ones. Keys and withdrawn numbers are to be told that much longer, and for what the last refresh gave.
     */
    public static final Duration ONGOING = Duration.ofDays(1);

    static final long MAX_EXPIRY_SECONDS = (1L << 32) - 1;

    private static final long SECOND = 1_000_000_000L;
    private static final Pattern FORM =
            Pattern.compile("(([1-9][0-9]{0,9}):([A-Za-z0-9_-]{44,100}))\\.([A-Za-z0-9_-]{86})");

    /**
     * What is known of credentials that are good.
     *
     * @param user whose they are
     * @param key the id of the key that made them
     * @param expirySeconds since 1970: from when on they are no longer good
     * @param password the one that belongs to the user name
     */
    public record Known(RelayUser user, int key, long expirySeconds, String password) {
        /** Hides the password. */
        @Override
        public String toString() {
            return "Known[" + user + ", " + HexFormat.of().toHexDigits(key) + ", " + expirySeconds + ", ***]";
        }
    }

    private final Map<Integer, RelayCheck> checks = new HashMap<>();
    private final Set<Long> withdrawn;
    private final int remembered;
    private final Map<String, Known> signed = new ConcurrentHashMap<>();

    /**
     * @param checks of the keys, at most {@link #MAX_KEYS}; without any, nothing is good
     * @param withdrawn numbers of persons and devices ({@link RelayUser}) whose credentials are not good
     * @throws IllegalArgumentException if there are more keys
     */
    public RelayVerifier(List<RelayCheck> checks, Set<Long> withdrawn) {
        this(checks, withdrawn, MAX_REMEMBERED);
    }

    RelayVerifier(List<RelayCheck> checks, Set<Long> withdrawn, int remembered) {
        checks.forEach(check -> this.checks.put(check.id(), check));
        if (checks.size() > MAX_KEYS) {
            throw new IllegalArgumentException("at most " + MAX_KEYS + " keys, not " + checks.size());
        }
        this.remembered = remembered;
        this.withdrawn = Set.copyOf(withdrawn);
    }

    /**
     * Takes over which signatures another one has verified, as far as their keys are the same: keys change every few weeks, what is
     * withdrawn every day, and each allocation shows its user name again within minutes.
     */
    public void takeOver(RelayVerifier before) {
        before.signed.forEach((username, known) -> {
            RelayCheck ours = checks.get(known.key());
            RelayCheck theirs = before.checks.get(known.key());
            if (ours != null && theirs != null && ours.equals(theirs) && signed.size() < remembered) {
                signed.put(username, known);
            }
        });
    }

    /** Whether a signature is known to fit; for tests. */
    public boolean remembers(String username) {
        return signed.containsKey(username);
    }

    /**
     * What a user name says of itself: all of {@link #check} but its signature, which costs far more than the rest. Whoever does not know
     * the password has not got the user name from the inside; whoever does still has to pass {@link #check}.
     *
     * @param ongoing whether it is shown for what was made with it before: then it is good for {@link #ONGOING} longer
     * @param now nanoseconds since 1970
     */
    public Result<Known> claim(String username, boolean ongoing, long now) {
        Known known = signed.get(username);
        if (known != null) {
            return stillGood(known, ongoing, now);
        }
        return switch (open(username)) {
            case Result.Bad<Opened> bad -> bad.as();
            case Result.Ok<Opened>(Opened opened) -> stillGood(opened.withPassword(username), ongoing, now);
        };
    }

    /**
     * Checks a user name. The codes of a refusal are those of {@link TokensErrorCode} that begin with {@code RELAY_}.
     *
     * @param now nanoseconds since 1970
     */
    public Result<Known> check(String username, long now) {
        return check(username, false, now);
    }

    /**
     * Checks a user name.
     *
     * @param ongoing as {@link #claim} has it
     * @param now nanoseconds since 1970
     */
    public Result<Known> check(String username, boolean ongoing, long now) {
        Known known = signed.get(username);
        if (known != null) {
            return stillGood(known, ongoing, now);
        }
        return switch (open(username)) {
            case Result.Bad<Opened> bad -> bad.as();
            case Result.Ok<Opened>(Opened opened) ->
                stillGood(opened.known(), ongoing, now) instanceof Result.Bad<Known> bad
                        ? bad
                        : verified(opened, username);
        };
    }

    /**
     * Whether credentials that were good when they were checked have been taken back since: their person or device is withdrawn, or
     * their key. Allocations made with them are to end. Their time is not looked at: it ends no allocation. Costs three look-ups: it is
     * asked for every allocation whenever anything is withdrawn.
     *
     * @param user whose they are, as {@link Known} says it
     * @param key the id of their key, as {@link Known} says it
     */
    public boolean isRevoked(RelayUser user, int key) {
        return !checks.containsKey(key) || isWithdrawn(user);
    }

    /**
     * Whose a user name is, also if its time is over or it was withdrawn. Neither password nor signature are looked at: nothing is
     * to be given for it.
     */
    public Result<RelayUser> userOf(String username) {
        return switch (open(username)) {
            case Result.Bad<Opened> bad -> bad.as();
            case Result.Ok<Opened>(Opened opened) -> Result.ok(opened.known().user());
        };
    }

    /**
     * A user name whose seal fits.
     *
     * @param known what is in it, without the password
     * @param named what is signed
     */
    private record Opened(Known known, RelayCheck check, String named, String signature) {
        Known withPassword(String username) {
            return new Known(known.user(), known.key(), known.expirySeconds(), check.password(username));
        }
    }

    private Result<Opened> open(String username) {
        Matcher form = FORM.matcher(username);
        if (username.length() > RelayCredentials.MAX_USERNAME_LENGTH || !form.matches()) {
            return Result.bad(TokensErrorCode.RELAY_USER_MALFORMED, 0, "it does not have the form of one of ours");
        }
        String sealed = form.group(3);
        int keyId = ByteBuffer.wrap(Base64.getUrlDecoder().decode(sealed)).getInt(Sealer.KEY_ID_OFFSET);
        RelayCheck check = checks.get(keyId);
        if (check == null) {
            return Result.bad(
                    TokensErrorCode.RELAY_KEY_UNKNOWN,
                    0,
                    "its key is " + HexFormat.of().toHexDigits(keyId));
        }
        if (!(check.opener().open(Purpose.RELAY_USER, sealed) instanceof Result.Ok<byte[]>(byte[] content))
                || !(TokenReader.read(content, reader -> known(reader, keyId))
                        instanceof Result.Ok<Known>(Known known))) {
            return forged("its seal does not fit");
        }
        if (known.expirySeconds() != Long.parseLong(form.group(2))) {
            return forged("its time was changed");
        }
        return Result.ok(new Opened(known, check, form.group(1), form.group(4)));
    }

    private static Known known(TokenReader reader, int keyId) {
        long mask = RelayUser.MAX_NUMBER; // whoever has the shared secret can seal any number
        return new Known(new RelayUser(reader.number() & mask, reader.number() & mask), keyId, reader.number(), "");
    }

    /** The signature, which costs most, is looked at last. */
    private Result<Known> verified(Opened opened, String username) {
        byte[] signature = Base64.getUrlDecoder().decode(opened.signature());
        boolean oneSpelling = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(signature)
                .equals(opened.signature());
        if (!oneSpelling || !opened.check().isSigned(opened.named(), signature)) {
            return forged("its signature does not fit");
        }
        Known known = opened.withPassword(username);
        if (signed.size() >= remembered) {
            signed.clear();
        }
        signed.put(username, known);
        return Result.ok(known);
    }

    private static <T> Result<T> forged(String reason) {
        return Result.bad(TokensErrorCode.RELAY_USER_FORGED, 0, reason);
    }

    private Result<Known> stillGood(Known known, boolean ongoing, long now) {
        long second = now / SECOND;
        if (isWithdrawn(known.user())) {
            return Result.bad(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN, 0, "the inside has withdrawn them");
        }
        if (second >= known.expirySeconds() + (ongoing ? ONGOING.toSeconds() : 0)) {
            return Result.bad(
                    TokensErrorCode.RELAY_CREDENTIALS_EXPIRED,
                    0,
                    "they were good until " + Instant.ofEpochSecond(known.expirySeconds())
                            + (ongoing ? ", for what was made with them a day longer" : "") + ", and it is "
                            + Instant.ofEpochSecond(second) + " here");
        }
        return Result.ok(known);
    }

    private boolean isWithdrawn(RelayUser user) {
        return withdrawn.contains(user.person()) || withdrawn.contains(user.device());
    }
}
