package org.edgeways.pool.engine;

import org.jspecify.annotations.Nullable;

/**
 * Who has sent a request, for certain.
 *
 * @param account the person
 * @param flow the connection it came on
 * @param binding the person's registration on that connection; null if the request itself carried credentials
 * @param credential the device password of those credentials; null if there is a registration
 */
record Sender(
        People.Account account,
        FlowName flow,
        @Nullable Binding binding,
        @Nullable String credential) {

    String address() {
        return account.address();
    }
}
