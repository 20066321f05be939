package org.edgeways.turn.engine;

import java.util.Arrays;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.Integrity;
import org.edgeways.turn.stun.PasswordAlgorithm;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunWriter;
import org.jspecify.annotations.Nullable;

/** The long-term credential mechanism (RFC 8489 section 9.2.4, and as RFC 5389 had it). Remembers nothing. */
final class Authentication {

    /** Longest USERNAME in bytes (RFC 8489 section 14.3). */
    private static final int LONGEST_USERNAME = 508;

    /** What came of a check. */
    sealed interface Outcome {
        record Passed(Request request) implements Outcome {}

        /**
         * It did not pass.
         *
         * @param username whose request it was, as far as is known
         */
        record Failed(TurnErrorCode code, String username) implements Outcome {}
    }

    /** Whether a request is about an allocation that a user has. */
    @FunctionalInterface
    interface Ongoing {
        boolean holds(Client client, StunMessage message, String username);
    }

    private final TurnSettings settings;
    private final Credentials credentials;
    private final Ongoing ongoing;
    private final Nonces nonces;

    Authentication(TurnSettings settings, Credentials credentials, Ongoing ongoing, byte[] key) {
        this.settings = settings;
        this.credentials = credentials;
        this.ongoing = ongoing;
        this.nonces = new Nonces(key, settings.nonceLifetime(), settings.offerAlgorithms());
    }

    /**
     * Checks in the order of RFC 8489 section 9.2.4, but for the nonce: it is judged before the user name, so that whoever
     * has not got one for its address costs nothing more.
     */
    Outcome check(long now, Client client, StunMessage message) {
        Integrity integrity = message.has(StunAttribute.MESSAGE_INTEGRITY_SHA256) ? Integrity.SHA256 : Integrity.SHA1;
        if (!message.has(integrity.attribute())) {
            return failed(TurnErrorCode.CHALLENGED);
        }
        String realm = message.text(StunAttribute.REALM);
        String nonce = message.text(StunAttribute.NONCE);
        boolean named = message.has(StunAttribute.USERNAME) || message.has(StunAttribute.USERHASH);
        if (realm == null || nonce == null || !named) {
            return failed(TurnErrorCode.BAD_REQUEST);
        }
        if (!nonces.isGood(nonce, client, now)) {
            return failed(TurnErrorCode.NONCE_STALE);
        }
        PasswordAlgorithm algorithm = algorithm(message);
        if (algorithm == null) {
            return failed(TurnErrorCode.BAD_REQUEST);
        }
        byte[] name = message.valueOf(StunAttribute.USERNAME);
        if (name == null || name.length == 0 || name.length > LONGEST_USERNAME || !realm.equals(settings.realm())) {
            return failed(TurnErrorCode.USER_UNKNOWN); // user hashes are never offered: there is no table of users
        }
        String username = new String(name, java.nio.charset.StandardCharsets.UTF_8);
        Credentials.Shown shown = new Credentials.Shown(username, ongoing.holds(client, message, username));
        return switch (credentials.find(shown, now)) {
            case Credentials.Answer.Refused(TurnErrorCode code) -> new Outcome.Failed(code, username);
            case Credentials.Answer.Known(String password, Credentials.Holder holder) -> {
                byte[] key = algorithm.key(username, realm, password);
                if (!message.isIntact(integrity, key)) {
                    yield new Outcome.Failed(TurnErrorCode.CREDENTIALS_WRONG, username);
                }
                yield credentials.isGenuine(shown, now)
                        ? new Outcome.Passed(new Request(client, message, holder, key, integrity))
                        : new Outcome.Failed(TurnErrorCode.USER_UNKNOWN, username);
            }
        };
    }

    private static Outcome failed(TurnErrorCode code) {
        return new Outcome.Failed(code, "");
    }

    /** Null if the request does not repeat what was offered, or chooses something else: somebody has changed the offer. */
    private @Nullable PasswordAlgorithm algorithm(StunMessage message) {
        byte[] chosen = message.valueOf(StunAttribute.PASSWORD_ALGORITHM);
        byte[] offered = message.valueOf(StunAttribute.PASSWORD_ALGORITHMS);
        if (!settings.offerAlgorithms() || chosen == null && offered == null) {
            return PasswordAlgorithm.MD5;
        }
        if (chosen == null || offered == null || !Arrays.equals(offered, PasswordAlgorithm.offer())) {
            return null;
        }
        return PasswordAlgorithm.read(chosen);
    }

    /** The answer to a request that did not pass. */
    byte[] refusal(long now, Client client, StunMessage message, TurnErrorCode code) {
        StunWriter writer = new StunWriter(StunClass.ERROR, message.method(), message.transactionId())
                .addError(code.status(), code == TurnErrorCode.BAD_REQUEST ? "" : code.reason());
        if (code != TurnErrorCode.BAD_REQUEST) {
            writer.add(StunAttribute.REALM, settings.realm()).add(StunAttribute.NONCE, nonces.create(client, now));
            if (settings.offerAlgorithms()) {
                writer.add(StunAttribute.PASSWORD_ALGORITHMS, PasswordAlgorithm.offer());
            }
        }
        if (message.has(StunAttribute.FINGERPRINT)) {
            writer.addFingerprint();
        }
        return writer.toBytes();
    }
}
