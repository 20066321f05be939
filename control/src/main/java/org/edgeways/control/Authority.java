package org.edgeways.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.edgeways.base.IoReason;
import org.edgeways.base.Result;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.EncryptedKeys;
import org.edgeways.net.Passphrase;
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;
import org.edgeways.tokens.SnapshotSigner;

/**
 * The two keys by which the inside is known to its nodes: that of the certificate authority, and that which signs settings.
 * Both lie encrypted in one directory; the passphrase lies in a file that may be elsewhere.
 *
 * @param certificates issues certificates
 * @param signer signs what nodes are to run
 * @param passphrase what the keys of the inside are encrypted under
 * @param fresh it was made just now
 */
public record Authority(
        CertificateAuthority certificates, SnapshotSigner signer, Passphrase passphrase, boolean fresh) {

    private static final String CERTIFICATE = "authority.crt";
    private static final String KEY = "authority.key";
    private static final String SNAPSHOT_PUBLIC = "snapshot.pub";
    private static final String SNAPSHOT_KEY = "snapshot.key";
    private static final List<String> FILES = List.of(CERTIFICATE, KEY, SNAPSHOT_PUBLIC, SNAPSHOT_KEY);

    /**
     * The authority in {@code directory}; where there is none at all, a new one. One of which a part is missing is never made
     * anew: every node would have to join again. Takes a moment: keys are derived from the passphrase.
     *
     * @param passphraseFile made with mode 0600 if a new authority is made and the file is not there
     * @param name what a new authority's certificate says it is
     */
    public static Result<Authority> open(
            Path directory, Path passphraseFile, String name, Instant now, SecureRandom random) {
        List<String> missing = FILES.stream()
                .filter(file -> !Files.exists(directory.resolve(file)))
                .toList();
        try {
            if (missing.size() == FILES.size()) {
                return make(directory, passphraseFile, name, now, random);
            }
        } catch (IOException e) {
            return Result.bad(ControlErrorCode.AUTHORITY_UNUSABLE, 0, IoReason.of(e));
        }
        if (!missing.isEmpty()) {
            return Result.bad(
                    ControlErrorCode.AUTHORITY_INCOMPLETE,
                    0,
                    directory + " lacks " + String.join(", ", missing) + ": "
                            + ControlErrorCode.AUTHORITY_INCOMPLETE.meaning());
        }
        return switch (Passphrase.read(passphraseFile)) {
            case Result.Bad<Passphrase> bad -> bad.as();
            case Result.Ok<Passphrase>(Passphrase passphrase) -> read(directory, passphrase, random);
        };
    }

    private static Result<Authority> read(Path directory, Passphrase passphrase, SecureRandom random) {
        try {
            Path certificateFile = directory.resolve(CERTIFICATE);
            Path publicFile = directory.resolve(SNAPSHOT_PUBLIC);
            return switch (Pem.readCertificates(certificateFile)) {
                case Result.Bad<List<X509Certificate>> bad -> bad.as();
                case Result.Ok<List<X509Certificate>>(List<X509Certificate> chain) ->
                    switch (key(
                            directory.resolve(KEY), passphrase, chain.getFirst().getPublicKey(), certificateFile)) {
                        case Result.Bad<PrivateKey> bad -> bad.as();
                        case Result.Ok<PrivateKey>(PrivateKey authorityKey) ->
                            switch (Pem.readPublicKeys(publicFile)) {
                                case Result.Bad<List<PublicKey>> bad -> bad.as();
                                case Result.Ok<List<PublicKey>>(List<PublicKey> known) ->
                                    switch (key(
                                            directory.resolve(SNAPSHOT_KEY),
                                            passphrase,
                                            known.getFirst(),
                                            publicFile)) {
                                        case Result.Bad<PrivateKey> bad -> bad.as();
                                        case Result.Ok<PrivateKey>(PrivateKey signing) ->
                                            Result.ok(new Authority(
                                                    new CertificateAuthority(
                                                            new TlsIdentity(authorityKey, chain), random),
                                                    new SnapshotSigner(signing, known.getFirst()),
                                                    passphrase,
                                                    false));
                                    };
                            };
                    };
            };
        } catch (IOException e) {
            return Result.bad(ControlErrorCode.AUTHORITY_UNUSABLE, 0, IoReason.of(e));
        }
    }

    private static Result<PrivateKey> key(Path file, Passphrase passphrase, PublicKey of, Path publicFile)
            throws IOException {
        Result<PrivateKey> read = EncryptedKeys.read(file, passphrase);
        return read instanceof Result.Ok<PrivateKey>(PrivateKey key) && !Pem.isPair(key, of)
                ? Result.bad(
                        ControlErrorCode.AUTHORITY_UNUSABLE, 0, file + " is not the key that belongs to " + publicFile)
                : read;
    }

    /** Makes all files beside and moves them into place together. */
    private static Result<Authority> make(
            Path directory, Path passphraseFile, String name, Instant now, SecureRandom random) throws IOException {
        Result<Passphrase> passphrase = Files.exists(passphraseFile)
                ? Passphrase.read(passphraseFile)
                : Result.ok(Passphrase.create(passphraseFile, random));
        if (!(passphrase instanceof Result.Ok<Passphrase>(Passphrase secret))) {
            return ((Result.Bad<Passphrase>) passphrase).as();
        }
        CertificateAuthority certificates = CertificateAuthority.create(name, now, random);
        KeyPair snapshots = SnapshotSigner.newKeys(random);
        Path beside = directory.resolveSibling(directory.getFileName() + ".new");
        for (String file : FILES) {
            Files.deleteIfExists(beside.resolve(file));
        }
        Files.deleteIfExists(beside);
        Files.createDirectory(
                beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        EncryptedKeys.write(beside.resolve(KEY), certificates.identity().key(), secret, random);
        Pem.writeCertificates(beside.resolve(CERTIFICATE), List.of(certificates.certificate()));
        EncryptedKeys.write(beside.resolve(SNAPSHOT_KEY), snapshots.getPrivate(), secret, random);
        Pem.writePublicKey(beside.resolve(SNAPSHOT_PUBLIC), snapshots.getPublic());
        Files.deleteIfExists(directory); // an empty one that somebody made before
        Files.move(beside, directory, StandardCopyOption.ATOMIC_MOVE);
        return Result.ok(new Authority(certificates, new SnapshotSigner(snapshots), secret, true));
    }

    /** Hides the keys. */
    @Override
    public String toString() {
        return "Authority[" + certificates.certificate().getSubjectX500Principal() + "]";
    }
}
