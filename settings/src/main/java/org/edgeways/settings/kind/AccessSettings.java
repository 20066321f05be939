package org.edgeways.settings.kind;

import java.time.Duration;
import org.edgeways.settings.form.Key;

/** Limits of the rules by which edge nodes let in. */
public record AccessSettings(
        @Key(says = "Connections from outside, all listeners together.")
        Admission admission,

        @Key(says = "The size of messages.") MessageSize message,
        @Key(says = "Each connection from outside.") ConnectionLimits connection,
        @Key(says = "Requests, credentials and bans.") RequestLimits requests,

        @Key(says = "Transactions of one shard; a node has a shard for each event loop.")
        TransactionLimits transactions,

        @Key(says = "The inside leg.") Link link) {

    /** Limits of the inside leg. */
    public record Link(
            @Key(says = "Its connections.") Admission admission,

            @Key(
                    says = "How long nothing may come on a connection on which pings came.",
                    usual = "60s",
                    least = "1s",
                    most = "1d")
            Duration linkSilence,

            @Key(says = "Limits of the Link, which carries settings and services.")
            LinkStreams.Edge streams) {}
}
