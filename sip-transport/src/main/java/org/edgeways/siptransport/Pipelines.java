package org.edgeways.siptransport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.edgeways.net.Admission;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.ServerTls;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts together what a connection passes through until it carries SIP. */
final class Pipelines {

    private static final Logger LOG = LoggerFactory.getLogger(SipListener.class);
    private static final int LARGEST_UPGRADE_BODY_BYTES = 1024;

    private Pipelines() {}

    /** The pipeline of a connection that has just been accepted. */
    static void accepted(
            Channel channel, SipListenerSettings settings, ConnectionSetup setup, Admission.Ticket ticket) {
        switch (settings.wire()) {
            case SipListenerSettings.Wire.Tcp tcp ->
                channel.pipeline().addLast(new WhenActive(() -> {
                    ticket.handshakeDone();
                    channel.pipeline().addLast(new StreamHandler(setup, channel, null));
                }));
            case SipListenerSettings.Wire.Tls(ServerTls tls) ->
                secured(channel, tls, settings, setup, peer -> {
                    ticket.handshakeDone();
                    channel.pipeline().addLast(new StreamHandler(setup, channel, peer));
                });
            case SipListenerSettings.Wire.WebSocket wire ->
                secured(channel, wire.tls(), settings, setup, peer -> {
                    channel.pipeline()
                            .addLast(new HttpServerCodec(new HttpDecoderConfig()
                                    .setMaxInitialLineLength(4096)
                                    .setMaxHeaderSize(8192)))
                            .addLast(new HttpObjectAggregator(LARGEST_UPGRADE_BODY_BYTES, true))
                            .addLast(new WebSocketUpgrade(
                                    setup,
                                    wire,
                                    ticket,
                                    peer,
                                    settings.admission()
                                            .limits()
                                            .handshakeTimeout()
                                            .toNanos()));
                });
        }
    }

    private static void secured(
            Channel channel,
            ServerTls tls,
            SipListenerSettings settings,
            ConnectionSetup setup,
            Consumer<@Nullable PeerIdentity> ready) {
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(
                tls.newHandler(channel.alloc(), settings.admission().limits().handshakeTimeout()));
        pipeline.addLast(new AfterHandshake(ready, failure -> {
            NetErrorCode code = codeOf(failure);
            setup.counters().handshakeFailed(code);
            if (channel.remoteAddress() instanceof InetSocketAddress remote) {
                if (setup.context().mayLog()) {
                    LOG.info("{} {} {}: {}", setup.endpoint(), remote, code.code(), failure.getMessage());
                }
                setup.events()
                        .handshakeFailed(
                                setup.endpoint(),
                                remote.getAddress(),
                                code,
                                setup.context().clock().now());
            }
        }));
    }

    /** The code that tells a handshake's failure. */
    static NetErrorCode codeOf(Throwable failure) {
        if (failure instanceof SslHandshakeTimeoutException) {
            return NetErrorCode.HANDSHAKE_TIMEOUT;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NotSslRecordException) {
                return NetErrorCode.CLEAR_TEXT;
            }
            if (cause instanceof java.security.cert.CertificateException
                    || cause instanceof java.security.cert.CertPathValidatorException) {
                return NetErrorCode.CERTIFICATE_REFUSED;
            }
        }
        return NetErrorCode.HANDSHAKE_FAILED;
    }

    /** Who the other end of a finished handshake is; null if it showed no certificate. */
    static @Nullable PeerIdentity peerOf(SslHandler tls) {
        try {
            Certificate[] chain = tls.engine().getSession().getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? PeerIdentity.of(leaf) : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    /** Runs once the channel is connected, then goes. */
    static final class WhenActive extends ChannelInboundHandlerAdapter {
        private final Runnable ready;

        WhenActive(Runnable ready) {
            this.ready = ready;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            ready.run();
            context.pipeline().remove(this);
            context.fireChannelActive();
        }
    }

    /** Waits for the end of the TLS handshake, then goes. */
    static final class AfterHandshake extends ChannelInboundHandlerAdapter {
        private final Consumer<@Nullable PeerIdentity> ready;
        private final Consumer<Throwable> failed;

        AfterHandshake(Consumer<@Nullable PeerIdentity> ready, Consumer<Throwable> failed) {
            this.ready = ready;
            this.failed = failed;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            if (event instanceof SslHandshakeCompletionEvent completion) {
                if (completion.isSuccess()) {
                    ready.accept(peerOf(context.pipeline().get(SslHandler.class)));
                    context.pipeline().remove(this);
                } else {
                    failed.accept(completion.cause());
                    var _ = context.close();
                }
            }
            super.userEventTriggered(context, event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // a failed handshake is told by its completion event; what else can break here ends the connection
            var _ = context.close();
        }
    }
}
