package org.edgeways.sip.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.edgeways.base.Result;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Uri;
import org.edgeways.sip.message.Via;
import org.edgeways.sip.transaction.Branches;

/** Makes the request of one branch (RFC 3261 section 16.6). */
final class RequestForwarding {

    private final ProxyRouter router;
    private final ProxySettings settings;
    private final RandomGenerator random;

    RequestForwarding(ProxyRouter router, ProxySettings settings, RandomGenerator random) {
        this.router = router;
        this.settings = settings;
        this.random = random;
    }

    SipMessage outgoing(ProxyRequest request, Target target, List<String> recordRoutes, int breadth, String loopPart) {
        // step 1: copy; step 2: Request-URI
        SipMessage outgoing = request.message().copy();
        if (!outgoing.requestUriText().equals(target.requestUri())) {
            outgoing.setRequestUri(requestUri(target.requestUri()));
        }
        // step 3: Max-Forwards, and Max-Breadth (RFC 5393 section 5.3.3)
        int hops = outgoing.maxForwards().isPresent() ? outgoing.maxForwards().getAsInt() - 1 : settings.maxForwards();
        outgoing.set(HeaderName.MAX_FORWARDS, Integer.toString(hops));
        outgoing.set(HeaderName.MAX_BREADTH, Integer.toString(breadth));
        // step 4: Record-Route
        for (String value : recordRoutes) {
            outgoing.addFirst(HeaderName.RECORD_ROUTE, value);
        }
        // step 5: the routers' own headers come in onForward, below; step 6: Route
        if (!target.routes().isEmpty()) {
            outgoing.addFirst(HeaderName.ROUTE, String.join(", ", target.routes()));
        }
        router.onForward(request, target, outgoing);
        postprocess(outgoing);
        // step 8: Via; step 9: Content-Length, which a stream needs
        addVia(outgoing, router.via(target.destination()), Branches.create(settings.shard(), random, loopPart));
        outgoing.ensureContentLength();
        return outgoing;
    }

    /** Puts our Via on top of a request of this element's own. */
    SipMessage local(SipMessage request, Via via) {
        addVia(request, via, Branches.create(settings.shard(), random));
        request.ensureContentLength();
        return request;
    }

    private static void addVia(SipMessage outgoing, Via via, String branch) {
        Via own = via.with("branch", branch);
        // RFC 3581 section 3
        Via complete = via.transport().equalsIgnoreCase("UDP") ? own.with("rport", null) : own;
        outgoing.addFirst(HeaderName.VIA, complete.toString());
    }

    /** Step 6: the next hop is a strict router. */
    private static void postprocess(SipMessage outgoing) {
        List<String> routes = outgoing.elements(HeaderName.ROUTE);
        if (routes.isEmpty()
                || !(NameAddress.parse(routes.getFirst()) instanceof Result.Ok<NameAddress>(NameAddress first))) {
            return;
        }
        SipUri uri = first.sipUri();
        if (uri == null || uri.isLooseRouter()) {
            return;
        }
        List<String> rewritten = new ArrayList<>(routes.subList(1, routes.size()));
        rewritten.add("<" + outgoing.requestUriText() + ">");
        outgoing.setElements(HeaderName.ROUTE, rewritten);
        outgoing.setRequestUri(uri.asRequestUri().toString());
    }

    /** A registered contact may have headers; a Request-URI has none. */
    private static String requestUri(String uri) {
        return uri.indexOf('?') >= 0 && Uri.parse(uri) instanceof Result.Ok<Uri>(SipUri sip)
                ? sip.asRequestUri().toString()
                : uri;
    }
}
