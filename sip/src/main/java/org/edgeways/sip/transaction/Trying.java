package org.edgeways.sip.transaction;

import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;

/** The 100 (RFC 3261 section 8.2.6.1). */
final class Trying {

    private Trying() {}

    static SipMessage to(SipMessage request) {
        SipMessage trying = SipMessage.responseTo(request, 100, "Trying");
        String timestamp = request.first(HeaderName.TIMESTAMP);
        if (timestamp != null) {
            trying.add(HeaderName.TIMESTAMP, timestamp);
        }
        return trying;
    }
}
