package org.edgeways.siptransport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.function.Consumer;
import org.edgeways.net.Handshakes;
import org.edgeways.net.PeerIdentity;
import org.jspecify.annotations.Nullable;

/** What a connection that we open passes through until it carries SIP. */
final class Pipelines {

    private Pipelines() {}

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
                    ready.accept(Handshakes.peerOf(context.pipeline().get(SslHandler.class)));
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
