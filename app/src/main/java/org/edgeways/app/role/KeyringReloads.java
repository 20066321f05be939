package org.edgeways.app.role;

import java.util.HexFormat;
import java.util.function.Consumer;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.base.Counters;
import org.edgeways.tokens.Keyring;
import org.edgeways.tokens.KeyringWatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the keyring anew when its file has changed; logs and counts what has come of it, a failure only when it is a new
 * one. Counts {@code edge_keyring_reloads} and {@code edge_keyring_reloads_failed}.
 */
final class KeyringReloads implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(KeyringReloads.class);

    private final KeyringWatch watch;
    private final Consumer<Keyring> use;
    private final Counters counters;
    private String lastFailure = "";

    /** @param use is given each new keyring */
    KeyringReloads(KeyringWatch watch, Consumer<Keyring> use, Counters counters) {
        this.watch = watch;
        this.use = use;
        this.counters = counters;
    }

    /** Looks once. */
    @Override
    public void run() {
        switch (watch.check()) {
            case KeyringWatch.Outcome.Unchanged unchanged -> lastFailure = "";
            case KeyringWatch.Outcome.Reloaded(Keyring keyring) -> {
                lastFailure = "";
                use.accept(keyring);
                counters.counter("edge_keyring_reloads").increment();
                LOG.info(
                        "event=edge-keyring-reloaded code=ok key={} keys={}",
                        HexFormat.of().toHexDigits(keyring.newest().id()),
                        keyring.keys().size());
            }
            case KeyringWatch.Outcome.Kept(String reason) -> {
                if (!reason.equals(lastFailure)) {
                    lastFailure = reason;
                    counters.counter("edge_keyring_reloads_failed").increment();
                    LOG.warn(
                            "event=edge-keyring-kept code={} reason=\"{}\": the keys in use stay in use",
                            AppErrorCode.KEYRING_KEPT.code(),
                            reason);
                }
            }
        }
    }
}
