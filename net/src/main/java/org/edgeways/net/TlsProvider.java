package org.edgeways.net;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/** Which TLS implementation does the work. */
public enum TlsProvider {
    /** BoringSSL through netty-tcnative. */
    BORINGSSL(SslProvider.OPENSSL),
    /** The Java runtime's own. */
    JDK(SslProvider.JDK);

    private final SslProvider netty;

    TlsProvider(SslProvider netty) {
        this.netty = netty;
    }

    /** BoringSSL where its native library loads, else the Java runtime's. */
    public static TlsProvider best() {
        return BORINGSSL.isAvailable() ? BORINGSSL : JDK;
    }

    /** True if it can be used on this machine. */
    public boolean isAvailable() {
        return this == JDK || OpenSsl.isAvailable();
    }

    SslProvider netty() {
        return netty;
    }
}
