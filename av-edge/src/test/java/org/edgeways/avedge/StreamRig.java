package org.edgeways.avedge;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.avedge.client.StreamWire;
import org.edgeways.avedge.udp.DatagramSockets;
import org.edgeways.base.LineRate;
import org.edgeways.net.Admission;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.net.BanCheck;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsProvider;
import org.edgeways.net.engine.Content;
import org.edgeways.net.port.Accepted;
import org.edgeways.net.port.ListenerSettings;
import org.edgeways.net.port.PortContext;
import org.edgeways.net.port.PortEvents;
import org.edgeways.net.port.Protocol;
import org.edgeways.net.port.ProtocolTable;
import org.edgeways.net.port.SharedListener;

/** A {@link Rig} that clients come to over connections too, to a port that TURN shares with another protocol. */
final class StreamRig implements AutoCloseable {

    /** How a client connects. */
    enum Way {
        CLEAR,
        TLS,
        TLS_WITH_ALPN
    }

    final Rig rig;
    private final EventLoops loops = new EventLoops(2);
    private final CertificateAuthority authority =
            CertificateAuthority.create("Acorn test authority", Instant.now(), new SecureRandom());
    private final SharedListener listener;

    StreamRig(DatagramSockets.Maker sockets, AvEdgeSettings settings) throws Exception {
        rig = new Rig(sockets, settings);
        ServerCertificates tls = ServerCertificates.of(new TlsContexts(TlsProvider.best())
                .server(authority.issue(CertificateRequest.of("localhost"), Instant.now())));
        ProtocolTable table = new ProtocolTable(
                new Protocol("other", List.of("http/1.1"), Set.of(Content.HTTP_1), tls, Accepted::ready),
                rig.edge.tls(tls),
                rig.edge.tcp());
        AdmissionLimits limits = new AdmissionLimits(100, 100, 100, Duration.ofSeconds(10));
        listener = SharedListener.open(
                new PortContext(
                        loops, new ProcessClock(), rig.counters, new LineRate(rig.counters.counter("suppressed"))),
                new ListenerSettings(
                        "outside",
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0),
                        new Admission("outside", limits, BanCheck.NONE, rig.counters)),
                table,
                PortEvents.NONE);
    }

    @Override
    public void close() {
        listener.close();
        rig.close();
        loops.close();
    }

    StreamWire connect(Way way) throws Exception {
        InetSocketAddress address = listener.localAddress();
        if (way == Way.CLEAR) {
            return new StreamWire(new Socket(address.getAddress(), address.getPort()));
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        store.setCertificateEntry("authority", authority.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(address.getAddress(), address.getPort());
        if (way == Way.TLS_WITH_ALPN) {
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"stun.turn"});
            socket.setSSLParameters(parameters);
        }
        socket.startHandshake();
        return new StreamWire(socket);
    }

    TurnClient client(StreamWire wire, String user) {
        rig.passwords.put(user, "secret of " + user);
        return new TurnClient(wire, user, "secret of " + user);
    }

    TurnClient client(Way way, String user) throws Exception {
        return client(connect(way), user);
    }
}
