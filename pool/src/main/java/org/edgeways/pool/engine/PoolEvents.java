package org.edgeways.pool.engine;

import org.edgeways.base.ErrorCode;

/** What the engine tells its driver, which logs it. Called on the event loop; must not block. */
public interface PoolEvents {

    /**
     * A request was refused.
     *
     * @param method its method
     * @param from its From address
     * @param to its To address
     * @param flow the connection it came on
     * @param status the response's status
     * @param rule the rule that decided, for the administrator
     */
    void refused(ErrorCode code, String method, String from, String to, String flow, int status, String rule);

    /** A person has signed in with one more device or refreshed it. */
    void signedIn(String person, String flow, int bindings);

    /** Bindings of a person are gone for another reason than their own REGISTER: the flow is dead, a right was taken. */
    void bindingsDropped(String person, String why);

    /** A message waits for its recipient, durably. */
    void messageStored(String recipient, long id);

    /** A message that had waited has reached a device. */
    void messageDelivered(String recipient, long id);

    /** The store failed to do something; {@code what} names it. */
    void storeFailed(String what, String why);
}
