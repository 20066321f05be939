package org.edgeways.interop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipUserAgent;

/** A subscription to somebody's presence (RFC 3856) of a user agent of ours, which answers the NOTIFYs. */
final class Watch {
    private static final Duration LIFETIME = Duration.ofHours(1);

    private final SipUserAgent phone;
    private final String callId;

    private Watch(SipUserAgent phone, String callId) {
        this.phone = phone;
        this.callId = callId;
    }

    /** Subscribes. */
    static Watch begin(SipUserAgent phone, String person) throws IOException {
        SipMessage subscribe = phone.newRequest("SUBSCRIBE", person);
        subscribe.set(HeaderName.EVENT, "presence");
        subscribe.set(HeaderName.EXPIRES, Long.toString(LIFETIME.toSeconds()));
        SipMessage answer = phone.request(subscribe);
        if (answer.status() != 200) {
            throw new AssertionError(phone.settings().username() + " may not watch " + person + ": " + answer.status());
        }
        return new Watch(phone, answer.callId());
    }

    /** The same subscription, when its device has another connection. */
    Watch over(SipUserAgent other) {
        return new Watch(other, callId);
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
