package org.edgeways.pool;

import org.edgeways.pool.engine.PoolErrorCode;
import org.edgeways.pool.engine.PoolEvents;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what the engine tells to the log. */
final class PoolLog implements PoolEvents {

    private static final Logger LOG = LoggerFactory.getLogger("org.edgeways.pool");

    @Override
    public void refused(
            PoolErrorCode code, String method, String from, String to, String flow, int status, String rule) {
        switch (code) {
            // the usual first answer to everybody
            case CREDENTIALS_MISSING, CREDENTIALS_STALE, NOBODY_SIGNED_IN, EVENT_UNSUPPORTED ->
                LOG.debug("{} {} from {} to {} on {}: {} ({})", status, method, from, to, flow, code.code(), rule);
            default ->
                LOG.info("{} {} from {} to {} on {}: {} ({})", status, method, from, to, flow, code.code(), rule);
        }
    }

    @Override
    public void signedIn(String person, String flow, int bindings) {
        LOG.debug("{} on {} has {} bindings", person, flow, bindings);
    }

    @Override
    public void bindingsDropped(String person, String why) {
        LOG.info("bindings of {} dropped: {}", person, why);
    }

    @Override
    public void messageStored(String recipient, long id) {
        LOG.debug("message {} waits for {}", id, recipient);
    }

    @Override
    public void messageDelivered(String recipient, long id) {
        LOG.debug("message {} has reached {}", id, recipient);
    }

    @Override
    public void storeFailed(String what, String why) {
        LOG.error("{}: {}: {}", PoolErrorCode.STORE_FAILED.code(), what, why);
    }
}
