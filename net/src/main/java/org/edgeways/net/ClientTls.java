package org.edgeways.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of TLS. The server must show a certificate of a trusted authority that names the host we meant to
 * reach. Safe to use from any thread.
 */
public final class ClientTls {

    private final TlsProvider provider;
    private volatile List<X509Certificate> trusted;
    private volatile Set<BigInteger> refused = Set.of();
    private volatile ContextsByProtocol contexts;
    private volatile @Nullable TlsIdentity identity;

    ClientTls(TlsProvider provider, @Nullable TlsIdentity identity, List<X509Certificate> trusted) throws SSLException {
        this.provider = provider;
        this.trusted = List.copyOf(trusted);
        this.identity = identity;
        this.contexts = contexts(identity, this.trusted, refused);
    }

    private ContextsByProtocol contexts(
            @Nullable TlsIdentity shown, List<X509Certificate> authorities, Set<BigInteger> serials)
            throws SSLException {
        List<X509Certificate> of = List.copyOf(authorities);
        Set<BigInteger> without = Set.copyOf(serials);
        return new ContextsByProtocol(name -> TlsContexts.clientContext(provider, shown, of, without, name));
    }

    /**
     * Shows another certificate from the next connection on. On failure everything stays as it was.
     *
     * @throws SSLException if the provider does not take it
     */
    public synchronized void reload(TlsIdentity next) throws SSLException {
        reload(next, trusted);
    }

    /**
     * As {@link #reload(TlsIdentity)}, with other authorities of servers, at least one.
     *
     * @throws SSLException if the provider does not take them
     */
    public synchronized void reload(TlsIdentity next, List<X509Certificate> authorities) throws SSLException {
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException("a client must trust somebody");
        }
        contexts = contexts(next, authorities, refused);
        trusted = List.copyOf(authorities);
        identity = next;
    }

    /**
     * Takes no certificate with one of these serial numbers from the next connection on; those of before are forgotten.
     *
     * @throws SSLException if the provider does not take what is in use anew
     */
    public synchronized void refuse(Set<BigInteger> serials) throws SSLException {
        contexts = contexts(identity, trusted, serials);
        refused = Set.copyOf(serials);
    }

    /** Whether a certificate with that serial number is not taken. */
    public boolean refuses(BigInteger serial) {
        return refused.contains(serial);
    }

    /** The authorities that servers' certificates must come from. */
    public List<X509Certificate> trusted() {
        return trusted;
    }

    /** What new connections show; empty if they show nothing. */
    public Optional<TlsIdentity> identity() {
        return Optional.ofNullable(identity);
    }

    /**
     * A handler for one new connection, without ALPN.
     *
     * @param name the DNS name or address literal that the server's certificate must carry
     * @param port of the server, 1 to 65535
     */
    public SslHandler newHandler(ByteBufAllocator allocator, String name, int port, Duration handshakeTimeout) {
        return newHandler(allocator, name, port, handshakeTimeout, null);
    }

    /**
     * As {@link #newHandler(ByteBufAllocator, String, int, Duration)}, with a name in ALPN.
     *
     * @param applicationProtocol the one name that is offered; whoever must know asks the handler what was agreed on
     */
    public SslHandler newHandler(
            ByteBufAllocator allocator,
            String name,
            int port,
            Duration handshakeTimeout,
            @Nullable String applicationProtocol) {
        SslHandler handler = contexts.get(applicationProtocol).newHandler(allocator, name, port);
        handler.setHandshakeTimeoutMillis(handshakeTimeout.toMillis());
        return handler;
    }
}
