package org.edgeways.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.SocketOption;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;

/** Options of every TCP socket. The kernel's keep-alive finds a dead peer after about two minutes of silence. */
public final class SocketOptions {

    private static final Map<SocketOption<Integer>, Integer> KEEP_ALIVE_SECONDS = Map.of(
            ExtendedSocketOptions.TCP_KEEPIDLE, 60,
            ExtendedSocketOptions.TCP_KEEPINTERVAL, 15,
            ExtendedSocketOptions.TCP_KEEPCOUNT, 4);

    private SocketOptions() {}

    /** Those of connections that a listener accepts. */
    public static void child(ServerBootstrap bootstrap) {
        bootstrap.childOption(ChannelOption.TCP_NODELAY, true).childOption(ChannelOption.SO_KEEPALIVE, true);
        KEEP_ALIVE_SECONDS.forEach((option, value) -> bootstrap.childOption(NioChannelOption.of(option), value));
    }

    /** Those of connections that we open. */
    public static void outbound(Bootstrap bootstrap) {
        bootstrap.option(ChannelOption.TCP_NODELAY, true).option(ChannelOption.SO_KEEPALIVE, true);
        KEEP_ALIVE_SECONDS.forEach((option, value) -> bootstrap.option(NioChannelOption.of(option), value));
    }
}
