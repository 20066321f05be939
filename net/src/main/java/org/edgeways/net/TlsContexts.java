package org.edgeways.net;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Makes the TLS of listeners and dialers: versions 1.2 and 1.3, suites with forward secrecy and AEAD only. */
public final class TlsContexts {

    private static final List<String> SUITES = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private final TlsProvider provider;

    /** Contexts of that provider. */
    public TlsContexts(TlsProvider provider) {
        this.provider = provider;
    }

    /**
     * A server that asks nobody for a certificate.
     *
     * @throws SSLException if the provider does not take the identity
     */
    public ServerTls server(TlsIdentity identity) throws SSLException {
        return new ServerTls(provider, identity, List.of());
    }

    /**
     * A server whose clients must show a certificate that {@code authority} issued.
     *
     * @throws SSLException if the provider does not take the identity
     */
    public ServerTls mutualServer(TlsIdentity identity, X509Certificate authority) throws SSLException {
        return mutualServer(identity, List.of(authority));
    }

    /**
     * A server whose clients must show a certificate that one of {@code authorities} issued.
     *
     * @throws SSLException if the provider does not take the identity
     */
    public ServerTls mutualServer(TlsIdentity identity, List<X509Certificate> authorities) throws SSLException {
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException("a mutual server must trust somebody");
        }
        return new ServerTls(provider, identity, authorities);
    }

    /**
     * A client that shows no certificate.
     *
     * @param trusted the authorities that servers' certificates may come from, at least one
     * @throws SSLException if the provider does not take them
     */
    public ClientTls client(List<X509Certificate> trusted) throws SSLException {
        if (trusted.isEmpty()) {
            throw new IllegalArgumentException("a client must trust somebody");
        }
        return new ClientTls(provider, null, trusted);
    }

    /**
     * A client that shows a certificate and trusts servers of {@code authority} only.
     *
     * @throws SSLException if the provider does not take them
     */
    public ClientTls mutualClient(TlsIdentity identity, X509Certificate authority) throws SSLException {
        return mutualClient(identity, List.of(authority));
    }

    /**
     * A client that shows a certificate and trusts servers of {@code authorities} only.
     *
     * @throws SSLException if the provider does not take them
     */
    public ClientTls mutualClient(TlsIdentity identity, List<X509Certificate> authorities) throws SSLException {
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException("a client must trust somebody");
        }
        return new ClientTls(provider, identity, authorities);
    }

    static SslContext serverContext(
            TlsProvider provider,
            TlsIdentity identity,
            List<X509Certificate> trusted,
            Set<BigInteger> refused,
            @Nullable String applicationProtocol)
            throws SSLException {
        SslContextBuilder builder =
                SslContextBuilder.forServer(identity.key(), identity.chain().toArray(X509Certificate[]::new));
        if (!trusted.isEmpty()) {
            builder.clientAuth(ClientAuth.REQUIRE).trustManager(RefusingTrust.of(trusted, refused));
        }
        return common(builder, provider, applicationProtocol);
    }

    static SslContext clientContext(
            TlsProvider provider,
            @Nullable TlsIdentity identity,
            List<X509Certificate> trusted,
            Set<BigInteger> refused,
            @Nullable String applicationProtocol)
            throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient().trustManager(RefusingTrust.of(trusted, refused));
        if (identity != null) {
            builder.keyManager(identity.key(), identity.chain().toArray(X509Certificate[]::new));
        }
        return common(builder.endpointIdentificationAlgorithm("HTTPS"), provider, applicationProtocol);
    }

    private static SslContext common(
            SslContextBuilder builder, TlsProvider provider, @Nullable String applicationProtocol) throws SSLException {
        if (applicationProtocol != null) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    applicationProtocol));
        }
        return builder.sslProvider(provider.netty())
                .protocols("TLSv1.2", "TLSv1.3")
                .ciphers(SUITES, SupportedCipherSuiteFilter.INSTANCE)
                .build();
    }
}
