package org.edgeways.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;

/** An authority of a test's own, and the files that it hands out. */
final class TestCertificates {
    private final CertificateAuthority authority;
    private final Path caFile;

    TestCertificates(WorkDirectory directory) {
        authority = CertificateAuthority.create("interop test authority", Instant.now(), new SecureRandom());
        caFile = directory.path().resolve("ca.crt");
        try {
            Pem.writeCertificates(caFile, List.of(authority.certificate()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What clients trust. */
    Path caFile() {
        return caFile;
    }

    /** Writes {@code NAME.crt} and {@code NAME.key}. */
    void issue(CertificateRequest request, Path where, String name) {
        try {
            Pem.writeIdentity(
                    where.resolve(name + ".crt"),
                    where.resolve(name + ".key"),
                    authority.issue(request, Instant.now()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a PKCS #12 file with a new certificate and trust in the authority. */
    Path keyStore(CertificateRequest request, Path file, String password) {
        try (OutputStream out = Files.newOutputStream(file)) {
            TlsIdentity identity = authority.issue(request, Instant.now());
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            X509Certificate[] chain = identity.chain().toArray(X509Certificate[]::new);
            store.setKeyEntry("own", identity.key(), password.toCharArray(), chain);
            store.setCertificateEntry("authority", authority.certificate());
            store.store(out, password.toCharArray());
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The TLS of a key store that {@link #keyStore} has written. */
    static SSLContext context(Path file, String password, SecureRandom random)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password.toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password.toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), random);
        return context;
    }
}
