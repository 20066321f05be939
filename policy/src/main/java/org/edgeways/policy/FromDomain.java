package org.edgeways.policy;

import org.jspecify.annotations.Nullable;

/** Whose name a request may carry in From, by domain. */
public final class FromDomain {

    private FromDomain() {}

    /**
     * May a request from there name a sender of that domain? That it is really this sender is for the pool to find out;
     * this only says whether it is worth asking.
     *
     * @param host the host part of the From URI; null if the URI has none (such as {@code tel:})
     */
    public static Decision decide(SipDomains domains, @Nullable String host, Origin origin) {
        if (host != null && domains.contains(host)) {
            return Decision.allow("from-own-domain", "The sender is in one of our domains");
        }
        return switch (origin) {
            case INSIDE -> Decision.allow("from-inside-any-domain", "Sent from inside");
            case OUTSIDE ->
                Decision.refuse("from-foreign-domain", "Senders of other domains are not accepted from outside");
        };
    }
}
