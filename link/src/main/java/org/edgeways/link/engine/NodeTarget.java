package org.edgeways.link.engine;

import java.util.List;

/**
 * What is to be open to one edge node.
 *
 * @param addresses at least one; the next is tried when one fails
 * @param connections how many are kept open, at least one
 * @param generation changes whenever connections that are open have to be made anew, such as for another name to verify
 */
public record NodeTarget(List<LinkAddress> addresses, int connections, long generation) {

    public NodeTarget {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty() || connections < 1) {
            throw new IllegalArgumentException("a node needs an address and at least one connection");
        }
    }
}
