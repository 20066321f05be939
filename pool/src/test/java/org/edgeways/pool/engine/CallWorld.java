package org.edgeways.pool.engine;

import java.util.ArrayList;
import java.util.List;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.useragent.Dialog;

/** Alice inside, bob with a telephone inside and a laptop outside, all signed in; and the steps of a call. */
final class CallWorld {

    final PoolWorld world = new PoolWorld();
    final Device alice = world.inside("alice");
    final Device phone = world.inside("bob");
    final Device laptop = world.outside("bob");

    CallWorld() {
        for (Device device : all()) {
            device.signIn();
            device.inbox.clear();
        }
    }

    List<Device> all() {
        return List.of(alice, phone, laptop);
    }

    /** The first INVITE that the device has got. */
    static SipMessage invite(Device device) {
        return device.received("INVITE").getFirst();
    }

    /** The statuses above 100 of the responses that the device has got. */
    static List<Integer> statuses(Device device, String method) {
        return device.inbox.stream()
                .filter(m -> !m.isRequest() && m.cseq().method().equals(method) && m.status() > 100)
                .map(SipMessage::status)
                .toList();
    }

    /** The callee takes the call; gives its 200 as it leaves it. */
    static SipMessage accept(Device callee) {
        return accept(callee, callee.contact());
    }

    /** As {@link #accept(Device)}, with another Contact. */
    static SipMessage accept(Device callee, String contact) {
        SipMessage request = invite(callee);
        SipMessage ok = SipMessage.responseTo(request, 200, "OK", "callee");
        List<String> routes = new ArrayList<>(request.elements(HeaderName.RECORD_ROUTE));
        if (callee.flowToken != null) {
            // what the edge node adds on the way back
            routes.addFirst("<sip:" + callee.token() + "@" + PoolWorld.EDGE_HOST + ";transport=tls;lr>");
        }
        ok.setAll(HeaderName.RECORD_ROUTE, routes);
        ok.set(HeaderName.CONTACT, contact);
        callee.answer(ok);
        callee.world.settle();
        return ok;
    }

    /** The 200 to the INVITE that the caller has got. */
    static SipMessage okOf(Device caller) {
        return caller.inbox.stream()
                .filter(m ->
                        !m.isRequest() && m.status() == 200 && m.cseq().method().equals("INVITE"))
                .findFirst()
                .orElseThrow();
    }

    /** A request of the caller within the dialog that {@code ok}, as the caller got it, has made. */
    static SipMessage byCaller(Device caller, SipMessage invite, SipMessage ok, String method) {
        return inDialog(caller, Dialog.ofClient(invite, ok).orThrow(), method);
    }

    /** A request of the callee within the dialog that its {@code ok} has made. */
    static SipMessage byCallee(Device callee, SipMessage ok, String method) {
        return inDialog(callee, Dialog.ofServer(invite(callee), ok.toTag()).orThrow(), method);
    }

    private static SipMessage inDialog(Device sender, Dialog dialog, String method) {
        SipMessage inDialog = dialog.request(method);
        SipMessage request = sender.request(method, inDialog.requestUriText());
        for (HeaderName name : List.of(HeaderName.ROUTE, HeaderName.FROM, HeaderName.TO, HeaderName.CALL_ID)) {
            request.setAll(name, inDialog.values(name));
        }
        return request;
    }
}
