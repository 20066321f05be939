package org.edgeways.net;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.edgeways.base.Result;

/**
 * A request for a certificate (PKCS #10, RFC 2986) of which one thing counts: the key, whose holder has signed the request.
 * The names that it asks for are not looked at; who signs it decides what the certificate says.
 *
 * @param key an EC key on P-256 or P-384
 */
public record SigningRequest(PublicKey key) {

    /** Longest request that is read, in bytes. */
    public static final int MAX_BYTES = 4096;

    private static final int P256_BITS = 256;
    private static final int P384_BITS = 384;

    /**
     * A request for {@code identity}'s key, in DER.
     *
     * @param commonName what the subject says, for who reads the request; it binds nobody
     */
    public static byte[] make(PrivateKey key, PublicKey publicKey, String commonName) {
        try {
            return new JcaPKCS10CertificationRequestBuilder(
                            new X500NameBuilder().addRDN(BCStyle.CN, commonName).build(), publicKey)
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key))
                    .getEncoded();
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException("cannot make a certificate request", e);
        }
    }

    /** Reads a request and checks that who made it holds the key. */
    public static Result<SigningRequest> read(byte[] der) {
        if (der.length > MAX_BYTES) {
            return refused(MAX_BYTES, "it is longer than " + MAX_BYTES + " bytes");
        }
        try {
            JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(der);
            PublicKey key = request.getPublicKey();
            if (!(key instanceof ECPublicKey ec) || !isStrong(ec)) {
                return refused(0, "its key is not an EC key on P-256 or P-384");
            }
            return request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))
                    ? Result.ok(new SigningRequest(key))
                    : refused(0, "it is not signed with its key");
        } catch (IOException
                | PKCSException
                | OperatorCreationException
                | GeneralSecurityException
                | RuntimeException malformed) {
            // the ASN.1 parser throws all kinds of them on what is no request
            return refused(0, "it cannot be read");
        }
    }

    private static boolean isStrong(ECPublicKey key) {
        int bits = key.getParams().getCurve().getField().getFieldSize();
        return bits == P256_BITS || bits == P384_BITS;
    }

    private static Result<SigningRequest> refused(int offset, String reason) {
        return Result.bad(NetErrorCode.SIGNING_REQUEST_REFUSED, offset, "the certificate request: " + reason);
    }
}
