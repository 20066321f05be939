package org.edgeways.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.edgeways.base.Result;

/** Certificates and keys in PEM files (RFC 7468). Key files are written readable by their owner only. */
public final class Pem {

    private Pem() {}

    /** The certificates of a file, in its order; at least one. */
    public static Result<List<X509Certificate>> readCertificates(Path file) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                if (part instanceof X509CertificateHolder holder
                        && factory.generateCertificate(new ByteArrayInputStream(holder.getEncoded()))
                                instanceof X509Certificate certificate) {
                    certificates.add(certificate);
                }
            }
        } catch (PEMException | CertificateException e) {
            return Result.bad(NetErrorCode.PEM_MALFORMED, 0, file + ": " + e.getMessage());
        }
        return certificates.isEmpty()
                ? Result.bad(NetErrorCode.PEM_MALFORMED, 0, file + ": holds no certificate")
                : Result.ok(List.copyOf(certificates));
    }

    /** The first unencrypted private key of a file: PKCS #8, or the older EC and RSA forms. */
    public static Result<PrivateKey> readKey(Path file) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
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

    /** A key with its chain, from two files (or one that holds both). */
    public static Result<TlsIdentity> readIdentity(Path certificateFile, Path keyFile) throws IOException {
        return switch (readCertificates(certificateFile)) {
            case Result.Bad<List<X509Certificate>> bad -> bad.as();
            case Result.Ok<List<X509Certificate>>(List<X509Certificate> chain) ->
                switch (readKey(keyFile)) {
                    case Result.Bad<PrivateKey> bad -> bad.as();
                    case Result.Ok<PrivateKey>(PrivateKey key) ->
                        belongs(key, chain.getFirst())
                                ? Result.ok(new TlsIdentity(key, chain))
                                : Result.bad(
                                        NetErrorCode.PEM_MALFORMED,
                                        0,
                                        keyFile + ": is not the key of the certificate in " + certificateFile);
                };
        };
    }

    /** True if what the key signs can be verified with the certificate. */
    private static boolean belongs(PrivateKey key, X509Certificate certificate) {
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
            verifying.initVerify(certificate.getPublicKey());
            verifying.update(probe);
            return verifying.verify(signing.sign());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Writes certificates, whole or not at all, readable by everybody. */
    public static void writeCertificates(Path file, List<X509Certificate> certificates) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            for (X509Certificate certificate : certificates) {
                writer.writeObject(certificate);
            }
        }
        write(file, text.toString(), "rw-r--r--");
    }

    /** Writes a key as PKCS #8, whole or not at all, mode 0600. */
    public static void writeKey(Path file, PrivateKey key) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(new JcaPKCS8Generator(key, null));
        }
        write(file, text.toString(), "rw-------");
    }

    /** Writes chain and key of an identity into two files. */
    public static void writeIdentity(Path certificateFile, Path keyFile, TlsIdentity identity) throws IOException {
        writeKey(keyFile, identity.key());
        writeCertificates(certificateFile, identity.chain());
    }

    private static void write(Path file, String text, String mode) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(beside);
        Files.createFile(beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
        try (var channel = Files.newByteChannel(beside, Set.of(StandardOpenOption.WRITE))) {
            channel.write(java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
