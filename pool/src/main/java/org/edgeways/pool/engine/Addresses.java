package org.edgeways.pool.engine;

import java.util.Locale;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipUri;
import org.jspecify.annotations.Nullable;

/** Addresses of record as text: {@code sip:user@domain}, all lower-case, as accounts are named. */
final class Addresses {

    private Addresses() {}

    static String of(SipUri uri) {
        return uri.addressOfRecord().toLowerCase(Locale.ROOT);
    }

    /** The address of record of a person in one of our domains, or null. */
    static @Nullable String local(NameAddress address, People people) {
        SipUri uri = address.sipUri();
        return uri == null || uri.user() == null || !people.isDomain(uri.host()) ? null : of(uri);
    }

    /** The domain of an address of record. */
    static String domain(String address) {
        return address.substring(address.indexOf('@') + 1);
    }
}
