package org.edgeways.connector.engine;

import org.edgeways.sip.transaction.Destination;
import org.jspecify.annotations.Nullable;

/** What the router may know of connections. */
public interface Surroundings {

    /** True if that edge node has a connection to us at the moment. */
    boolean isLinked(String edge);

    /** Where the server is; null while it cannot be reached and nothing could open a connection to it. */
    @Nullable
    Destination server();
}
