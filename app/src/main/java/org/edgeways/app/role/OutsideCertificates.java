package org.edgeways.app.role;

import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
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
import org.edgeways.base.IoReason;
import org.edgeways.base.LogText;
import org.edgeways.base.Result;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.Pem;
import org.edgeways.net.SelfSigned;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.ServerTls;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsIdentity;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.sip.message.Hosts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an edge node shows outside: certificates from files, the first for clients that ask for no name of theirs. Where
 * none is named, or its files are not there yet or cannot be used, a self-signed one stands in: the log says so, and the gauge
 * {@code edge_certificate_self_signed}; it goes when the files are right. Which files may change while it runs. Safe for use
 * by several threads.
 */
final class OutsideCertificates {

    private static final Logger LOG = LoggerFactory.getLogger(OutsideCertificates.class);
    private static final Duration VALIDITY = Duration.ofDays(90);
    private static final String NAME = "outside";

    private record Slot(Optional<CertificateFiles> files, ServerTls tls, Optional<String> problem) {}

    private final TlsContexts tls;
    private final SecureRandom random;
    private final CertificateReloads reloads;
    private final ServerCertificates served;
    private List<Slot> slots;
    private List<String> names;

    private OutsideCertificates(
            EdgeConfig.Outside outside, TlsContexts tls, SecureRandom random, CertificateReloads reloads)
            throws SSLException {
        this.tls = tls;
        this.random = random;
        this.reloads = reloads;
        this.names = names(outside);
        this.slots = made(outside, List.of());
        List<ServerTls> all = slots.stream().map(Slot::tls).toList();
        this.served =
                ServerCertificates.of(all.getFirst(), all.subList(1, all.size()).toArray(ServerTls[]::new));
        watch(List.of());
    }

    /** Those of the configuration; {@code reloads} watches their files and shows their state. */
    static OutsideCertificates of(
            EdgeConfig.Outside outside, TlsContexts tls, SecureRandom random, CertificateReloads reloads)
            throws SSLException {
        return new OutsideCertificates(outside, tls, random, reloads);
    }

    /** Whether any of the files is there: then it was meant to be used. */
    static boolean isThere(CertificateFiles files) {
        return Files.exists(files.certificate()) || Files.exists(files.key());
    }

    /** All of them, for the listeners. */
    ServerCertificates served() {
        return served;
    }

    /**
     * Shows these from the next connection on; where the files are as before, so is what is shown.
     *
     * @throws SSLException if none can be made; then nothing changes
     */
    synchronized void use(EdgeConfig.Outside outside) throws SSLException {
        List<Slot> before = slots;
        // a stand-in names the hosts; for other hosts another one is made
        boolean sameNames = names(outside).equals(names);
        slots = made(
                outside,
                before.stream()
                        .filter(slot -> sameNames || !slot.tls().identity().isSelfSigned())
                        .toList());
        names = names(outside);
        served.use(slots.stream().map(Slot::tls).toList());
        watch(before);
    }

    /** How it stands with each. */
    synchronized List<ControlMessage.Shown> shown() {
        List<ControlMessage.Shown> all = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            TlsIdentity identity = slots.get(i).tls().identity();
            Optional<String> first = identity.isSelfSigned() ? slots.get(i).problem() : Optional.empty();
            all.add(new ControlMessage.Shown(
                    name(identity.leaf()),
                    Math.max(0, identity.leaf().getNotAfter().toInstant().getEpochSecond()),
                    identity.isSelfSigned(),
                    reloads.problem(name(i)).or(() -> first)));
        }
        return all;
    }

    private static String name(X509Certificate leaf) {
        List<String> names = ServerCertificates.namesOf(leaf);
        return LogText.clean(names.isEmpty() ? leaf.getSubjectX500Principal().getName() : names.getFirst());
    }

    private static String name(int slot) {
        return slot == 0 ? NAME : NAME + "-" + (slot + 1);
    }

    private static List<String> names(EdgeConfig.Outside outside) {
        Set<String> names = new LinkedHashSet<>(List.of(outside.host()));
        names.addAll(outside.aliases());
        return List.copyOf(names);
    }

    /** Watches what is new, and nothing more that is gone. */
    private void watch(List<Slot> before) {
        for (int i = 0; i < Math.max(slots.size(), before.size()); i++) {
            if (i >= slots.size()) {
                reloads.forget(name(i));
            } else if (i >= before.size() || !slots.get(i).equals(before.get(i))) {
                Slot slot = slots.get(i);
                reloads.forget(name(i));
                if (slot.files().isPresent()) {
                    reloads.watch(name(i), slot.files().get(), slot.tls());
                } else {
                    reloads.show(name(i), slot.tls());
                }
            }
        }
    }

    private List<Slot> made(EdgeConfig.Outside outside, List<Slot> before) throws SSLException {
        List<Optional<CertificateFiles>> all = new ArrayList<>();
        outside.certificates().forEach(files -> all.add(Optional.of(files)));
        if (all.isEmpty()) {
            all.add(Optional.empty());
        }
        List<Slot> made = new ArrayList<>();
        for (Optional<CertificateFiles> files : all) {
            Optional<Slot> same =
                    before.stream().filter(slot -> slot.files().equals(files)).findFirst();
            made.add(same.isPresent() ? same.get() : made(name(made.size()), files, outside));
        }
        return List.copyOf(made);
    }

    private Slot made(String name, Optional<CertificateFiles> files, EdgeConfig.Outside outside) throws SSLException {
        Optional<String> problem = Optional.empty();
        if (files.isPresent()) {
            CertificateFiles named = files.get();
            try {
                switch (Pem.readIdentity(named.certificate(), named.key())) {
                    case Result.Ok<TlsIdentity>(TlsIdentity identity) -> {
                        return new Slot(files, tls.server(identity), problem);
                    }
                    case Result.Bad<TlsIdentity> bad -> problem = Optional.of(LogText.clean(bad.reason()));
                }
            } catch (IOException e) {
                problem = Optional.of(LogText.clean(IoReason.of(e)));
            }
        }
        LOG.warn(
                "event=edge-certificate-self-signed code={} listener={} reason=\"{}\" detail=\"clients will not trust this server\"",
                NetErrorCode.CERTIFICATE_SELF_SIGNED.code(),
                name,
                problem.orElse("no file is named"));
        return new Slot(files, tls.server(standIn(outside)), problem);
    }

    private TlsIdentity standIn(EdgeConfig.Outside outside) {
        List<String> hosts = names(outside);
        CertificateRequest request = new CertificateRequest(
                outside.host(),
                hosts.stream().filter(host -> Hosts.address(host).isEmpty()).toList(),
                hosts.stream()
                        .flatMap(host -> Hosts.address(host).stream())
                        .map(address -> address.getHostAddress())
                        .toList(),
                List.of(),
                VALIDITY);
        return SelfSigned.create(request, Instant.now(), random);
    }
}
