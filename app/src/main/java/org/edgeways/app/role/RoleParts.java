package org.edgeways.app.role;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.edgeways.app.config.AdminConfig;
import org.edgeways.app.config.CertificateFiles;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.watching.AdminListener;
import org.edgeways.app.watching.WatchedPart;
import org.edgeways.base.Counters;
import org.edgeways.base.IoReason;
import org.edgeways.base.Result;
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;
import org.edgeways.siptransport.TransportContext;

/** What both roles need at their start: certificates from files, failures that say what to do. */
final class RoleParts {

    private RoleParts() {}

    static TlsIdentity identity(CertificateFiles files) {
        try {
            return good(Pem.readIdentity(files.certificate(), files.key()));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** All of the file: while one authority takes another's place, both are trusted. */
    static List<X509Certificate> authorities(Path file) {
        try {
            return good(Pem.readCertificates(file));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** The value, or the end of the command if it is bad. */
    static <T> T good(Result<T> result) {
        return good(result, "Correct the file, or the settings that name it.");
    }

    /** As {@link #good(Result)}, with what to do about a bad one. */
    static <T> T good(Result<T> result, String next) {
        return switch (result) {
            case Result.Ok<T>(T value) -> value;
            case Result.Bad<T> bad -> throw new AppFailure(AppErrorCode.CONFIGURATION_INVALID, bad.reason(), next);
        };
    }

    /** Where the role's counters and health are read, if that is configured. */
    static Optional<AdminListener> admin(
            Optional<AdminConfig> config, TransportContext transport, Counters counters, WatchedPart watched)
            throws IOException {
        return config.isEmpty()
                ? Optional.empty()
                : Optional.of(AdminListener.open(
                        config.get(), transport.loops(), transport.clock(), counters, List.of(watched)));
    }

    /** Closes what a role had opened before its start failed, the last first. */
    static void closeAll(Deque<AutoCloseable> opened) {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a part does not stop", e);
            }
        }
    }

    /** What to tell when a role could not open what it listens on. */
    static AppFailure notStarted(String role, IOException e) {
        boolean port = e.getCause() instanceof BindException;
        return new AppFailure(
                port ? AppErrorCode.PORT_TAKEN : AppErrorCode.START_FAILED,
                "the " + role + " cannot start: " + IoReason.of(e),
                port ? nextStep(IoReason.of(e)) : "The log in the data directory may say more.",
                e);
    }

    private static String nextStep(String why) {
        if (why.contains("in use")) {
            return "See which program listens there (ss -ltnp) and stop it, or choose another port in its settings.";
        }
        if (why.contains("enied")) {
            return "A port below 1024 needs the right CAP_NET_BIND_SERVICE; or choose another port in its settings.";
        }
        return "Correct \"addresses\" in its settings: ip address shows those of this machine.";
    }

    private static AppFailure unreadable(IOException e) {
        return new AppFailure(
                AppErrorCode.CONFIGURATION_INVALID,
                "a file that the settings name cannot be read: " + IoReason.of(e),
                "Put it there, or correct the name in the settings, or the file's rights: the user who runs this must be able\nto read it.",
                e);
    }
}
