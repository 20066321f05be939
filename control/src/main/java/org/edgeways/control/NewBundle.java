package org.edgeways.control;

import java.time.Instant;

/**
 * A bundle that was just made.
 *
 * @param node whom it lets in
 * @param expires from when on it works no more
 * @param text of the file; holds the secret, and is kept nowhere
 */
public record NewBundle(String node, Instant expires, String text) {

    /** Hides the secret. */
    @Override
    public String toString() {
        return "NewBundle[" + node + ", until " + expires + ", ***]";
    }
}
