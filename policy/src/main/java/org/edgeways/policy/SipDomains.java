package org.edgeways.policy;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The SIP domains of the organisation. Names compare without regard to case; nothing else is folded. */
public final class SipDomains {

    /** Most domains of one organisation. */
    public static final int MAX_DOMAINS = 1000;

    private final Set<String> domains;

    /**
     * @throws IllegalArgumentException if there is none, there are more than {@link #MAX_DOMAINS}, or one is empty
     */
    public SipDomains(Collection<String> domains) {
        if (domains.isEmpty() || domains.size() > MAX_DOMAINS) {
            throw new IllegalArgumentException("1 to " + MAX_DOMAINS + " domains, not " + domains.size());
        }
        Set<String> canonical = new TreeSet<>();
        for (String domain : domains) {
            if (domain.isBlank()) {
                throw new IllegalArgumentException("an empty domain");
            }
            canonical.add(domain.toLowerCase(Locale.ROOT));
        }
        this.domains = Set.copyOf(canonical);
    }

    /** True if {@code host}, as it stands in a SIP URI, is one of our domains. */
    public boolean contains(String host) {
        return domains.contains(host.toLowerCase(Locale.ROOT));
    }

    /** The domains in lower case, sorted. */
    public Set<String> names() {
        return new TreeSet<>(domains);
    }

    @Override
    public String toString() {
        return names().toString();
    }
}
