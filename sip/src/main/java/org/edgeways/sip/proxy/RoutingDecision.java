package org.edgeways.sip.proxy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.sip.message.HeaderName;

/** What a router wants done with a request. */
public sealed interface RoutingDecision {

    /**
     * Answer it with that status.
     *
     * @param headers more headers of the response
     */
    record Reject(int status, String reason, List<Field> headers) implements RoutingDecision {

        /** Copies the headers. */
        public Reject {
            headers = List.copyOf(headers);
        }

        /** A response without more headers. */
        public static Reject of(int status, String reason) {
            return new Reject(status, reason, List.of());
        }

        /** The same with one more header. */
        public Reject with(HeaderName name, String value) {
            List<Field> more = new ArrayList<>(headers);
            more.add(new Field(name, value));
            return new Reject(status, reason, more);
        }
    }

    /** One header field of a response. */
    record Field(HeaderName name, String value) {}

    /**
     * Forward it. No targets: 480.
     *
     * @param targets in any order
     * @param recordRoutes Record-Route values to put on top one after the other, so that the last is topmost; empty to
     *     stay out of the dialog; two where the transport changes (RFC 5658)
     * @param finalTimeout after that time without a final response {@link ProxyRouter#onFinalTimeout} is asked; zero for
     *     never
     */
    record Forward(List<Target> targets, List<String> recordRoutes, Duration finalTimeout) implements RoutingDecision {

        /** Copies the lists. */
        public Forward {
            targets = List.copyOf(targets);
            recordRoutes = List.copyOf(recordRoutes);
        }

        /** To one target, staying out of the dialog. */
        public static Forward to(Target target) {
            return new Forward(List.of(target), List.of(), Duration.ZERO);
        }
    }

    /** The router has answered it or will, as its user agent server, with {@link ProxyCore#respond}. */
    record Handled() implements RoutingDecision {}
}
