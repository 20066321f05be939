package org.edgeways.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.edgeways.base.IoReason;
import org.edgeways.base.Result;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what listeners or dialers show, and whom they trust, in step with files: certificate and key, and for mutual TLS
 * the authorities of the other side. {@link #check} is called now and then; it compares what the files hold, not when they
 * were written, so that links may be swapped as well. Files that are broken, or of certificate and key only one that is
 * new yet, change nothing and are looked at again the next time. Not safe for use by several threads.
 */
public final class CertificateWatch {

    /** Files that are larger are none of ours. */
    private static final int MAX_BYTES = 1024 * 1024;

    private static final byte[] NONE = {};

    /** What one look has brought. */
    public sealed interface Outcome {
        /** The files hold what is in use. */
        record Unchanged() implements Outcome {}

        /** New connections are shown this from now on, and the authorities that the file holds are trusted. */
        record Reloaded(X509Certificate certificate) implements Outcome {}

        /** The files hold something new that cannot be used: what was in use is in use. */
        record Kept(String reason) implements Outcome {}
    }

    /** Takes an identity and authorities into use, or throws and leaves everything as it was. */
    @FunctionalInterface
    private interface Use {
        void reload(TlsIdentity next, List<X509Certificate> authorities) throws SSLException;
    }

    private final Path certificateFile;
    private final Path keyFile;
    private final @Nullable Path authorityFile;
    private final Supplier<Optional<TlsIdentity>> inUse;
    private final Supplier<List<X509Certificate>> trusted;
    private final Use use;
    private byte @Nullable [] certificateInUse;
    private byte @Nullable [] keyInUse;
    private byte @Nullable [] authorityInUse;

    /** Watches two files, or one that holds both; {@code tls} was made from them. Whom it trusts does not change. */
    public CertificateWatch(Path certificateFile, Path keyFile, ServerTls tls) {
        this(certificateFile, keyFile, null, () -> Optional.of(tls.identity()), tls::trusted, tls::reload);
    }

    /** Watches the file of the authorities too, for a server that trusts them. */
    public CertificateWatch(Path certificateFile, Path keyFile, Path authorityFile, ServerTls tls) {
        this(certificateFile, keyFile, authorityFile, () -> Optional.of(tls.identity()), tls::trusted, tls::reload);
    }

    /** As {@link #CertificateWatch(Path, Path, Path, ServerTls)}, for a dialer. */
    public CertificateWatch(Path certificateFile, Path keyFile, Path authorityFile, ClientTls tls) {
        this(certificateFile, keyFile, authorityFile, tls::identity, tls::trusted, tls::reload);
    }

    private CertificateWatch(
            Path certificateFile,
            Path keyFile,
            @Nullable Path authorityFile,
            Supplier<Optional<TlsIdentity>> inUse,
            Supplier<List<X509Certificate>> trusted,
            Use use) {
        this.certificateFile = certificateFile;
        this.keyFile = keyFile;
        this.authorityFile = authorityFile;
        this.inUse = inUse;
        this.trusted = trusted;
        this.use = use;
    }

    /** Looks at the files once. Reads files: not for an event loop. */
    public Outcome check() {
        try {
            byte[] certificate = read(certificateFile);
            byte[] key = read(keyFile);
            byte[] authority = authorityFile == null ? NONE : read(authorityFile);
            if (Arrays.equals(certificate, certificateInUse)
                    && Arrays.equals(key, keyInUse)
                    && Arrays.equals(authority, authorityInUse)) {
                return new Outcome.Unchanged();
            }
            return switch (readAll()) {
                case Result.Bad<Material> bad -> new Outcome.Kept(bad.reason());
                case Result.Ok<Material>(Material material) -> {
                    Outcome outcome = use(material);
                    // read twice while somebody wrote: then the next look sees a difference and loads once more
                    certificateInUse = certificate;
                    keyInUse = key;
                    authorityInUse = authority;
                    yield outcome;
                }
            };
        } catch (IOException e) {
            return new Outcome.Kept(IoReason.of(e));
        } catch (RuntimeException e) {
            // whatever a parser makes of a broken file, the old one serves on
            return new Outcome.Kept(e.toString());
        }
    }

    private record Material(TlsIdentity identity, List<X509Certificate> authorities) {}

    private Result<Material> readAll() throws IOException {
        Result<List<X509Certificate>> authorities =
                authorityFile == null ? Result.ok(trusted.get()) : Pem.readCertificates(authorityFile);
        return switch (Pem.readIdentity(certificateFile, keyFile)) {
            case Result.Bad<TlsIdentity> bad -> bad.as();
            case Result.Ok<TlsIdentity>(TlsIdentity identity) ->
                switch (authorities) {
                    case Result.Bad<List<X509Certificate>> bad -> bad.as();
                    case Result.Ok<List<X509Certificate>>(List<X509Certificate> read) ->
                        Result.ok(new Material(identity, read));
                };
        };
    }

    private Outcome use(Material material) throws SSLException {
        boolean shown = inUse.get()
                .filter(identity -> identity.chain().equals(material.identity().chain()))
                .isPresent();
        if (certificateInUse == null && shown && trusted.get().equals(material.authorities())) {
            return new Outcome.Unchanged(); // the first look, at the files that it was made from
        }
        use.reload(material.identity(), material.authorities());
        return new Outcome.Reloaded(material.identity().leaf());
    }

    private static byte[] read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + ": longer than " + MAX_BYTES + " bytes");
        }
        return Files.readAllBytes(file);
    }
}
