package org.edgeways.tokens;

import org.edgeways.base.Result;

/**
 * Tells when a keyring's file holds something new, so that a {@link Sealer} can be kept in step with it. {@link #check} is called now and then; it compares what the
 * file holds, not when it was written. A file that cannot be used changes nothing and is looked at again the next time.
 * Not safe for use by several threads.
 */
public final class KeyringWatch {

    /** What one look has brought. */
    public sealed interface Outcome {
        /** The file holds what is in use. */
        record Unchanged() implements Outcome {}

        /** This seals and opens from now on. */
        record Reloaded(Keyring keyring) implements Outcome {}

        /** The file cannot be used: what was in use is in use. */
        record Kept(String reason) implements Outcome {}
    }

    private final KeyringFile file;
    private Keyring inUse;

    /** Watches {@code file}, from which {@code inUse} was read. */
    public KeyringWatch(KeyringFile file, Keyring inUse) {
        this.file = file;
        this.inUse = inUse;
    }

    /** Looks at the file once. Reads a file: not for an event loop. */
    public Outcome check() {
        return switch (file.load()) {
            case Result.Bad<Keyring> bad -> new Outcome.Kept(bad.code().code() + ": " + bad.reason());
            case Result.Ok<Keyring>(Keyring read) -> {
                if (KeyringCodec.encode(read).equals(KeyringCodec.encode(inUse))) {
                    yield new Outcome.Unchanged();
                }
                inUse = read;
                yield new Outcome.Reloaded(read);
            }
        };
    }
}
