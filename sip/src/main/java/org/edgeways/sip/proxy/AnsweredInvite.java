package org.edgeways.sip.proxy;

import org.edgeways.sip.message.SipMessage;

/**
 * What a branch of an INVITE becomes when its 2xx has gone on and nothing else is awaited: enough for a 2xx that comes again
 * (RFC 6026). It stays for 64*T1, and there may be hundreds of thousands.
 */
record AnsweredInvite(ProxyRequest request, Target target) {

    void again(ProxyCore.Parts parts, SipMessage response, long now) {
        parts.transactions().respond(request.answered(), parts.upstream(request, target, response), now);
    }
}
