package org.edgeways.accessedge.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the edge keeps beside a request while it is on its way. */
sealed interface Passage {

    /** The client outside. */
    ClientFlow client();

    /** The person to whom sealed addresses are given. */
    String person();

    /**
     * From a client to the inside.
     *
     * @param leg which it takes, to its end: another policy is for requests that come later
     * @param routeInside the Record-Route entry that we put on
     * @param credentials how many Authorization and Proxy-Authorization lines the request carried
     * @param signIn what the answer to a REGISTER means, once it is there
     * @param unavailable the next hop could not be reached or said that it cannot serve; with the Retry-After that it
     *     gave, empty if it gave none, null if nothing of the kind has happened
     */
    record Inward(
            InwardLeg leg,
            ClientFlow client,
            String person,
            String device,
            String routeInside,
            int credentials,
            @Nullable SignInReading signIn,
            @Nullable String unavailable)
            implements Passage {

        Inward with(SignInReading reading) {
            return new Inward(leg, client, person, device, routeInside, credentials, reading, unavailable);
        }

        Inward unavailable(String retryAfter) {
            return new Inward(leg, client, person, device, routeInside, credentials, signIn, retryAfter);
        }
    }

    /**
     * From the inside to a client.
     *
     * @param leg which it takes, to its end
     * @param routeInside the Record-Route entry that the inside gets back as ours
     * @param routeOutside the one Record-Route entry that the client gets; null if the route set does not fit
     * @param recordRoutes the Record-Route entries that the inside sent
     */
    record Outward(
            OutwardLeg leg,
            ClientFlow client,
            String person,
            String routeInside,
            @Nullable String routeOutside,
            List<String> recordRoutes)
            implements Passage {}
}
