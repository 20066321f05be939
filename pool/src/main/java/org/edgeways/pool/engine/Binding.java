package org.edgeways.pool.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One device of a person at one address: what a REGISTER made (RFC 3261 section 10.3, RFC 5626 section 6).
 *
 * @param id 16 random hexadecimal digits, unique over all bindings, kept as long as the binding is refreshed
 * @param person the address of record, such as {@code sip:alice@acorn.example}
 * @param contact the contact URI as the device wrote it
 * @param parameters the contact's header parameters as sent, without expires; such as
 *     {@code ;+sip.instance="<urn:uuid:…>";reg-id=1}
 * @param instance the value of +sip.instance without quotes, if the device sent one
 * @param regId the flow number of RFC 5626, 1 to 2^31-1; 0 if the device does not use outbound
 * @param priority the q value in thousandths, 0 to 1000
 * @param path the Path of RFC 3327: the routes from the pool to the device, outermost last; empty for devices inside
 * @param flow the flow it was made on, as {@link FlowName#toString()}
 * @param callId the Call-ID of the REGISTER that made or refreshed it last
 * @param sequence the CSeq number of that REGISTER
 * @param device the name of the device password that signed it in
 * @param userAgent the User-Agent it named, empty if none
 * @param registeredAt when it was made or refreshed last, nanoseconds since 1970
 * @param expiresAt when it ends, nanoseconds since 1970
 */
public record Binding(
        String id,
        String person,
        String contact,
        String parameters,
        @Nullable String instance,
        int regId,
        int priority,
        List<String> path,
        String flow,
        String callId,
        long sequence,
        String device,
        String userAgent,
        long registeredAt,
        long expiresAt) {

    /** Copies the path. */
    public Binding {
        path = List.copyOf(path);
    }

    /** The same under another id. */
    Binding withId(String other) {
        return new Binding(
                other,
                person,
                contact,
                parameters,
                instance,
                regId,
                priority,
                path,
                flow,
                callId,
                sequence,
                device,
                userAgent,
                registeredAt,
                expiresAt);
    }

    /** Whether the device is outside, behind an edge node. */
    public boolean remote() {
        return !path.isEmpty();
    }
}
