package org.edgeways.app.role;

import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.edgeways.app.config.CertificateFiles;
import org.edgeways.app.config.EdgeConfig;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.SelfSigned;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.ServerTls;
import org.edgeways.net.TlsContexts;
import org.edgeways.sip.message.Hosts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an edge node shows outside: certificates from files, the first for clients that ask for no name of theirs. Where
 * none is named, or neither of its files is there yet, a self-signed one stands in: the log says so, and the gauge {@code
 * edge_certificate_self_signed}; it goes when the files come.
 */
final class OutsideCertificates {

    private static final Logger LOG = LoggerFactory.getLogger(OutsideCertificates.class);
    private static final Duration VALIDITY = Duration.ofDays(90);

    private record Slot(String name, Optional<CertificateFiles> files, ServerTls tls) {}

    private final List<Slot> slots = new ArrayList<>();

    private OutsideCertificates() {}

    static OutsideCertificates of(EdgeConfig.Outside outside, TlsContexts tls, SecureRandom random)
            throws SSLException {
        OutsideCertificates certificates = new OutsideCertificates();
        List<Optional<CertificateFiles>> all = new ArrayList<>();
        outside.certificates().forEach(files -> all.add(Optional.of(files)));
        if (all.isEmpty()) {
            all.add(Optional.empty());
        }
        for (Optional<CertificateFiles> files : all) {
            String name = certificates.slots.isEmpty() ? "outside" : "outside-" + (certificates.slots.size() + 1);
            ServerTls server = isThere(files)
                    ? tls.server(RoleParts.identity(files.orElseThrow()))
                    : standIn(name, files, outside, tls, random);
            certificates.slots.add(new Slot(name, files, server));
        }
        return certificates;
    }

    private static boolean isThere(Optional<CertificateFiles> files) {
        return files.filter(named -> Files.exists(named.certificate()) || Files.exists(named.key()))
                .isPresent();
    }

    private static ServerTls standIn(
            String name,
            Optional<CertificateFiles> files,
            EdgeConfig.Outside outside,
            TlsContexts tls,
            SecureRandom random)
            throws SSLException {
        LOG.warn(
                "event=edge-certificate-self-signed code={} listener={} file={} detail=\"clients will not trust this server\"",
                NetErrorCode.CERTIFICATE_SELF_SIGNED.code(),
                name,
                files.map(named -> named.certificate().toString()).orElse("none"));
        Set<String> names = new LinkedHashSet<>(List.of(outside.host()));
        names.addAll(outside.aliases());
        CertificateRequest request = new CertificateRequest(
                outside.host(),
                names.stream().filter(host -> Hosts.address(host).isEmpty()).toList(),
                names.stream()
                        .flatMap(host -> Hosts.address(host).stream())
                        .map(address -> address.getHostAddress())
                        .toList(),
                List.of(),
                VALIDITY);
        return tls.server(SelfSigned.create(request, Instant.now(), random));
    }

    /** All of them, for the listeners. */
    ServerCertificates served() {
        List<ServerTls> all = slots.stream().map(Slot::tls).toList();
        return ServerCertificates.of(all.getFirst(), all.subList(1, all.size()).toArray(ServerTls[]::new));
    }

    /** Has their files watched, and their state shown. */
    void watch(CertificateReloads reloads) {
        for (Slot slot : slots) {
            if (slot.files().isPresent()) {
                reloads.watch(slot.name(), slot.files().get(), slot.tls());
            } else {
                reloads.show(slot.name(), slot.tls());
            }
        }
    }
}
