package org.edgeways.interop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.useragent.Dialog;
import org.edgeways.siptransport.SipExchange;
import org.edgeways.siptransport.SipUserAgent;

/** A subscription to somebody's presence (RFC 3856) of a user agent of ours, which answers the NOTIFYs. */
final class Watch {
    private static final Duration LIFETIME = Duration.ofHours(1);

    private final SipUserAgent phone;
    private final String callId;
    private final Dialog dialog;

    private Watch(SipUserAgent phone, String callId, Dialog dialog) {
        this.phone = phone;
        this.callId = callId;
        this.dialog = dialog;
    }

    /** Subscribes. */
    static Watch begin(SipUserAgent phone, String person) throws IOException {
        SipExchange exchange = phone.exchange(asked(phone.newRequest("SUBSCRIBE", person)));
        SipMessage answer = accepted(phone, exchange.awaitFinal());
        return new Watch(
                phone,
                answer.callId(),
                Dialog.ofClient(exchange.request(), answer).orThrow());
    }

    private static SipMessage asked(SipMessage subscribe) {
        subscribe.set(HeaderName.EVENT, "presence");
        subscribe.set(HeaderName.EXPIRES, Long.toString(LIFETIME.toSeconds()));
        return subscribe;
    }

    private static SipMessage accepted(SipUserAgent phone, SipMessage answer) {
        if (answer.status() != 200) {
            throw new AssertionError(phone.settings().username() + " may not watch: " + answer.status());
        }
        return answer;
    }

    /** The same subscription, when its device has another connection. */
    Watch over(SipUserAgent other) {
        return new Watch(other, callId, dialog);
    }

    /** The same subscription, refreshed on the other connection of its device. */
    Watch refreshedOver(SipUserAgent other) throws IOException {
        SipMessage inDialog = dialog.request("SUBSCRIBE");
        SipMessage subscribe = other.newRequest("SUBSCRIBE", inDialog.requestUriText());
        while (subscribe.cseq().number() < inDialog.cseq().number()) {
            // its numbers begin anew, those of the dialog do not
            subscribe = other.newRequest("SUBSCRIBE", inDialog.requestUriText());
        }
        for (HeaderName name : List.of(HeaderName.ROUTE, HeaderName.FROM, HeaderName.TO, HeaderName.CALL_ID)) {
            subscribe.setAll(name, inDialog.values(name));
        }
        accepted(other, other.request(asked(subscribe)));
        return over(other);
    }

    /** Answers NOTIFYs until one says that. */
    void await(String said, Duration limit) throws IOException {
        long until = System.nanoTime() + limit.toNanos();
        String last = "nothing";
        for (long left = limit.toNanos(); left > 0; left = until - System.nanoTime()) {
            SipMessage notify = phone.take(
                    request -> request.method().equals("NOTIFY")
                            && request.callId().equals(callId),
                    Duration.ofNanos(left));
            if (notify == null) {
                break;
            }
            phone.respond(notify, 200, "OK");
            last = new String(notify.body(), StandardCharsets.UTF_8);
            if (last.contains(said)) {
                return;
            }
        }
        throw new AssertionError(
                phone.settings().username() + " was not told \"" + said + "\" within " + limit + ", but last: " + last);
    }
}
