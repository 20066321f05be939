package org.edgeways.net;

import org.edgeways.base.SourceNetwork;

/** Asked at accept whether a source network is banned. Called from several threads; must not block. */
@FunctionalInterface
public interface BanCheck {

    /** Nobody is banned. */
    BanCheck NONE = (source, now) -> false;

    /**
     * True if connections from there are not taken now.
     *
     * @param now nanoseconds since 1970
     */
    boolean isBanned(SourceNetwork source, long now);
}
