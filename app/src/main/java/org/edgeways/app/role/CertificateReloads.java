package org.edgeways.app.role;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.edgeways.app.config.CertificateFiles;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.base.Counters;
import org.edgeways.net.CertificateWatch;
import org.edgeways.net.ClientTls;
import org.edgeways.net.Desk;
import org.edgeways.net.ServerTls;
import org.edgeways.net.TlsIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at certificate files at an interval; logs and counts what has come of it, a failure only when it is a new one. Files
 * that cannot be used at one look and can at the next were being replaced, one after the other: that is no failure. Counts
 * {@code ROLE_certificate_reloads} and {@code ROLE_certificate_reloads_failed}; shows {@code ROLE_certificate_days_left},
 * below zero once it has expired, and for listeners {@code ROLE_certificate_self_signed}, 1 or 0.
 */
final class CertificateReloads implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateReloads.class);

    private static final class Watched {
        private final String name;
        private final CertificateWatch watch;
        private boolean suspect;
        private String lastFailure = "";

        Watched(String name, CertificateWatch watch) {
            this.name = name;
            this.watch = watch;
        }

        void isWell() {
            suspect = false;
            lastFailure = "";
        }
    }

    private final String role;
    private final Counters counters;
    private final List<Watched> watched = new ArrayList<>();
    private final List<Runnable> others = new ArrayList<>();
    private final Desk desk = new Desk("certificate-reload");

    /** @param role whose certificates: {@code edge} or {@code pool} */
    CertificateReloads(String role, Counters counters) {
        this.role = role;
        this.counters = counters;
    }

    /** Shows the state of what a listener shows. */
    CertificateReloads show(String name, ServerTls tls) {
        daysLeft(name, () -> Optional.of(tls.identity()));
        counters.gauge(
                role + "_certificate_self_signed", () -> tls.identity().isSelfSigned() ? 1 : 0, "listener", name);
        return this;
    }

    private void daysLeft(String name, Supplier<Optional<TlsIdentity>> identity) {
        counters.gauge(
                role + "_certificate_days_left",
                () -> identity.get().map(CertificateReloads::daysLeft).orElse(0L),
                "listener",
                name);
    }

    private static long daysLeft(TlsIdentity identity) {
        Duration left =
                Duration.between(Instant.now(), identity.leaf().getNotAfter().toInstant());
        return Math.floorDiv(left.toSeconds(), Duration.ofDays(1).toSeconds());
    }

    /** Watches these files too. Before {@link #start}. */
    CertificateReloads watch(String name, CertificateFiles files, ServerTls tls) {
        show(name, tls);
        watched.add(new Watched(name, new CertificateWatch(files.certificate(), files.key(), tls)));
        return this;
    }

    /** As {@link #watch(String, CertificateFiles, ServerTls)}, with the file of the authorities that it trusts. */
    CertificateReloads watch(String name, CertificateFiles files, Path authority, ServerTls tls) {
        show(name, tls);
        watched.add(new Watched(name, new CertificateWatch(files.certificate(), files.key(), authority, tls)));
        return this;
    }

    /** As {@link #watch(String, CertificateFiles, Path, ServerTls)}, for a dialer. */
    CertificateReloads watch(String name, CertificateFiles files, Path authority, ClientTls tls) {
        daysLeft(name, tls::identity);
        watched.add(new Watched(name, new CertificateWatch(files.certificate(), files.key(), authority, tls)));
        return this;
    }

    /** Runs this too whenever the files are looked at. Before {@link #start}. */
    CertificateReloads also(Runnable look) {
        others.add(look);
        return this;
    }

    void start(Duration interval) {
        desk.repeat(this::checkAll, Duration.ZERO, interval);
    }

    /** Looks once at all files. */
    void checkAll() {
        watched.forEach(this::check);
        others.forEach(Runnable::run);
    }

    private void check(Watched files) {
        switch (files.watch.check()) {
            case CertificateWatch.Outcome.Unchanged unchanged -> files.isWell();
            case CertificateWatch.Outcome.Reloaded(var certificate) -> {
                files.isWell();
                counters.counter(role + "_certificate_reloads", "listener", files.name)
                        .increment();
                LOG.info(
                        "event={}-certificate-reloaded listener={} serial={} until={}",
                        role,
                        files.name,
                        certificate.getSerialNumber().toString(16),
                        certificate.getNotAfter().toInstant());
            }
            case CertificateWatch.Outcome.Kept(String reason) -> {
                if (!files.suspect) {
                    files.suspect = true;
                } else if (!reason.equals(files.lastFailure)) {
                    files.lastFailure = reason;
                    counters.counter(role + "_certificate_reloads_failed", "listener", files.name)
                            .increment();
                    LOG.warn(
                            "event={}-certificate-kept code={} listener={} reason=\"{}\": the certificate in use stays in use",
                            role,
                            AppErrorCode.CERTIFICATE_KEPT.code(),
                            files.name,
                            reason);
                }
            }
        }
    }

    @Override
    public void close() {
        desk.close();
    }
}
