package org.edgeways.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.edgeways.base.IoReason;
import org.edgeways.base.Result;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what listeners or dialers show in step with two files. {@link #check} is called now and then; it compares what
 * the files hold, not when they were written, so that links may be swapped as well. Files that are broken, or of which
 * only one is new yet, change nothing and are looked at again the next time. Not safe for use by several threads.
 */
public final class CertificateWatch {

    /** Files that are larger are none of ours. */
    private static final int MAX_BYTES = 1024 * 1024;

    /** What one look has brought. */
    public sealed interface Outcome {
        /** The files hold what is in use. */
        record Unchanged() implements Outcome {}

        /** New connections are shown this from now on. */
        record Reloaded(X509Certificate certificate) implements Outcome {}

        /** The files hold something new that cannot be used: what was in use is in use. */
        record Kept(String reason) implements Outcome {}
    }

    /** Takes an identity into use, or throws and leaves everything as it was. */
    @FunctionalInterface
    private interface Use {
        void reload(TlsIdentity next) throws SSLException;
    }

    private final Path certificateFile;
    private final Path keyFile;
    private final Supplier<Optional<TlsIdentity>> inUse;
    private final Use use;
    private byte @Nullable [] certificateInUse;
    private byte @Nullable [] keyInUse;

    /** Watches two files, or one that holds both; {@code tls} was made from them. */
    public CertificateWatch(Path certificateFile, Path keyFile, ServerTls tls) {
        this(certificateFile, keyFile, () -> Optional.of(tls.identity()), tls::reload);
    }

    /** As {@link #CertificateWatch(Path, Path, ServerTls)}, for what a dialer shows. */
    public CertificateWatch(Path certificateFile, Path keyFile, ClientTls tls) {
        this(certificateFile, keyFile, tls::identity, tls::reload);
    }

    private CertificateWatch(Path certificateFile, Path keyFile, Supplier<Optional<TlsIdentity>> inUse, Use use) {
        this.certificateFile = certificateFile;
        this.keyFile = keyFile;
        this.inUse = inUse;
        this.use = use;
    }

    /** Looks at the files once. Reads files: not for an event loop. */
    public Outcome check() {
        try {
            byte[] certificate = read(certificateFile);
            byte[] key = read(keyFile);
            if (Arrays.equals(certificate, certificateInUse) && Arrays.equals(key, keyInUse)) {
                return new Outcome.Unchanged();
            }
            return switch (Pem.readIdentity(certificateFile, keyFile)) {
                case Result.Bad<TlsIdentity> bad -> new Outcome.Kept(bad.reason());
                case Result.Ok<TlsIdentity>(TlsIdentity identity) -> use(identity, certificate, key);
            };
        } catch (IOException e) {
            return new Outcome.Kept(IoReason.of(e));
        } catch (RuntimeException e) {
            // whatever a parser makes of a broken file, the old one serves on
            return new Outcome.Kept(e.toString());
        }
    }

    private Outcome use(TlsIdentity identity, byte[] certificate, byte[] key) throws SSLException {
        boolean first = certificateInUse == null
                && inUse.get()
                        .filter(shown -> shown.chain().equals(identity.chain()))
                        .isPresent();
        if (!first) {
            use.reload(identity);
        }
        // read twice while somebody wrote: then the next look sees a difference and loads once more
        certificateInUse = certificate;
        keyInUse = key;
        return first ? new Outcome.Unchanged() : new Outcome.Reloaded(identity.leaf());
    }

    private static byte[] read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + ": longer than " + MAX_BYTES + " bytes");
        }
        return Files.readAllBytes(file);
    }
}
