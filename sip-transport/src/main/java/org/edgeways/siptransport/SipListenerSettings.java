package org.edgeways.siptransport;

import java.net.InetSocketAddress;
import org.edgeways.net.Admission;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.ServerTls;

/**
 * One listener.
 *
 * @param name for log and counters, such as {@code outside-tls}
 * @param address where it listens; port 0 takes a free one
 * @param wire what it speaks
 * @param admission who may come in; several listeners may share one
 * @param link true if its connections are links: mutual TLS only, entered into the {@link LinkTable}
 * @param connection limits of each connection
 */
public record SipListenerSettings(
        String name,
        InetSocketAddress address,
        Wire wire,
        Admission admission,
        boolean link,
        SipConnectionSettings connection) {

    /** What a listener speaks. */
    public sealed interface Wire {
        /** SIP over TLS. */
        record Tls(ServerCertificates tls) implements Wire {}

        /**
         * SIP over secure WebSocket (RFC 7118).
         *
         * @param path of the upgrade request, such as {@code /sip}
         * @param origins the web pages that may connect
         */
        record WebSocket(ServerCertificates tls, String path, WebOrigins origins) implements Wire {}

        /** SIP over plain TCP: inside and in tests only. */
        record Tcp() implements Wire {}
    }

    public SipListenerSettings {
        if (link && !(wire instanceof Wire.Tls(ServerCertificates tls) && tls.isMutual())) {
            throw new IllegalArgumentException("links need mutual TLS");
        }
    }

    /** TLS with default limits. */
    public static SipListenerSettings tls(String name, InetSocketAddress address, ServerTls tls, Admission admission) {
        return new SipListenerSettings(
                name,
                address,
                new Wire.Tls(ServerCertificates.of(tls)),
                admission,
                false,
                SipConnectionSettings.DEFAULT);
    }

    /** Secure WebSocket with default limits on path {@code /sip}, for no web page. */
    public static SipListenerSettings webSocket(
            String name, InetSocketAddress address, ServerTls tls, Admission admission) {
        return new SipListenerSettings(
                name,
                address,
                new Wire.WebSocket(ServerCertificates.of(tls), "/sip", WebOrigins.noPages()),
                admission,
                false,
                SipConnectionSettings.DEFAULT);
    }

    /** Plain TCP with default limits. */
    public static SipListenerSettings tcp(String name, InetSocketAddress address, Admission admission) {
        return new SipListenerSettings(name, address, new Wire.Tcp(), admission, false, SipConnectionSettings.DEFAULT);
    }

    /** The same for links. */
    public SipListenerSettings asLink() {
        return new SipListenerSettings(name, address, wire, admission, true, connection);
    }

    /** The same with other limits of each connection. */
    public SipListenerSettings with(SipConnectionSettings settings) {
        return new SipListenerSettings(name, address, wire, admission, link, settings);
    }
}
