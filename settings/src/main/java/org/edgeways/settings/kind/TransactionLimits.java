package org.edgeways.settings.kind;

import org.edgeways.settings.form.Key;

/** How many transactions there may be at a time. */
public record TransactionLimits(
        @Key(
                says =
                        "Most server transactions, half of them of one node or service; past it a new request gets 503 with Retry-After.",
                usual = "100000",
                least = "1",
                most = "1000000")
        int serverTransactions,

        @Key(
                says = "Most server transactions of one client's connection; past it 503 with Retry-After.",
                usual = "500",
                least = "1",
                most = "1000000")
        int serverTransactionsPerFlow,

        @Key(
                says = "Most client transactions; past it a request fails as in congestion.",
                usual = "200000",
                least = "1",
                most = "1000000")
        int clientTransactions,

        @Key(
                says = "Most answered INVITEs that are kept for 32 s in case their 2xx comes again, beside the"
                        + " transactions above; past it the oldest is forgotten. About 1.3 kB each.",
                usual = "50000",
                least = "1",
                most = "1000000")
        int acceptedInvites,

        @Key(
                says = "Most of them of one client's connection; past it the oldest of that connection is forgotten.",
                usual = "500",
                least = "1",
                most = "1000000")
        int acceptedInvitesPerFlow,

        @Key(
                says = "Most branches of one forked request; those with the lowest q are left out first.",
                usual = "32",
                least = "1",
                most = "1000")
        int branchesPerFork,

        @Key(says = "What Retry-After says, in seconds.", usual = "5", least = "1", most = "3600")
        int retryAfterSeconds) {}
