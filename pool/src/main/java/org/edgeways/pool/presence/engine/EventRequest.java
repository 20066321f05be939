package org.edgeways.pool.presence.engine;

import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.proxy.ProxyRequest;
import org.jspecify.annotations.Nullable;

/**
 * A SUBSCRIBE or PUBLISH whose sender is certain.
 *
 * @param request the request
 * @param sender the address of record of who sent it, authenticated
 * @param resource the address of record that the Request-URI names
 * @param party names the sender's device for {@link PresenceHost#way}
 * @param device the name of the sender's device, as {@link LiveDevice#id}; null if it is not signed in and the request
 *     itself carried credentials
 * @param credential the device password of those credentials; null if the device is signed in
 */
public record EventRequest(
        ProxyRequest request,
        String sender,
        String resource,
        String party,
        @Nullable String device,
        @Nullable String credential) {

    SipMessage message() {
        return request.received();
    }
}
