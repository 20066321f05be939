package org.edgeways.accessedge.engine;

import java.util.Locale;
import java.util.Set;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;

/** RFC 3325 section 7: an asserted identity that its owner wants kept private does not leave the trust domain. */
final class Privacy {

    private static final Set<HeaderName> IDENTITIES =
            Set.of(HeaderName.P_ASSERTED_IDENTITY, HeaderName.of("Remote-Party-ID"));

    private Privacy() {}

    /** Removes what must not reach a client. */
    static void apply(SipMessage message) {
        for (String value : message.values(HeaderName.PRIVACY)) {
            for (String part : value.toLowerCase(Locale.ROOT).split(";", -1)) {
                if (part.strip().equals("id")) {
                    IDENTITIES.forEach(message::remove);
                }
            }
        }
    }
}
