package org.edgeways.link;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;

/** Opens connections to origins. */
interface OriginConnector {

    /**
     * Connects on that loop, without reading anything by itself.
     *
     * @param handler put into the new channel's pipeline
     */
    ChannelFuture connect(EventLoop loop, Origin origin, ChannelHandler handler);
}
