package org.edgeways.accounts;

/** Somebody who has to know about changes of people. */
@FunctionalInterface
public interface AccountListener {

    /**
     * Called once per change, in their order, after the change is durable and visible in {@link Accounts}, and before
     * the caller who made it learns so. Runs on a thread that must not wait: hand over to your own.
     */
    void changed(AccountChange change);
}
