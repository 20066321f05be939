package org.edgeways.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.edgeways.base.Counters;
import org.edgeways.base.IoReason;
import org.edgeways.base.LogText;
import org.edgeways.base.Result;
import org.edgeways.net.CertificateKeys;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.EncryptedKeys;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.net.RenewalTime;
import org.edgeways.net.TlsIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that this inside shows to nodes, kept beside the authority for the next start: a program that is started often
 * would else fill the record with certificates that nobody uses and that are good for 90 days all the same. Its key is encrypted
 * like those of the authority.
 */
final class OwnCertificate {

    private static final Logger LOG = LoggerFactory.getLogger(OwnCertificate.class);

    private final Path certificateFile;
    private final Path keyFile;
    private final Authority authority;

    private final Counters counters;

    /** @param settings say where the authority's files are */
    OwnCertificate(ControlSettings settings, Authority authority, Counters counters) {
        this.certificateFile = settings.authority().resolveSibling("service.crt");
        this.keyFile = settings.authority().resolveSibling("service.key");
        this.authority = authority;
        this.counters = counters;
    }

    /**
     * What was kept, if it can go on being used: it says just what it is to say, the authority issued it and has it on its record, nobody
     * refuses it, and it is not yet to be replaced. A file that cannot be read is as good as none, and that is told.
     *
     * @param says what a new one would say
     */
    Optional<TlsIdentity> kept(CertificateRequest says, Ledger ledger, Instant now) {
        if (!Files.exists(certificateFile) && !Files.exists(keyFile)) {
            return Optional.empty();
        }
        try {
            return switch (Pem.readCertificates(certificateFile)) {
                case Result.Bad<List<X509Certificate>> bad -> notRead(bad.reason());
                case Result.Ok<List<X509Certificate>>(List<X509Certificate> chain) ->
                    isGood(chain.getFirst(), says, ledger, now) ? withKey(chain) : Optional.empty();
            };
        } catch (IOException e) {
            return notRead(IoReason.of(e));
        }
    }

    private Optional<TlsIdentity> withKey(List<X509Certificate> chain) throws IOException {
        return switch (EncryptedKeys.read(keyFile, authority.passphrase())) {
            case Result.Bad<PrivateKey> bad -> notRead(bad.reason());
            case Result.Ok<PrivateKey>(PrivateKey key) ->
                Pem.isPair(key, chain.getFirst().getPublicKey())
                        ? Optional.of(new TlsIdentity(key, chain))
                        : notRead(keyFile + ": is not the key of " + certificateFile);
        };
    }

    private Optional<TlsIdentity> notRead(String reason) {
        count(ControlErrorCode.OWN_CERTIFICATE_NOT_READ);
        LOG.warn(
                "event=control-own-certificate-not-read code={} reason=\"{}\"",
                ControlErrorCode.OWN_CERTIFICATE_NOT_READ.code(),
                LogText.clean(reason));
        return Optional.empty();
    }

    private void count(ControlErrorCode code) {
        counters.counter("control_own_certificate_failures", "code", code.code())
                .increment();
    }

    private boolean isGood(X509Certificate leaf, CertificateRequest says, Ledger ledger, Instant now) {
        return CertificateKeys.isIssuedBy(leaf, authority.certificates().certificate())
                && says(leaf, says)
                && ledger.stands(leaf.getSerialNumber())
                && !now.isBefore(leaf.getNotBefore().toInstant())
                && now.isBefore(RenewalTime.of(leaf));
    }

    private static boolean says(X509Certificate leaf, CertificateRequest says) {
        Set<String> names = new HashSet<>(says.addresses());
        says.dnsNames().forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
        PeerIdentity identity = PeerIdentity.of(leaf);
        return identity.node() == null
                && identity.service() != null
                && says.uris().equals(List.of(PeerIdentity.SERVICE_PREFIX + identity.service()))
                && CertificateKeys.names(leaf).equals(names);
    }

    /** Keeps it for the next start; if that cannot be done, the next start has another one issued. */
    void keep(TlsIdentity identity, SecureRandom random) {
        try {
            EncryptedKeys.write(keyFile, identity.key(), authority.passphrase(), random);
            Pem.writeCertificates(certificateFile, identity.chain());
        } catch (IOException e) {
            count(ControlErrorCode.OWN_CERTIFICATE_NOT_WRITTEN);
            LOG.warn(
                    "event=control-own-certificate-not-written code={} reason=\"{}\"",
                    ControlErrorCode.OWN_CERTIFICATE_NOT_WRITTEN.code(),
                    LogText.clean(IoReason.of(e)));
        }
    }
}
