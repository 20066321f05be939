package org.edgeways.sip.location;

import java.util.Locale;

/**
 * One question to the DNS.
 *
 * @param name in lower case, without a dot at its end
 * @param type of the records wanted
 */
public record DnsQuestion(String name, Type type) {

    /** The types that location asks for. */
    public enum Type {
        NAPTR,
        SRV,
        A,
        AAAA
    }

    /** Brings the name into its one form. */
    public DnsQuestion {
        String lower = name.toLowerCase(Locale.ROOT);
        name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
