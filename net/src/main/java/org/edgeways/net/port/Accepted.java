package org.edgeways.net.port;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import org.edgeways.base.ErrorCode;
import org.edgeways.net.Handshakes;
import org.edgeways.net.PeerIdentity;
import org.jspecify.annotations.Nullable;

/** A connection that a protocol takes over. On its event loop only. */
public final class Accepted {

    private final Opening opening;
    private final Channel channel;
    private final @Nullable String applicationProtocol;
    private final @Nullable String serverName;

    Accepted(Opening opening, Channel channel, @Nullable String applicationProtocol, @Nullable String serverName) {
        this.opening = opening;
        this.channel = channel;
        this.applicationProtocol = applicationProtocol;
        this.serverName = serverName;
    }

    /** The connection; its pipeline ends where the protocol begins. */
    public Channel channel() {
        return channel;
    }

    /** The listener's name. */
    public String listener() {
        return opening.listener();
    }

    /** The name agreed on (ALPN); null if none. */
    public @Nullable String applicationProtocol() {
        return applicationProtocol;
    }

    /** The host name that the client asked for (SNI), lower case; null if none. */
    public @Nullable String serverName() {
        return serverName;
    }

    /** The connection's TLS; null in the clear. */
    public @Nullable SslHandler tls() {
        return channel.pipeline().get(SslHandler.class);
    }

    /** The client's verified certificate; null if it was not asked for one. */
    public @Nullable X509Certificate certificate() {
        SslHandler tls = tls();
        return tls == null ? null : Handshakes.certificateOf(tls);
    }

    /** Who the client is by its certificate; null if it was not asked for one. */
    public @Nullable PeerIdentity peer() {
        X509Certificate certificate = certificate();
        return certificate == null ? null : PeerIdentity.of(certificate);
    }

    /**
     * The connection is what it was to be: it gives back its place among the handshakes, and the time for opening no
     * longer ends it. To be called once; before that a connection that takes too long is closed.
     */
    public void ready() {
        opening.ready();
    }

    /** What ends the connection when the time for opening is over, instead of {@code net-first-bytes-timeout}. */
    public void whenLate(Runnable end) {
        opening.whenLate(end);
    }

    /**
     * Counts, logs and tells that the connection was refused while it was opening. Does not close it: there may be an
     * answer to be written. After {@link #ready} or a refusal before this one it does nothing.
     */
    public void refused(ErrorCode code, String detail) {
        opening.refused(code, detail);
    }
}
