package org.edgeways.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.edgeways.base.Result;

/** Certificates and keys in PEM files (RFC 7468). Key files are written readable by their owner only. */
public final class Pem {

    private static final String REQUEST = "CERTIFICATE REQUEST";
    private static final String REVOCATIONS = "X509 CRL"; // RFC 7468 section 9

    private Pem() {}

    /** The certificates of a file, in its order; at least one. */
    public static Result<List<X509Certificate>> readCertificates(Path file) throws IOException {
        return certificates(Files.readString(file), file.toString());
    }

    /**
     * The certificates in a text, in its order; at least one.
     *
     * @param source what to call the text when something is wrong with it
     */
    public static Result<List<X509Certificate>> certificates(String text, String source) {
        List<X509Certificate> certificates = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                if (part instanceof X509CertificateHolder holder
                        && factory.generateCertificate(new ByteArrayInputStream(holder.getEncoded()))
                                instanceof X509Certificate certificate) {
                    certificates.add(certificate);
                }
            }
        } catch (IOException | CertificateException e) {
            return Result.bad(NetErrorCode.PEM_MALFORMED, 0, source + ": " + e.getMessage());
        }
        return certificates.isEmpty()
                ? Result.bad(NetErrorCode.PEM_MALFORMED, 0, source + ": holds no certificate")
                : Result.ok(List.copyOf(certificates));
    }

    /** Those certificates as text. */
    public static String text(List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        try {
            for (X509Certificate certificate : certificates) {
                text.append(part(certificate));
            }
        } catch (IOException e) {
            throw new IllegalStateException("certificates cannot be written", e);
        }
        return text.toString();
    }

    /** A certificate request (PKCS #10, DER) as text. */
    public static String requestText(byte[] der) {
        return text(REQUEST, der);
    }

    /** A certificate revocation list (DER) as text. */
    public static String revocationsText(byte[] der) {
        return text(REVOCATIONS, der);
    }

    private static String text(String type, byte[] der) {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, der));
        } catch (IOException e) {
            throw new IllegalStateException("a " + type + " cannot be written", e);
        }
        return text.toString();
    }

    /** Writes a certificate revocation list, as text, whole or not at all. */
    public static void writeRevocations(Path file, String text) throws IOException {
        write(file, text, PrivateFile.READABLE);
    }

    /** The certificate request in a text, DER. */
    public static Result<byte[]> request(String text) {
        try (PemReader reader = new PemReader(new StringReader(text))) {
            PemObject found = reader.readPemObject();
            if (found != null && found.getType().equals(REQUEST)) {
                return Result.ok(found.getContent());
            }
        } catch (IOException | RuntimeException e) {
            return Result.bad(NetErrorCode.PEM_MALFORMED, 0, "the certificate request cannot be read");
        }
        return Result.bad(NetErrorCode.PEM_MALFORMED, 0, "there is no certificate request");
    }

    /** The first unencrypted private key of a file: PKCS #8, or the older EC and RSA forms. */
    public static Result<PrivateKey> readKey(Path file) throws IOException {
        return key(Files.readString(file), file);
    }

    private static Result<PrivateKey> key(String text, Path file) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
            for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                if (part instanceof PrivateKeyInfo key) {
                    return Result.ok(converter.getPrivateKey(key));
                }
                if (part instanceof PEMKeyPair pair) {
                    return Result.ok(converter.getPrivateKey(pair.getPrivateKeyInfo()));
                }
            }
        } catch (PEMException e) {
            return Result.bad(NetErrorCode.PEM_MALFORMED, 0, file + ": " + e.getMessage());
        }
        return Result.bad(NetErrorCode.PEM_MALFORMED, 0, file + ": holds no unencrypted private key");
    }

    /** A key with its chain, from two files, or one that holds both: that is read once, since it may be replaced at any time. */
    public static Result<TlsIdentity> readIdentity(Path certificateFile, Path keyFile) throws IOException {
        String certificates = Files.readString(certificateFile);
        return switch (certificates(certificates, certificateFile.toString())) {
            case Result.Bad<List<X509Certificate>> bad -> bad.as();
            case Result.Ok<List<X509Certificate>>(List<X509Certificate> chain) ->
                switch (key(keyFile.equals(certificateFile) ? certificates : Files.readString(keyFile), keyFile)) {
                    case Result.Bad<PrivateKey> bad -> bad.as();
                    case Result.Ok<PrivateKey>(PrivateKey key) ->
                        isPair(key, chain.getFirst().getPublicKey())
                                ? Result.ok(new TlsIdentity(key, chain))
                                : Result.bad(
                                        NetErrorCode.PEM_MALFORMED,
                                        0,
                                        keyFile + ": is not the key of the certificate in " + certificateFile);
                };
        };
    }

    /** True if what the one signs can be verified with the other. */
    public static boolean isPair(PrivateKey key, PublicKey publicKey) {
        byte[] probe = {1, 2, 3, 4};
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC", "ECDSA" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(probe);
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(publicKey);
            verifying.update(probe);
            return verifying.verify(signing.sign());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Writes certificates, whole or not at all, readable by everybody. */
    public static void writeCertificates(Path file, List<X509Certificate> certificates) throws IOException {
        write(file, text(certificates), PrivateFile.READABLE);
    }

    /** Writes a key as PKCS #8, whole or not at all, mode 0600. */
    public static void writeKey(Path file, PrivateKey key) throws IOException {
        write(file, part(new JcaPKCS8Generator(key, null)), PrivateFile.OWNER_ONLY);
    }

    /** The public keys of a file, in its order; at least one. */
    public static Result<List<PublicKey>> readPublicKeys(Path file) throws IOException {
        List<PublicKey> keys = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
            for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                if (part instanceof SubjectPublicKeyInfo key) {
                    keys.add(new JcaPEMKeyConverter().getPublicKey(key));
                }
            }
        } catch (PEMException e) {
            return Result.bad(NetErrorCode.PEM_MALFORMED, 0, file + ": " + e.getMessage());
        }
        return keys.isEmpty()
                ? Result.bad(NetErrorCode.PEM_MALFORMED, 0, file + ": holds no public key")
                : Result.ok(List.copyOf(keys));
    }

    /** Writes a public key, whole or not at all. */
    public static void writePublicKey(Path file, PublicKey key) throws IOException {
        write(file, part(key), PrivateFile.READABLE);
    }

    /**
     * Writes all that an identity needs, and keys of others, into one file, whole or not at all, mode 0600.
     *
     * @param keys public ones
     */
    public static void writeTogether(Path file, TlsIdentity identity, List<PublicKey> keys) throws IOException {
        StringBuilder text = new StringBuilder(part(new JcaPKCS8Generator(identity.key(), null)));
        text.append(text(identity.chain()));
        for (PublicKey key : keys) {
            text.append(part(key));
        }
        write(file, text.toString(), PrivateFile.OWNER_ONLY);
    }

    /** Writes chain and key of an identity into two files. */
    public static void writeIdentity(Path certificateFile, Path keyFile, TlsIdentity identity) throws IOException {
        writeKey(keyFile, identity.key());
        writeCertificates(certificateFile, identity.chain());
    }

    private static String part(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }

    static void write(Path file, String text, String mode) throws IOException {
        PrivateFile.write(file, text.getBytes(StandardCharsets.UTF_8), mode);
    }
}
