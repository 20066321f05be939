package org.edgeways.siptransport;

import org.edgeways.sip.transaction.Transmitter;

/** Makes the role of one shard. */
@FunctionalInterface
public interface SipRoleFactory {

    /**
     * Called once for each shard, before anything is received.
     *
     * @param shard knows its number, and takes work from other threads
     * @param transmitter what the engine sends through
     */
    SipRole create(SipShard shard, Transmitter transmitter);
}
