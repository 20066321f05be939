package org.edgeways.pool.engine;

import org.jspecify.annotations.Nullable;

/**
 * Who has sent a request, for certain.
 *
 * @param account the person
 * @param flow the connection it came on
 * @param binding the person's registration on that connection; null if the request itself carried credentials
 */
record Sender(
        People.Account account, FlowName flow, @Nullable Binding binding) {

    String address() {
        return account.address();
    }
}
