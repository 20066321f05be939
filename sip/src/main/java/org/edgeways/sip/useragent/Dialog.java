package org.edgeways.sip.useragent;

import java.util.List;
import org.edgeways.base.Result;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipErrorCode;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;

/**
 * One side of a dialog (RFC 3261 section 12): what its requests carry. Of target refreshes and early dialogs it knows
 * nothing. Not safe for use by several threads.
 */
public final class Dialog {

    private final String callId;
    private final NameAddress local;
    private final NameAddress remote;
    private final List<NameAddress> routeSet;
    private final SipUri remoteTarget;
    private long localSequence;

    private Dialog(
            String callId,
            NameAddress local,
            NameAddress remote,
            List<NameAddress> routeSet,
            SipUri remoteTarget,
            long localSequence) {
        this.callId = callId;
        this.local = local;
        this.remote = remote;
        this.routeSet = routeSet;
        this.remoteTarget = remoteTarget;
        this.localSequence = localSequence;
    }

    /**
     * The caller's side (section 12.1.2).
     *
     * @param request the INVITE as it was sent last
     * @param response its 2xx
     * @return bad if the response lacks a usable Contact or its Record-Route is malformed
     */
    public static Result<Dialog> ofClient(SipMessage request, SipMessage response) {
        return of(response, request.from(), response.to(), request.cseq().number());
    }

    /**
     * The callee's side (section 12.1.1).
     *
     * @param localTag the tag that our responses carry
     * @return bad if the request lacks a usable Contact or its Record-Route is malformed
     */
    public static Result<Dialog> ofServer(SipMessage request, String localTag) {
        return of(request, request.to().withParameter("tag", localTag), request.from(), 0);
    }

    private static Result<Dialog> of(SipMessage received, NameAddress local, NameAddress remote, long localSequence) {
        return switch (received.addresses(HeaderName.RECORD_ROUTE)) {
            case Result.Bad<List<NameAddress>> bad -> bad.as();
            case Result.Ok<List<NameAddress>>(List<NameAddress> recorded) ->
                switch (target(received)) {
                    case Result.Bad<SipUri> bad -> bad.as();
                    case Result.Ok<SipUri>(SipUri contact) ->
                        Result.ok(new Dialog(
                                received.callId(),
                                local,
                                remote,
                                received.isRequest() ? recorded : recorded.reversed(),
                                contact,
                                localSequence));
                };
        };
    }

    private static Result<SipUri> target(SipMessage message) {
        return switch (message.addresses(HeaderName.CONTACT)) {
            case Result.Bad<List<NameAddress>> bad -> bad.as();
            case Result.Ok<List<NameAddress>>(List<NameAddress> contacts) -> {
                SipUri uri = contacts.size() == 1 ? contacts.getFirst().sipUri() : null;
                yield uri == null
                        ? Result.bad(SipErrorCode.HEADER_MALFORMED, 0, "Contact: one SIP URI is expected")
                        : Result.ok(uri);
            }
        };
    }

    /** A new request with the next of our numbers (section 12.2.1.1), complete but for Via, Contact and body. */
    public SipMessage request(String method) {
        return request(method, nextSequence());
    }

    /**
     * The ACK of the 2xx, complete but for Via (section 13.2.2.4).
     *
     * @param invite as it was sent, whose number and credentials it takes
     */
    public SipMessage acknowledgement(SipMessage invite) {
        SipMessage ack = request("ACK", invite.cseq().number());
        for (HeaderName name : List.of(HeaderName.AUTHORIZATION, HeaderName.PROXY_AUTHORIZATION)) {
            ack.setAll(name, invite.values(name));
        }
        return ack;
    }

    /** Takes the next of our numbers, for a request that is sent again with credentials. */
    public long nextSequence() {
        return ++localSequence;
    }

    private SipMessage request(String method, long sequence) {
        SipUri first = routeSet.isEmpty() ? null : routeSet.getFirst().sipUri();
        boolean strict = first != null && !first.isLooseRouter();
        // a strict router finds itself in the Request-URI and the target at the end of the Route
        String uri = first == null || !strict
                ? remoteTarget.toString()
                : first.asRequestUri().toString();
        SipMessage request = SipMessage.request(method, uri);
        for (NameAddress route : strict ? routeSet.subList(1, routeSet.size()) : routeSet) {
            request.add(HeaderName.ROUTE, route.toString());
        }
        if (strict) {
            request.add(HeaderName.ROUTE, "<" + remoteTarget + ">");
        }
        request.add(HeaderName.MAX_FORWARDS, "70");
        request.add(HeaderName.FROM, local.toString());
        request.add(HeaderName.TO, remote.toString());
        request.add(HeaderName.CALL_ID, callId);
        request.add(HeaderName.CSEQ, sequence + " " + method);
        request.setBody(null, new byte[0]);
        return request;
    }
}
