package org.edgeways.net;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.edgeways.base.IoReason;
import org.jspecify.annotations.Nullable;

/** What a TLS handshake has come to. */
public final class Handshakes {

    private Handshakes() {}

    /** The code that tells a handshake's failure. */
    public static NetErrorCode codeOf(Throwable failure) {
        if (failure instanceof SslHandshakeTimeoutException) {
            return NetErrorCode.HANDSHAKE_TIMEOUT;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NotSslRecordException) {
                return NetErrorCode.CLEAR_TEXT;
            }
            if (cause instanceof CertificateException || cause instanceof CertPathValidatorException) {
                return NetErrorCode.CERTIFICATE_REFUSED;
            }
        }
        return NetErrorCode.HANDSHAKE_FAILED;
    }

    /** Whether the other end has said that it serves nothing of what it was asked for: alert 120 of RFC 7301 section 3.2. */
    public static boolean isNotServed(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException
                    && String.valueOf(cause.getMessage())
                            .toLowerCase(Locale.ROOT)
                            .contains("no_application_protocol")) {
                return true;
            }
        }
        return false;
    }

    /** Why a connection could not be opened, in one line; what is wrong with a certificate says more than that it failed. */
    public static String reasonOf(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException && cause.getMessage() != null) {
                return cause.getMessage();
            }
        }
        return failure instanceof IOException broken ? IoReason.of(broken) : String.valueOf(failure);
    }

    /** The verified certificate of the other end of a finished handshake; null if it showed none. */
    public static @Nullable X509Certificate certificateOf(SslHandler tls) {
        try {
            Certificate[] chain = tls.engine().getSession().getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? leaf : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    /** Who the other end of a finished handshake is; null if it showed no certificate. */
    public static @Nullable PeerIdentity peerOf(SslHandler tls) {
        X509Certificate certificate = certificateOf(tls);
        return certificate == null ? null : PeerIdentity.of(certificate);
    }
}
