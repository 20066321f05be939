package org.edgeways.net.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.edgeways.net.port.Accepted;

/** What is served under one path. The query is no part of the path; nothing is decoded or made shorter in it. */
public sealed interface HttpRoute {

    /** The whole path, such as {@code /sip}. */
    String path();

    /**
     * A GET (or HEAD) that is answered.
     *
     * @param executor where the answer is made, for one that takes a while; {@code Runnable::run} for the event loop
     */
    record Answered(String path, Executor executor, Supplier<HttpAnswer> answer) implements HttpRoute {}

    /**
     * Requests whose header matters for the answer, which may come later. Their bodies are not looked at.
     *
     * @param methods that there are, such as {@code GET}; all others are refused
     */
    record Asked(String path, Set<String> methods, Asking asking) implements HttpRoute {
        public Asked {
            methods = Set.copyOf(methods);
        }
    }

    /** Answers requests. */
    @FunctionalInterface
    interface Asking {
        /**
         * Answers one, on its event loop: must not wait.
         *
         * @param answer is to be called once, on any thread, now or later
         */
        void ask(HttpAsk request, Consumer<HttpAnswer> answer);
    }

    /** An upgrade of HTTP/1.1, after which the connection is another protocol's. */
    record TakenOver(String path, TakeOver takeOver) implements HttpRoute {}

    /** Makes another protocol of an HTTP/1.1 connection. */
    @FunctionalInterface
    interface TakeOver {
        /**
         * Takes the connection over, on its event loop.
         *
         * @param context of the handler that read the request; new handlers go behind it, and {@link HttpFront#leave} takes
         *     it out
         * @param request for the route's path; released by the caller
         * @param accepted must be told when the connection is ready or refused
         */
        void take(ChannelHandlerContext context, FullHttpRequest request, Accepted accepted);
    }
}
