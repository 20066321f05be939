package org.edgeways.net.port;

import java.net.InetSocketAddress;
import org.edgeways.net.Admission;
import org.edgeways.net.engine.ClientHelloReader;

/**
 * One listener.
 *
 * @param name for log and counters, such as {@code outside}
 * @param address where it listens; port 0 takes a free one
 * @param admission who may come in, and how long a connection may take until its protocol has it; several listeners may
 *     share one
 * @param helloBytes the longest ClientHello; default 16 KiB
 */
public record ListenerSettings(String name, InetSocketAddress address, Admission admission, int helloBytes) {

    /** With the default limit. */
    public ListenerSettings(String name, InetSocketAddress address, Admission admission) {
        this(name, address, admission, ClientHelloReader.DEFAULT_LIMIT_BYTES);
    }
}
