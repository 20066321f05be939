package org.edgeways.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of TLS for one listener. {@link #reload} changes certificate and key for new connections at once;
 * open ones go on with what they began with. Safe to use from any thread.
 */
public final class ServerTls {

    private final TlsProvider provider;
    private volatile List<X509Certificate> trusted;
    private volatile Set<BigInteger> refused = Set.of();
    private volatile ContextsByProtocol contexts;
    private volatile TlsIdentity identity;

    /** Connections whose client has shown a certificate, with its serial number. */
    private final Map<Channel, BigInteger> open = new ConcurrentHashMap<>();

    ServerTls(TlsProvider provider, TlsIdentity identity, List<X509Certificate> trusted) throws SSLException {
        this.provider = provider;
        this.trusted = List.copyOf(trusted);
        this.identity = identity;
        this.contexts = contexts(identity, this.trusted, refused);
    }

    private ContextsByProtocol contexts(TlsIdentity shown, List<X509Certificate> authorities, Set<BigInteger> serials)
            throws SSLException {
        List<X509Certificate> of = List.copyOf(authorities);
        Set<BigInteger> without = Set.copyOf(serials);
        return new ContextsByProtocol(name -> TlsContexts.serverContext(provider, shown, of, without, name));
    }

    /**
     * Uses another certificate and key from the next connection on. On failure everything stays as it was.
     *
     * @throws SSLException if the provider does not take them
     */
    public synchronized void reload(TlsIdentity next) throws SSLException {
        reload(next, trusted);
    }

    /**
     * As {@link #reload(TlsIdentity)}, with other authorities of clients.
     *
     * @param authorities at least one if clients must show a certificate, else none: that does not change
     * @throws SSLException if the provider does not take them
     */
    public synchronized void reload(TlsIdentity next, List<X509Certificate> authorities) throws SSLException {
        if (authorities.isEmpty() == isMutual()) {
            throw new IllegalArgumentException("whether clients show a certificate does not change");
        }
        contexts = contexts(next, authorities, refused);
        trusted = List.copyOf(authorities);
        identity = next;
    }

    /**
     * Trusts these authorities from the next connection on, but for certificates with one of these serial numbers: whoever has
     * shown one of those is cut off at once. On failure everything stays as it was.
     *
     * @param authorities at least one, of a server whose clients must show a certificate
     * @return how many open connections were closed
     * @throws SSLException if the provider does not take them
     */
    public synchronized int trust(List<X509Certificate> authorities, Set<BigInteger> serials) throws SSLException {
        if (authorities.isEmpty() || !isMutual()) {
            throw new IllegalArgumentException("whether clients show a certificate does not change");
        }
        contexts = contexts(identity, authorities, serials);
        trusted = List.copyOf(authorities);
        refused = Set.copyOf(serials);
        int closed = 0;
        for (Map.Entry<Channel, BigInteger> each : open.entrySet()) {
            if (refused.contains(each.getValue())) {
                var _ = each.getKey().close();
                closed++;
            }
        }
        return closed;
    }

    /**
     * Notes what the client of a connection has shown, until it is closed. To be called after each handshake.
     *
     * @return false if that certificate has been refused since the handshake began
     */
    public boolean takes(Channel channel, X509Certificate shown) {
        open.put(channel, shown.getSerialNumber());
        channel.closeFuture().addListener(_ -> open.remove(channel));
        return !refused.contains(shown.getSerialNumber());
    }

    /** The authorities that clients' certificates must come from; none if clients show none. */
    public List<X509Certificate> trusted() {
        return trusted;
    }

    /** What new connections are shown. */
    public TlsIdentity identity() {
        return identity;
    }

    /** True if clients must show a certificate of the trusted authority. */
    public boolean isMutual() {
        return !trusted.isEmpty();
    }

    /** A handler for one new connection, without ALPN. */
    public SslHandler newHandler(ByteBufAllocator allocator, Duration handshakeTimeout) {
        return newHandler(allocator, handshakeTimeout, null);
    }

    /**
     * A handler for one new connection.
     *
     * @param applicationProtocol the one name that is agreed on (ALPN) if the client offers it; null for none
     */
    public SslHandler newHandler(
            ByteBufAllocator allocator, Duration handshakeTimeout, @Nullable String applicationProtocol) {
        SslHandler handler = contexts.get(applicationProtocol).newHandler(allocator);
        handler.setHandshakeTimeoutMillis(handshakeTimeout.toMillis());
        return handler;
    }
}
