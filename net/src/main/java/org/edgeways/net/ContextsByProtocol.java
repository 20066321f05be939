package org.edgeways.net;

import io.netty.handler.ssl.SslContext;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The TLS contexts of one identity: one without ALPN, made at once so that a bad identity is seen, and one for each name
 * that was asked for. Safe to use from any thread.
 */
final class ContextsByProtocol {

    /** Makes a context, for one name in ALPN or none. */
    @FunctionalInterface
    interface Maker {
        SslContext make(@Nullable String applicationProtocol) throws SSLException;
    }

    private final Maker maker;
    private final SslContext plain;
    private final Map<String, SslContext> named = new ConcurrentHashMap<>();

    ContextsByProtocol(Maker maker) throws SSLException {
        this.maker = maker;
        this.plain = maker.make(null);
    }

    /** @param applicationProtocol one of those few that we serve, never what a stranger wrote; null for none */
    SslContext get(@Nullable String applicationProtocol) {
        if (applicationProtocol == null) {
            return plain;
        }
        return named.computeIfAbsent(applicationProtocol, name -> {
            try {
                return maker.make(name);
            } catch (SSLException e) {
                throw new IllegalStateException("the identity was taken without ALPN", e);
            }
        });
    }
}
