package org.edgeways.sip.proxy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/**
 * The final responses of a request's branches, and which of them is the best (RFC 3261 section 16.7 steps 6 and 7): any
 * 6xx; else one of the lowest class. Within 4xx, those that tell the caller how to ask again come first (401, 407; then
 * 415, 420, 484), those that say nothing about the callee last (480, then 408, 430, 481, 487). Within 5xx, 503 is last.
 * Equal ones: the first to come.
 */
final class ResponseSelection {

    private final List<SipMessage> responses = new ArrayList<>(2);

    void add(SipMessage response) {
        responses.add(response);
    }

    /** The best response, with the challenges of all if it is one; null if there is none. */
    @Nullable
    SipMessage best() {
        SipMessage best = null;
        for (SipMessage response : responses) {
            if (best == null || rank(response.status()) < rank(best.status())) {
                best = response;
            }
        }
        if (best != null && isChallenge(best)) {
            collect(best, HeaderName.WWW_AUTHENTICATE);
            collect(best, HeaderName.PROXY_AUTHENTICATE);
        }
        return best;
    }

    /** Step 7: the challenges of all 401 and 407. */
    private void collect(SipMessage best, HeaderName name) {
        Set<String> challenges = new LinkedHashSet<>(best.values(name));
        int own = challenges.size();
        for (SipMessage response : responses) {
            if (isChallenge(response)) {
                challenges.addAll(response.values(name));
            }
        }
        if (challenges.size() > own) {
            best.setAll(name, List.copyOf(challenges));
        }
    }

    private static boolean isChallenge(SipMessage response) {
        return response.status() == 401 || response.status() == 407;
    }

    private static int rank(int status) {
        int statusClass = status / 100;
        if (statusClass == 6) {
            return 0;
        }
        return statusClass * 10
                + switch (status) {
                    case 401, 407 -> 0;
                    case 415, 420, 484 -> 1;
                    case 480 -> 3;
                    case 408, 430, 481, 487, 503 -> 4;
                    default -> 2;
                };
    }
}
