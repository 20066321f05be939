package org.edgeways.connector.engine;

import org.edgeways.sip.transaction.Destination;
import org.jspecify.annotations.Nullable;

/** What the router may know of connections. */
public interface Surroundings {

    /** True if an edge node of ours writes that host, which is in lower case, into Path and Record-Route. */
    boolean isEdge(String host);

    /** True if that edge node has a connection to us at the moment. */
    boolean isLinked(String edge);

    /** Where the server is; null while it cannot be reached and nothing could open a connection to it. */
    @Nullable
    Destination server();
}
