package org.edgeways.accessedge.engine;

import java.time.Duration;
import org.edgeways.base.SourceNetwork;
import org.edgeways.sip.transaction.Flow;
import org.jspecify.annotations.Nullable;

/** What the engine tells its driver, which writes it to the log. Called from several threads; must not block. */
public interface EdgeEvents {

    /**
     * Something was refused or dropped.
     *
     * @param flow the connection that it came on
     * @param source where that comes from; null for the inside
     * @param method of the request
     * @param detail for the administrator: what exactly
     */
    record Refusal(
            AccessEdgeErrorCode code, Flow flow, @Nullable SourceNetwork source, String method, String detail) {}

    /** One refusal. */
    void refused(Refusal refusal);

    /** Somebody has signed in, for that long; also at each renewal. */
    void signedIn(ClientFlow client, String person, Duration lifetime, boolean renewal);

    /** Somebody has signed out. */
    void signedOut(ClientFlow client, String person);

    /** A request for a connection that is gone went over the one on which the device has since signed in. */
    void rerouted(ClientFlow client, String person, String method);

    /** Nobody listens. */
    EdgeEvents NONE = new EdgeEvents() {
        @Override
        public void refused(Refusal refusal) {}

        @Override
        public void signedIn(ClientFlow client, String person, Duration lifetime, boolean renewal) {}

        @Override
        public void signedOut(ClientFlow client, String person) {}

        @Override
        public void rerouted(ClientFlow client, String person, String method) {}
    };
}
