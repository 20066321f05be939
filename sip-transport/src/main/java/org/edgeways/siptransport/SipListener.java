package org.edgeways.siptransport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Function;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.http.HttpFront;
import org.edgeways.net.port.ListenerSettings;
import org.edgeways.net.port.Protocol;
import org.edgeways.net.port.ProtocolTable;
import org.edgeways.net.port.SharedListener;

/** Listens on one address for SIP and makes SIP connections of those who come in. */
public final class SipListener implements AutoCloseable {

    private final SipListenerSettings settings;
    private final ProtocolTable table;
    private final Function<SipConnectionSettings, Protocol> protocol;
    private final SharedListener listener;

    private SipListener(
            SipListenerSettings settings,
            ProtocolTable table,
            Function<SipConnectionSettings, Protocol> protocol,
            SharedListener listener) {
        this.settings = settings;
        this.table = table;
        this.protocol = protocol;
        this.listener = listener;
    }

    /**
     * Opens a listener; when this returns, it listens. Blocks: not for an event loop.
     *
     * @throws IOException if the address cannot be had
     */
    public static SipListener open(TransportContext context, SipListenerSettings settings, SipConnectionEvents events)
            throws IOException {
        SipProtocols protocols = new SipProtocols(context, events);
        Function<SipConnectionSettings, Protocol> protocol = connection -> switch (settings.wire()) {
            case SipListenerSettings.Wire.Tls(ServerCertificates tls) ->
                settings.link()
                        ? protocols.links(settings.name(), tls, connection)
                        : protocols.tls(settings.name(), tls, connection);
            case SipListenerSettings.Wire.WebSocket wire ->
                new HttpFront(
                                List.of(protocols.webSocket(settings.name(), wire.path(), wire.origins(), connection)),
                                context.counters())
                        .protocolWithoutStreams(settings.name(), wire.tls());
            case SipListenerSettings.Wire.Tcp tcp -> protocols.tcp(settings.name(), connection);
        };
        ProtocolTable table = new ProtocolTable(protocol.apply(settings.connection()));
        SharedListener listener = SharedListener.open(
                context.port(),
                new ListenerSettings(settings.name(), settings.address(), settings.admission()),
                table,
                events::handshakeFailed);
        return new SipListener(settings, table, protocol, listener);
    }

    /**
     * Answers HTTP/1.1 there too, for connections that are accepted from now on. One request for each connection, so that
     * admission limits them.
     *
     * @throws IllegalStateException if it is no listener for SIP over TLS alone
     */
    public void serve(HttpFront front) {
        if (!(settings.wire() instanceof SipListenerSettings.Wire.Tls(ServerCertificates tls)) || settings.link()) {
            throw new IllegalStateException(settings.name() + " takes no HTTP");
        }
        table.add(front.protocolWithoutStreams(settings.name() + "-https", tls));
    }

    /** Limits of connections that are accepted from now on. */
    public void use(SipConnectionSettings connection) {
        table.replace(protocol.apply(connection));
    }

    /** Where it listens, with the port that was found. */
    public InetSocketAddress localAddress() {
        return listener.localAddress();
    }

    /** What it was opened with. */
    public SipListenerSettings settings() {
        return settings;
    }

    /** Takes no new connections; the open ones stay. */
    public void stopAccepting() {
        listener.stopAccepting();
    }

    /** Takes no new connections and closes the open ones. */
    @Override
    public void close() {
        listener.close();
    }
}
