package org.edgeways.sip.useragent;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.edgeways.base.Result;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipErrorCode;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.jspecify.annotations.Nullable;

/**
 * One side of a dialog (RFC 3261 section 12). Early until {@link #confirm}. Not safe for use by several threads.
 */
public final class Dialog {

    /** What names a dialog (section 12): Call-ID, our tag, the peer's tag ("" for a peer of RFC 2543). */
    public record Id(String callId, String localTag, String remoteTag) {

        /** The dialog a request belongs to at its receiver. */
        public static Id ofReceived(SipMessage request) {
            return new Id(
                    request.callId(),
                    Objects.requireNonNullElse(request.toTag(), ""),
                    Objects.requireNonNullElse(request.fromTag(), ""));
        }
    }

    private final Id id;
    private final NameAddress local;
    private final NameAddress remote;
    private List<NameAddress> routeSet;
    private SipUri remoteTarget;
    private long localSequence;
    private long remoteSequence;
    private boolean confirmed;

    private Dialog(
            Id id,
            NameAddress local,
            NameAddress remote,
            List<NameAddress> routeSet,
            SipUri remoteTarget,
            long localSequence,
            long remoteSequence,
            boolean confirmed) {
        this.id = id;
        this.local = local;
        this.remote = remote;
        this.routeSet = routeSet;
        this.remoteTarget = remoteTarget;
        this.localSequence = localSequence;
        this.remoteSequence = remoteSequence;
        this.confirmed = confirmed;
    }

    /**
     * The caller's side (section 12.1.2), from a response above 100 with a To tag.
     *
     * @return bad if the response lacks a usable Contact or its Record-Route is malformed
     */
    public static Result<Dialog> ofClient(SipMessage request, SipMessage response) {
        return switch (routes(response)) {
            case Result.Bad<List<NameAddress>> bad -> bad.as();
            case Result.Ok<List<NameAddress>>(List<NameAddress> recorded) -> {
                List<NameAddress> routeSet = new ArrayList<>(recorded);
                Collections.reverse(routeSet);
                yield switch (target(response)) {
                    case Result.Bad<SipUri> bad -> bad.as();
                    case Result.Ok<SipUri>(SipUri contact) ->
                        Result.ok(new Dialog(
                                new Id(
                                        request.callId(),
                                        Objects.requireNonNullElse(request.fromTag(), ""),
                                        Objects.requireNonNullElse(response.toTag(), "")),
                                request.from(),
                                response.to(),
                                routeSet,
                                contact,
                                request.cseq().number(),
                                -1,
                                response.status() >= 200));
                };
            }
        };
    }

    /**
     * The callee's side (section 12.1.1).
     *
     * @param localTag the tag that our responses carry
     * @return bad if the request lacks a usable Contact or its Record-Route is malformed: to be answered 400
     */
    public static Result<Dialog> ofServer(SipMessage request, String localTag) {
        return switch (routes(request)) {
            case Result.Bad<List<NameAddress>> bad -> bad.as();
            case Result.Ok<List<NameAddress>>(List<NameAddress> routeSet) ->
                switch (target(request)) {
                    case Result.Bad<SipUri> bad -> bad.as();
                    case Result.Ok<SipUri>(SipUri contact) ->
                        Result.ok(new Dialog(
                                new Id(request.callId(), localTag, Objects.requireNonNullElse(request.fromTag(), "")),
                                request.to().withParameter("tag", localTag),
                                request.from(),
                                routeSet,
                                contact,
                                0,
                                request.cseq().number(),
                                false));
                };
        };
    }

    private static Result<List<NameAddress>> routes(SipMessage message) {
        return message.addresses(HeaderName.RECORD_ROUTE);
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

    /** Its name. */
    public Id id() {
        return id;
    }

    /** Where requests to the peer end (section 12.2). */
    public SipUri remoteTarget() {
        return remoteTarget;
    }

    /** True once the INVITE had its 2xx. */
    public boolean confirmed() {
        return confirmed;
    }

    /**
     * A 2xx has come or been sent. The caller takes the route set anew from it (section 13.2.2.4), except that a malformed
     * one leaves what the provisional response gave.
     */
    public void confirm(@Nullable SipMessage received) {
        if (received != null && !confirmed && routes(received) instanceof Result.Ok<List<NameAddress>> ok) {
            List<NameAddress> reversed = new ArrayList<>(ok.value());
            Collections.reverse(reversed);
            routeSet = reversed;
        }
        confirmed = true;
        if (received != null) {
            refreshTarget(received);
        }
    }

    /** Takes the Contact of a target refresh (section 12.2): an INVITE or UPDATE, or the 2xx to one. */
    public void refreshTarget(SipMessage message) {
        if (message.has(HeaderName.CONTACT) && target(message) instanceof Result.Ok<SipUri>(SipUri contact)) {
            remoteTarget = contact;
        }
    }

    /**
     * A new request within the dialog (section 12.2.1.1), without Via: with Request-URI, Route, Max-Forwards, From, To,
     * Call-ID, CSeq. The sequence number counts on, except for ACK, which takes that of its INVITE.
     *
     * @param inviteSequence for an ACK the sequence number of its INVITE, else ignored
     */
    public SipMessage request(String method, long inviteSequence) {
        boolean acknowledges = method.equals("ACK");
        long sequence = acknowledges ? inviteSequence : nextSequence();
        SipUri first = routeSet.isEmpty() ? null : routeSet.getFirst().sipUri();
        SipUri strictRouter = first == null || first.isLooseRouter() ? null : first;
        boolean strict = strictRouter != null;
        // a strict router finds itself in the Request-URI and the target at the end of the Route
        String uri = strictRouter == null ? remoteTarget.toString() : asRequestUri(strictRouter);
        SipMessage request = SipMessage.request(method, uri);
        for (int i = strict ? 1 : 0; i < routeSet.size(); i++) {
            request.add(HeaderName.ROUTE, routeSet.get(i).toString());
        }
        if (strict) {
            request.add(HeaderName.ROUTE, "<" + remoteTarget + ">");
        }
        request.add(HeaderName.MAX_FORWARDS, "70");
        request.add(HeaderName.FROM, local.toString());
        request.add(HeaderName.TO, remote.toString());
        request.add(HeaderName.CALL_ID, id.callId());
        request.add(HeaderName.CSEQ, sequence + " " + method);
        return request;
    }

    /** A strict router's URI without what a Request-URI must not carry (section 19.1.1). */
    private static String asRequestUri(SipUri uri) {
        return new SipUri(
                        uri.secure(),
                        uri.userInfo(),
                        uri.host(),
                        uri.port(),
                        uri.parameters().without("method"),
                        null)
                .toString();
    }

    /** The next hop of its requests: the first route or the target. */
    public SipUri nextHop() {
        SipUri first = routeSet.isEmpty() ? null : routeSet.getFirst().sipUri();
        return first == null ? remoteTarget : first;
    }

    /** Our latest sequence number. */
    public long localSequence() {
        return localSequence;
    }

    /** Takes the next of our sequence numbers, for a request that is sent again with credentials. */
    long nextSequence() {
        return ++localSequence;
    }

    /**
     * Takes a request of the peer's, neither ACK nor CANCEL (section 12.2.2).
     *
     * @return false if it is out of order: to be answered 500
     */
    public boolean accepts(SipMessage request) {
        long number = request.cseq().number();
        if (remoteSequence >= 0 && number <= remoteSequence) {
            return false;
        }
        remoteSequence = number;
        return true;
    }
}
