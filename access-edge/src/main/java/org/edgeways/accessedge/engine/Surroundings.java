package org.edgeways.accessedge.engine;

import org.edgeways.sip.transaction.Flow;

/** What the engine asks its driver about connections. Called from several threads; must not block. */
public interface Surroundings {

    /** True if that next hop can be reached: it has a connection open, or we may open one. */
    boolean isReachable(NextHop nextHop);

    /** True if the queue of that connection is full because its receiver is slow. */
    boolean isCongested(Flow flow);
}
