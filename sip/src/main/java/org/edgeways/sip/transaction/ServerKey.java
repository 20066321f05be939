package org.edgeways.sip.transaction;

import java.util.Locale;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.Via;

/**
 * What a request is matched to its server transaction by (RFC 3261 section 17.2.3): branch, sent-by and method, and who
 * sent it, so that nobody can meddle with another connection's transactions. Without a branch of RFC 3261 (none at all, no
 * magic cookie, or nothing behind the cookie) the Request-URI, From tag, Call-ID and CSeq number stand in for it; the To
 * tag is left out, because the INVITE's differs from that of its ACK, and the rest tells transactions of one sender apart
 * already.
 */
record ServerKey(Destination party, String branch, String sentBy, String method) {

    private static final char BETWEEN = '\n';

    static ServerKey of(SipMessage request, Origin from, String method) {
        Via via = request.topVia();
        String branch = via.branch();
        if (branch == null || !isUnique(branch)) {
            branch = "" + BETWEEN + request.requestUriText() + BETWEEN + request.fromTag() + BETWEEN + request.callId()
                    + BETWEEN + request.cseq().number();
        }
        return new ServerKey(from.replyTo(), branch, via.sentBy().toLowerCase(Locale.ROOT), method);
    }

    private static boolean isUnique(String branch) {
        return branch.length() > Branches.MAGIC_COOKIE.length()
                && branch.regionMatches(true, 0, Branches.MAGIC_COOKIE, 0, Branches.MAGIC_COOKIE.length());
    }
}
