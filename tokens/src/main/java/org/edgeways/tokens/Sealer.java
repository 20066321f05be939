package org.edgeways.tokens;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.edgeways.base.Result;

/**
 * Seals bytes so that only a holder of the keyring can read them and nobody else can make them: AES-256-GCM with a
 * random nonce. A token is base64url without padding, fit for the user part of a SIP URI (its alphabet is within
 * RFC 3261's unreserved), of: version (1 byte), key id (4), nonce (12), ciphertext and tag (16).
 *
 * <p>With random nonces one key must not seal more than 2^32 tokens (NIST SP 800-38D section 8.3): at 1,000 tokens per
 * second rotate at least every seven weeks.
 *
 * <p>Safe for use by several threads if the generator is.
 */
public final class Sealer {

    /** Most bytes that are sealed into one token: a URI with it stays within the 4,096 bytes that our parser reads. */
    public static final int MAX_CONTENT_BYTES = 2_700;

    /** Where a token's key id begins, in bytes. */
    static final int KEY_ID_OFFSET = 1;

    private static final byte VERSION = 1;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final int HEADER_BYTES = 1 + Integer.BYTES + NONCE_BYTES;
    private static final int MAX_TEXT_LENGTH = (HEADER_BYTES + MAX_CONTENT_BYTES + TAG_BYTES) * 4 / 3 + 4;

    /** Those that nobody uses at the moment: looking up a provider for each token costs more than the token. */
    private final Queue<Cipher> idle = new ConcurrentLinkedQueue<>();

    private volatile Keyring keyring;
    private final RandomGenerator random;

    /** @param random for nonces; must be cryptographically strong outside of tests */
    public Sealer(Keyring keyring, RandomGenerator random) {
        this.keyring = keyring;
        this.random = random;
    }

    /** Takes another keyring from now on, in one step: each token is sealed or opened with the one or the other. */
    public void use(Keyring other) {
        keyring = other;
    }

    /** The id of the key that seals at the moment. */
    public int keyId() {
        return keyring.newest().id();
    }

    /**
     * Seals {@code content} for {@code purpose} with the newest key.
     *
     * @throws IllegalArgumentException if the content is longer than {@link #MAX_CONTENT_BYTES}
     */
    public String seal(Purpose purpose, byte[] content) {
        if (content.length > MAX_CONTENT_BYTES) {
            throw new IllegalArgumentException(content.length + " bytes are more than a token holds");
        }
        Keyring.Key key = keyring.newest();
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] token = new byte[HEADER_BYTES + content.length + TAG_BYTES];
        ByteBuffer.wrap(token).put(VERSION).putInt(key.id()).put(nonce);
        Cipher cipher = take();
        try {
            prepare(cipher, Cipher.ENCRYPT_MODE, key, nonce, purpose);
            cipher.doFinal(content, 0, content.length, token, HEADER_BYTES);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM is part of every JDK", impossible);
        } finally {
            idle.add(cipher);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /**
     * Opens a token that was sealed for {@code purpose} with any key of the ring. Whatever the text is, the answer is a
     * value, never an exception.
     */
    public Result<byte[]> open(Purpose purpose, String text) {
        if (text.length() > MAX_TEXT_LENGTH) {
            return Result.bad(TokensErrorCode.TOKEN_MALFORMED, MAX_TEXT_LENGTH, "the token is too long");
        }
        byte[] token;
        try {
            token = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            return Result.bad(TokensErrorCode.TOKEN_MALFORMED, 0, "the token is not base64url");
        }
        if (!isOneSpelling(text, token)) {
            return Result.bad(TokensErrorCode.TOKEN_MALFORMED, text.length(), "the token is not in its one spelling");
        }
        if (token.length < HEADER_BYTES + TAG_BYTES || token[0] != VERSION) {
            return Result.bad(TokensErrorCode.TOKEN_MALFORMED, 0, "the token is too short or of an unknown version");
        }
        int keyId = ByteBuffer.wrap(token, 1, Integer.BYTES).getInt();
        Keyring.Key key = keyring.find(keyId);
        if (key == null) {
            return Result.bad(
                    TokensErrorCode.TOKEN_KEY_UNKNOWN,
                    1,
                    "key " + HexFormat.of().toHexDigits(keyId));
        }
        byte[] nonce = new byte[NONCE_BYTES];
        System.arraycopy(token, 1 + Integer.BYTES, nonce, 0, NONCE_BYTES);
        Cipher cipher = take();
        try {
            prepare(cipher, Cipher.DECRYPT_MODE, key, nonce, purpose);
            return Result.ok(cipher.doFinal(token, HEADER_BYTES, token.length - HEADER_BYTES));
        } catch (AEADBadTagException forged) {
            return Result.bad(
                    TokensErrorCode.TOKEN_FORGED, HEADER_BYTES, "sealed for " + purpose.label() + " it is not");
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM is part of every JDK", impossible);
        } finally {
            idle.add(cipher);
        }
    }

    /** The decoder takes padding, and any value of the bits that the last character has too many. */
    private static boolean isOneSpelling(String text, byte[] token) {
        int loose = token.length % 3;
        int characters = (token.length * 4 + 2) / 3;
        String end = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Arrays.copyOfRange(token, token.length - loose, token.length));
        return text.length() == characters && text.endsWith(end);
    }

    /** What a token of that key and purpose is bound to (the associated data of its seal). */
    static byte[] associatedData(int keyId, Purpose purpose) {
        return ("edgeways/" + VERSION + "/" + HexFormat.of().toHexDigits(keyId) + "/" + purpose.label())
                .getBytes(StandardCharsets.US_ASCII);
    }

    private Cipher take() {
        Cipher cipher = idle.poll();
        if (cipher != null) {
            return cipher;
        }
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM is part of every JDK", impossible);
        }
    }

    private static void prepare(Cipher cipher, int mode, Keyring.Key key, byte[] nonce, Purpose purpose)
            throws GeneralSecurityException {
        cipher.init(mode, key.secret(), new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        cipher.updateAAD(key.associatedData(purpose));
    }
}
