package org.edgeways.siptransport;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.net.ClientTls;

/**
 * Links to one edge node that a dialer keeps open.
 *
 * @param name for log and counters, such as {@code link-edge1}
 * @param host name or address literal to connect to
 * @param port to connect to, 1 to 65535
 * @param verifyName the DNS name that the node's certificate must carry
 * @param tls mutual TLS
 * @param connections how many are kept open; default 4
 * @param connectTimeout of TCP, and again of the TLS handshake; default 10 s
 * @param firstBackOff upper bound of the pause after the first failure, doubled with each further one; default 500 ms
 * @param longestBackOff upper bound of every pause; default 30 s. Each pause is 50 to 100 % of its bound
 * @param keepAlive interval of pings (RFC 5626 section 3.5.1), each 80 to 100 % of it; default 30 s
 * @param pongTimeout how long a ping may stay unanswered; default 10 s
 * @param connection limits of each connection
 * @param others where the node may still be, not resolved; tried in turn when it is not reached at {@code host}; default none
 */
public record SipDialerSettings(
        String name,
        String host,
        int port,
        String verifyName,
        ClientTls tls,
        int connections,
        Duration connectTimeout,
        Duration firstBackOff,
        Duration longestBackOff,
        Duration keepAlive,
        Duration pongTimeout,
        SipConnectionSettings connection,
        List<InetSocketAddress> others) {

    public SipDialerSettings {
        others = List.copyOf(others);
        if (port < 1 || port > 65_535 || connections < 1) {
            throw new IllegalArgumentException("a dialer needs a port and at least one connection");
        }
        if (!connectTimeout.isPositive()
                || !firstBackOff.isPositive()
                || longestBackOff.compareTo(firstBackOff) < 0
                || !keepAlive.isPositive()
                || !pongTimeout.isPositive()) {
            throw new IllegalArgumentException("times must be positive");
        }
    }

    /** The defaults named above. */
    public static SipDialerSettings of(String name, String host, int port, String verifyName, ClientTls tls) {
        return new SipDialerSettings(
                name,
                host,
                port,
                verifyName,
                tls,
                4,
                Duration.ofSeconds(10),
                Duration.ofMillis(500),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                SipConnectionSettings.BETWEEN_PARTS,
                List.of());
    }

    /** The same with another number of connections. */
    public SipDialerSettings withConnections(int count) {
        return new SipDialerSettings(
                name,
                host,
                port,
                verifyName,
                tls,
                count,
                connectTimeout,
                firstBackOff,
                longestBackOff,
                keepAlive,
                pongTimeout,
                connection,
                others);
    }

    /** The same with other places where the node may still be. */
    public SipDialerSettings withOthers(List<InetSocketAddress> places) {
        return new SipDialerSettings(
                name,
                host,
                port,
                verifyName,
                tls,
                connections,
                connectTimeout,
                firstBackOff,
                longestBackOff,
                keepAlive,
                pongTimeout,
                connection,
                places);
    }

    /** Where it is dialled, not resolved: first, then in turn. */
    List<InetSocketAddress> places() {
        List<InetSocketAddress> places = new ArrayList<>(List.of(InetSocketAddress.createUnresolved(host, port)));
        places.addAll(others);
        return places;
    }

    /** The same with other pauses. */
    public SipDialerSettings withBackOff(Duration first, Duration longest) {
        return new SipDialerSettings(
                name,
                host,
                port,
                verifyName,
                tls,
                connections,
                connectTimeout,
                first,
                longest,
                keepAlive,
                pongTimeout,
                connection,
                others);
    }

    /** The same with another keep-alive. */
    public SipDialerSettings withKeepAlive(Duration interval, Duration timeout) {
        return new SipDialerSettings(
                name,
                host,
                port,
                verifyName,
                tls,
                connections,
                connectTimeout,
                firstBackOff,
                longestBackOff,
                interval,
                timeout,
                connection,
                others);
    }
}
