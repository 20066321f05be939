package org.edgeways.pool.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;

/** One subscription of a {@link Device}. */
final class Watcher {

    private final Device device;
    private final String resource;
    private String event = "presence";
    private String accept;
    private String supported;
    private SipMessage ok;
    private String callId = "";

    Watcher(Device device, String resource) {
        this.device = device;
        this.resource = resource;
    }

    Watcher event(String name) {
        event = name;
        return this;
    }

    /** With a contact list (RFC 4662). */
    Watcher list() {
        supported = "eventlist";
        accept = "application/pidf+xml, application/rlmi+xml, multipart/related";
        return this;
    }

    SipMessage request(int seconds) {
        SipMessage subscribe = device.request("SUBSCRIBE", resource);
        subscribe.set(HeaderName.EVENT, event);
        subscribe.set(HeaderName.EXPIRES, Integer.toString(seconds));
        if (accept != null) {
            subscribe.set(HeaderName.ACCEPT, accept);
        }
        if (supported != null) {
            subscribe.set(HeaderName.SUPPORTED, supported);
        }
        return subscribe;
    }

    /** The response; null if there is none yet. */
    SipMessage subscribe(int seconds) {
        SipMessage subscribe = request(seconds);
        callId = subscribe.callId();
        ok = device.send(subscribe);
        return ok;
    }

    /** The same, and again with credentials when challenged. */
    SipMessage subscribeSigned(int seconds) {
        SipMessage subscribe = request(seconds);
        callId = subscribe.callId();
        ok = device.sendSigned(subscribe);
        return ok;
    }

    SipMessage inDialog(Device sender, int seconds) {
        String contact = ok.first(HeaderName.CONTACT);
        SipMessage subscribe = sender.request("SUBSCRIBE", contact.substring(1, contact.indexOf('>')));
        subscribe.set(HeaderName.EVENT, event);
        subscribe.set(HeaderName.EXPIRES, Integer.toString(seconds));
        subscribe.set(HeaderName.FROM, ok.from().toString());
        subscribe.set(HeaderName.TO, ok.to().toString());
        subscribe.set(HeaderName.CALL_ID, ok.callId());
        if (supported != null) {
            subscribe.set(HeaderName.SUPPORTED, supported);
        }
        if (device.flowToken == null) {
            List<String> routes = new ArrayList<>(ok.elements(HeaderName.RECORD_ROUTE));
            Collections.reverse(routes);
            routes.forEach(route -> subscribe.add(HeaderName.ROUTE, route));
        }
        return subscribe;
    }

    SipMessage refresh(int seconds) {
        return device.send(inDialog(device, seconds));
    }

    List<SipMessage> notifies() {
        return device.received("NOTIFY").stream()
                .filter(m -> m.callId().equals(callId))
                .toList();
    }

    SipMessage lastNotify() {
        return notifies().getLast();
    }

    /** The last body. */
    String last() {
        return new String(lastNotify().body(), StandardCharsets.UTF_8);
    }

    String state() {
        return lastNotify().first(HeaderName.SUBSCRIPTION_STATE);
    }
}
