package org.edgeways.pool.presence.engine;

import java.util.List;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.proxy.LocalRequestListener;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.transaction.Destination;
import org.jspecify.annotations.Nullable;

/** What the engine of presence needs of the pool's engine. */
public interface PresenceHost {

    /** Answers a request. */
    void respond(ProxyRequest request, SipMessage response, long now);

    /** Answers a request with a refusal, and counts and logs it. */
    void refuse(ProxyRequest request, PresenceRefusal refusal, long now);

    /** Sends a request of ours; Via is put on. */
    void send(SipMessage request, Destination to, LocalRequestListener listener, long now);

    /**
     * The next hop to a watcher's device at this time.
     *
     * @param party the device, as {@link EventRequest#party} named it
     * @param watcher whose device it is
     * @param device its name, as {@link LiveDevice#id}, if it was signed in when it subscribed; or null
     * @param routes the route set of the dialog
     * @return null if the device cannot be reached now, and may come back
     */
    @Nullable
    Destination way(String party, String watcher, @Nullable String device, List<String> routes, long now);

    /**
     * Whether a person may be told of what they watch at this time: outside only with the right to be there, and on the
     * strength of credentials alone only while their device password holds.
     *
     * @param party the device, as {@link EventRequest#party} named it
     * @param device its name, as {@link LiveDevice#id}, if it was signed in when it subscribed; or null
     * @param credential the device password of the credentials, if it was not; null if that is not known
     */
    boolean mayWatch(String watcher, String party, @Nullable String device, @Nullable String credential);

    /**
     * The edge node that the route set begins with has answered 430: it has no connection of that device.
     *
     * @param sentAt when the request was sent; what has signed in since is not meant
     */
    void flowFailed(String watcher, String device, List<String> routes, long sentAt, long now);

    /** The Contact value of ours in the dialog of that name. */
    String contact(String dialog);

    /** The devices on which the person is signed in, in the order of their signing in. */
    List<LiveDevice> devices(String person, long now);

    /** Whether the address is one of a person of ours who may sign in. */
    boolean isPerson(String address);

    /** How the person of that address is called; empty if that is not known. */
    String displayName(String address);

    /** How many messages wait for a person. */
    long messagesWaiting(String person);

    /** The store could not do something. */
    void storeFailed(String what, String why);
}
