package org.edgeways.siptransport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/**
 * Tells the connection of messages that have begun and not ended, so that who sends one in endless small fragments, with
 * pongs in between, is closed as a slow sender. Who is slow within one frame cannot answer pings, and is closed for that.
 */
final class WebSocketFragments extends ChannelInboundHandlerAdapter {

    private final ChannelSipConnection connection;

    WebSocketFragments(ChannelSipConnection connection) {
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
        boolean data = received instanceof TextWebSocketFrame
                || received instanceof BinaryWebSocketFrame
                || received instanceof ContinuationWebSocketFrame;
        if (data && received instanceof WebSocketFrame frame) {
            boolean first = !(frame instanceof ContinuationWebSocketFrame);
            connection.incomplete(!frame.isFinalFragment(), first);
        }
        context.fireChannelRead(received);
    }
}
