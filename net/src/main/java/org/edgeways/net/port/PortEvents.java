package org.edgeways.net.port;

import java.net.InetAddress;
import org.edgeways.base.ErrorCode;

/** Who is told of connections that did not become what they were to be. Called on event loops; must not block. */
@FunctionalInterface
public interface PortEvents {

    /** Nobody is told. */
    PortEvents NONE = (listener, remote, code, now) -> {};

    /**
     * A connection was refused before a protocol had it for good.
     *
     * @param listener its name
     * @param now nanoseconds since 1970
     */
    void refused(String listener, InetAddress remote, ErrorCode code, long now);
}
