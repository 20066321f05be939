package org.edgeways.tokens;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.edgeways.base.Result;

/**
 * What a node needs of one {@link RelayKey} to check credentials without asking anybody: a shared secret, which opens the opaque
 * part of a user name and makes the password from it, and the public key that verifies who made the user name. With it a node can
 * use user names that it has been shown; it cannot make one.
 */
public final class RelayCheck {

    static final String SIGNATURE = "Ed25519";
    static final int SIGNATURE_BYTES = 64;

    private static final String MAC = "HmacSHA256";
    private static final Pattern TEXT =
            Pattern.compile("relay-check-1\\.([0-9a-f]{8})\\.([A-Za-z0-9_-]{43})\\.([A-Za-z0-9_-]{59})");

    private final int id;
    private final byte[] shared;
    private final PublicKey verifying;
    private final Keyring sealing;
    private final Sealer opener;
    private final SecretKeySpec passwords;

    RelayCheck(int id, byte[] shared, PublicKey verifying) {
        this.id = id;
        this.shared = shared.clone();
        this.verifying = verifying;
        SecretKeySpec secret = new SecretKeySpec(shared, MAC);
        this.sealing = new Keyring(List.of(new Keyring.Key(id, hash(secret, "edgeways/relay/seal"))));
        this.opener = new Sealer(sealing, () -> {
            throw new IllegalStateException("it only opens");
        });
        this.passwords = new SecretKeySpec(hash(secret, "edgeways/relay/password"), MAC);
    }

    /** The key's id, as it stands in each user name. */
    public int id() {
        return id;
    }

    Sealer sealer(RandomGenerator random) {
        return new Sealer(sealing, random);
    }

    Sealer opener() {
        return opener;
    }

    String password(String username) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hash(passwords, username));
    }

    boolean isSigned(String text, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(SIGNATURE);
            verifier.initVerify(verifying);
            verifier.update(text.getBytes(StandardCharsets.US_ASCII));
            return verifier.verify(signature);
        } catch (InvalidKeyException broken) {
            throw new IllegalStateException("the key does not verify", broken);
        } catch (GeneralSecurityException e) {
            return false; // a signature whose numbers are out of range
        }
    }

    private static byte[] hash(SecretKeySpec key, String text) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(MAC + " is part of every JDK", impossible);
        }
    }

    /** The text by which a node is told. It holds the shared secret in clear. */
    public String text() {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        return "relay-check-1." + HexFormat.of().toHexDigits(id) + "." + base64.encodeToString(shared) + "."
                + base64.encodeToString(verifying.getEncoded());
    }

    /** Reads what {@link #text()} wrote, in its one spelling. No reason quotes the secret. */
    public static Result<RelayCheck> read(String text) {
        Matcher form = TEXT.matcher(text);
        if (!form.matches()) {
            return malformed("it does not have the form of one");
        }
        try {
            PublicKey verifying = KeyFactory.getInstance(SIGNATURE)
                    .generatePublic(
                            new X509EncodedKeySpec(Base64.getUrlDecoder().decode(form.group(3))));
            RelayCheck read = new RelayCheck(
                    HexFormat.fromHexDigits(form.group(1)),
                    Base64.getUrlDecoder().decode(form.group(2)),
                    verifying);
            return read.text().equals(text) ? Result.ok(read) : malformed("it is not in its one spelling");
        } catch (GeneralSecurityException e) {
            return malformed("it holds no Ed25519 key");
        }
    }

    private static Result<RelayCheck> malformed(String reason) {
        return Result.bad(TokensErrorCode.RELAY_KEY_MALFORMED, 0, reason);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RelayCheck that
                && id == that.id
                && Arrays.equals(shared, that.shared)
                && verifying.equals(that.verifying);
    }

    @Override
    public int hashCode() {
        return id;
    }

    /** Hides the secret. */
    @Override
    public String toString() {
        return "RelayCheck " + HexFormat.of().toHexDigits(id) + " ***";
    }
}
