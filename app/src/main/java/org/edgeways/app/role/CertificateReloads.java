package org.edgeways.app.role;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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
 * below zero once it has expired, and for listeners {@code ROLE_certificate_self_signed}, 1 or 0. What is watched under a name
 * may be replaced while it runs. Safe for use by several threads.
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
    private final Map<String, Supplier<Optional<TlsIdentity>>> shown = new ConcurrentHashMap<>();
    private final Map<String, Watched> watched = new ConcurrentHashMap<>();
    private final List<Runnable> others = new ArrayList<>();
    private final Desk desk = new Desk("certificate-reload");
    private volatile Runnable changed = () -> {};
    private Runnable stop = () -> {};
    private Duration interval = Duration.ZERO;

    /** @param role whose certificates: {@code edge} or {@code pool} */
    CertificateReloads(String role, Counters counters) {
        this.role = role;
        this.counters = counters;
    }

    /** Shows the state of what a listener shows, in the place of what was shown under that name. */
    CertificateReloads show(String name, ServerTls tls) {
        show(name, () -> Optional.of(tls.identity()));
        counters.gauge(
                role + "_certificate_self_signed",
                () -> shown(name).filter(TlsIdentity::isSelfSigned).isPresent() ? 1 : 0,
                "listener",
                name);
        return this;
    }

    private void show(String name, Supplier<Optional<TlsIdentity>> identity) {
        shown.put(name, identity);
        counters.gauge(
                role + "_certificate_days_left",
                () -> shown(name).map(CertificateReloads::daysLeft).orElse(0L),
                "listener",
                name);
    }

    private Optional<TlsIdentity> shown(String name) {
        return shown.getOrDefault(name, Optional::empty).get();
    }

    private static long daysLeft(TlsIdentity identity) {
        Duration left =
                Duration.between(Instant.now(), identity.leaf().getNotAfter().toInstant());
        return Math.floorDiv(left.toSeconds(), Duration.ofDays(1).toSeconds());
    }

    /** Watches these files too, in the place of those that were watched under that name. */
    CertificateReloads watch(String name, CertificateFiles files, ServerTls tls) {
        show(name, tls);
        watched.put(name, new Watched(name, new CertificateWatch(files.certificate(), files.key(), tls)));
        return this;
    }

    /** As {@link #watch(String, CertificateFiles, ServerTls)}, with the file of the authorities that it trusts. */
    CertificateReloads watch(String name, CertificateFiles files, Path authority, ServerTls tls) {
        show(name, tls);
        watched.put(name, new Watched(name, new CertificateWatch(files.certificate(), files.key(), authority, tls)));
        return this;
    }

    /** As {@link #watch(String, CertificateFiles, Path, ServerTls)}, for a dialer. */
    CertificateReloads watch(String name, CertificateFiles files, Path authority, ClientTls tls) {
        show(name, tls::identity);
        watched.put(name, new Watched(name, new CertificateWatch(files.certificate(), files.key(), authority, tls)));
        return this;
    }

    /** Neither shows nor watches what had that name. */
    void forget(String name) {
        shown.remove(name);
        watched.remove(name);
    }

    /** Why the files that are watched under that name could not be used the last time; empty if they could. */
    Optional<String> problem(String name) {
        return Optional.ofNullable(watched.get(name))
                .map(files -> files.lastFailure)
                .filter(failure -> !failure.isEmpty());
    }

    /** Runs this too whenever the files are looked at. Before {@link #start}. */
    CertificateReloads also(Runnable look) {
        others.add(look);
        return this;
    }

    /** Runs this whenever something else is shown than before, or a new failure is. */
    void whenChanged(Runnable what) {
        changed = what;
    }

    /** Looks at once and then at this interval, also if it was started with another before. */
    synchronized void start(Duration every) {
        if (!every.equals(interval)) {
            stop.run();
            interval = every;
            stop = desk.repeat(this::checkAll, Duration.ZERO, every);
        }
    }

    /** Looks once at all files. */
    void checkAll() {
        watched.values().forEach(this::check);
        others.forEach(Runnable::run);
    }

    private synchronized void check(Watched files) {
        switch (files.watch.check()) {
            case CertificateWatch.Outcome.Unchanged unchanged -> files.isWell();
            case CertificateWatch.Outcome.Reloaded(var certificate) -> {
                files.isWell();
                counters.counter(role + "_certificate_reloads", "listener", files.name)
                        .increment();
                LOG.info(
                        "event={}-certificate-reloaded code=ok listener={} serial={} until={}",
                        role,
                        files.name,
                        certificate.getSerialNumber().toString(16),
                        certificate.getNotAfter().toInstant());
                changed.run();
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
                    changed.run();
                }
            }
        }
    }

    @Override
    public void close() {
        desk.close();
    }
}
