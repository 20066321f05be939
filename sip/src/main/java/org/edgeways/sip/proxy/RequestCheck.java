package org.edgeways.sip.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.edgeways.base.Result;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.OtherUri;
import org.edgeways.sip.message.SipErrorCode;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.TelUri;
import org.edgeways.sip.message.Uri;
import org.edgeways.sip.proxy.RoutingDecision.Reject;
import org.jspecify.annotations.Nullable;

/** What a proxy checks and undoes before it decides (RFC 3261 sections 16.3 and 16.4). */
final class RequestCheck {

    /** What came of the checks. */
    sealed interface Outcome {

        /** The request may go on: its working copy and what was taken off it. */
        record Pass(SipMessage message, List<NameAddress> poppedRoutes, String loopPart) implements Outcome {}

        /** The request is refused. */
        record Refuse(SipErrorCode code, Reject response) implements Outcome {}
    }

    private static final String MALFORMED_ROUTE = "Malformed Route";

    private final ProxyRouter router;
    private final ProxySettings settings;
    private final LoopDetection loops;

    RequestCheck(ProxyRouter router, ProxySettings settings, LoopDetection loops) {
        this.router = router;
        this.settings = settings;
        this.loops = loops;
    }

    Outcome check(SipMessage received) {
        // 16.3 steps 1 and 2: what we must understand, and the scheme
        Outcome.Refuse uri = checkRequestUri(received);
        if (uri != null) {
            return uri;
        }
        // 16.3 step 3: Max-Forwards
        if (received.has(HeaderName.MAX_FORWARDS)) {
            if (received.maxForwards().isEmpty()) {
                return refuse(SipErrorCode.HEADER_MALFORMED, 400, "Malformed Max-Forwards");
            }
            if (received.maxForwards().getAsInt() == 0) {
                return refuse(SipErrorCode.HOPS_EXHAUSTED, 483, "Too Many Hops");
            }
        }
        // 16.3 step 4: loops
        String loopPart = loops.part(received);
        if (loops.hasLooped(received, loopPart)) {
            return refuse(SipErrorCode.LOOP_DETECTED, 482, "Loop Detected");
        }
        // 16.3 step 5: Proxy-Require
        Outcome.Refuse extension = checkProxyRequire(received);
        if (extension != null) {
            return extension;
        }
        return takeOwnRoutes(received, loopPart);
    }

    private static Outcome.@Nullable Refuse checkRequestUri(SipMessage received) {
        return switch (received.requestUri()) {
            case Result.Bad<Uri> bad -> refuse(SipErrorCode.URI_MALFORMED, 400, "Malformed Request-URI");
            case Result.Ok<Uri>(Uri uri) ->
                switch (uri) {
                    case SipUri sip -> null;
                    case TelUri tel -> null;
                    case OtherUri other -> refuse(SipErrorCode.URI_SCHEME_UNSUPPORTED, 416, "Unsupported URI Scheme");
                };
        };
    }

    private Outcome.@Nullable Refuse checkProxyRequire(SipMessage received) {
        List<String> unsupported = new ArrayList<>(0);
        for (String tag : received.elements(HeaderName.PROXY_REQUIRE)) {
            if (!settings.proxyRequire().contains(tag.toLowerCase(Locale.ROOT))) {
                unsupported.add(tag);
            }
        }
        // the ACK cannot be answered and the CANCEL never comes here (20.32)
        if (unsupported.isEmpty() || received.method().equals("ACK")) {
            return null;
        }
        Reject response = Reject.of(420, "Bad Extension").with(HeaderName.UNSUPPORTED, String.join(", ", unsupported));
        return new Outcome.Refuse(SipErrorCode.EXTENSION_REQUIRED, response);
    }

    /** Section 16.4. */
    private Outcome takeOwnRoutes(SipMessage received, String loopPart) {
        SipMessage message = received.copy();
        if (message.has(HeaderName.ROUTE) && !undoStrictRouting(message)) {
            return refuse(SipErrorCode.HEADER_MALFORMED, 400, MALFORMED_ROUTE);
        }
        List<NameAddress> popped = new ArrayList<>(2);
        List<String> routes = message.elements(HeaderName.ROUTE);
        for (String route : routes) {
            if (!(NameAddress.parse(route) instanceof Result.Ok<NameAddress>(NameAddress top))) {
                return refuse(SipErrorCode.HEADER_MALFORMED, 400, MALFORMED_ROUTE);
            }
            SipUri uri = top.sipUri();
            if (uri == null || !router.isOurs(uri)) {
                break;
            }
            popped.add(top);
        }
        if (popped.size() == routes.size()) {
            // a line without elements says nothing
            message.remove(HeaderName.ROUTE);
        } else {
            message.removeFirstElements(HeaderName.ROUTE, popped.size());
        }
        return new Outcome.Pass(message, popped, loopPart);
    }

    /** A strict router has put our Record-Route value into the Request-URI: the last Route is the real one. */
    private boolean undoStrictRouting(SipMessage message) {
        if (!(message.requestUri() instanceof Result.Ok<Uri>(SipUri requestUri))
                || !router.isOurRecordRoute(requestUri)) {
            return true;
        }
        List<String> routes = new ArrayList<>(message.elements(HeaderName.ROUTE));
        if (routes.isEmpty()) {
            return true;
        }
        if (!(NameAddress.parse(routes.removeLast()) instanceof Result.Ok<NameAddress>(NameAddress last))
                || last.uri() == null) {
            return false;
        }
        message.setRequestUri(
                last.uri() instanceof SipUri sip
                        ? sip.asRequestUri().toString()
                        : last.uri().toString());
        // our value takes its place on top, so that it is popped like any other and its parameters reach the router
        routes.addFirst("<" + requestUri + ">");
        message.setElements(HeaderName.ROUTE, routes);
        return true;
    }

    private static Outcome.Refuse refuse(SipErrorCode code, int status, String reason) {
        return new Outcome.Refuse(code, Reject.of(status, reason));
    }
}
