package org.edgeways.siptransport;

import io.netty.channel.Channel;
import java.util.List;
import java.util.Set;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.engine.Content;
import org.edgeways.net.http.HttpRoute;
import org.edgeways.net.port.Accepted;
import org.edgeways.net.port.Protocol;

/**
 * SIP as it is registered with listeners of the net room: over TLS, also by the name {@code sip/2} in ALPN, over WebSocket
 * as a route of HTTP, and in the clear.
 */
public final class SipProtocols {

    /** SIP in ALPN. */
    public static final String APPLICATION_PROTOCOL = "sip/2";

    private final TransportContext context;
    private final SipConnectionEvents events;

    /** Protocols whose connections tell {@code events}. */
    public SipProtocols(TransportContext context, SipConnectionEvents events) {
        this.context = context;
        this.events = events;
    }

    /**
     * SIP over TLS.
     *
     * @param endpoint the name of its connections, such as {@code outside-tls}
     */
    public Protocol tls(String endpoint, ServerCertificates tls, SipConnectionSettings connection) {
        return tls(endpoint, tls, setup(endpoint, SipTransport.TLS, false, connection));
    }

    /** SIP over mutual TLS on connections between edge and inside, which are entered into the {@link LinkTable}. */
    public Protocol links(String endpoint, ServerCertificates tls, SipConnectionSettings connection) {
        if (!tls.isMutual()) {
            throw new IllegalArgumentException("links need mutual TLS");
        }
        return tls(endpoint, tls, setup(endpoint, SipTransport.TLS, true, connection));
    }

    private static Protocol tls(String endpoint, ServerCertificates tls, ConnectionSetup setup) {
        return new Protocol(
                endpoint, List.of(APPLICATION_PROTOCOL), Set.of(Content.SIP), tls, accepted -> stream(accepted, setup));
    }

    /** SIP over plain TCP: inside and in tests only. */
    public Protocol tcp(String endpoint, SipConnectionSettings connection) {
        ConnectionSetup setup = setup(endpoint, SipTransport.TCP, false, connection);
        return Protocol.clear(endpoint, accepted -> stream(accepted, setup));
    }

    private static void stream(Accepted accepted, ConnectionSetup setup) {
        Channel channel = accepted.channel();
        accepted.ready();
        channel.pipeline().addLast(new StreamHandler(setup, channel, accepted.peer()));
    }

    /**
     * SIP over secure WebSocket (RFC 7118).
     *
     * @param path of the upgrade request, such as {@code /sip}
     * @param origins the web pages that may connect
     */
    public HttpRoute webSocket(String endpoint, String path, WebOrigins origins, SipConnectionSettings connection) {
        ConnectionSetup setup = setup(endpoint, SipTransport.WSS, false, connection);
        return new HttpRoute.TakenOver(path, new WebSocketUpgrade(setup, path, origins));
    }

    private ConnectionSetup setup(
            String endpoint, SipTransport transport, boolean link, SipConnectionSettings connection) {
        return ConnectionSetup.of(context, endpoint, transport, link, connection, events);
    }
}
