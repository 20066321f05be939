package org.edgeways.sip.transaction;

import java.util.List;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/** The requests that share an INVITE's branch and are made from it. */
public final class CompanionRequest {

    private static final HeaderName REASON = HeaderName.of("Reason");

    private CompanionRequest() {}

    /** The ACK of a final response that is no 2xx (RFC 3261 section 17.1.1.3). */
    public static SipMessage ack(SipMessage invite, SipMessage response) {
        String to = response.first(HeaderName.TO);
        return companion("ACK", invite, to == null ? text(invite.first(HeaderName.TO)) : to);
    }

    /**
     * The CANCEL (section 9.1).
     *
     * @param reason the value of its Reason header (RFC 3326), or null for none
     */
    public static SipMessage cancel(SipMessage invite, @Nullable String reason) {
        SipMessage cancel = companion("CANCEL", invite, text(invite.first(HeaderName.TO)));
        if (reason != null) {
            cancel.add(REASON, reason);
        }
        return cancel;
    }

    private static SipMessage companion(String method, SipMessage invite, String to) {
        SipMessage request = SipMessage.request(method, invite.requestUriText());
        request.add(HeaderName.VIA, invite.topVia().toString());
        request.add(HeaderName.MAX_FORWARDS, "70");
        List<String> routes = invite.values(HeaderName.ROUTE);
        if (!routes.isEmpty()) {
            request.setAll(HeaderName.ROUTE, routes);
        }
        request.add(HeaderName.FROM, text(invite.first(HeaderName.FROM)));
        request.add(HeaderName.TO, to);
        request.add(HeaderName.CALL_ID, invite.callId());
        request.add(HeaderName.CSEQ, invite.cseq().number() + " " + method);
        request.setBody(null, new byte[0]);
        return request;
    }

    private static String text(@Nullable String mandatory) {
        if (mandatory == null) {
            throw new IllegalStateException("an INVITE without From or To was sent");
        }
        return mandatory;
    }
}
