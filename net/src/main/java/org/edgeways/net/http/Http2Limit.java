package org.edgeways.net.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** At which limit or rule of HTTP/2 (RFC 9113) its codec refused a stream, or gave up a connection, of itself. */
public enum Http2Limit {
    /** One more stream than {@code SETTINGS_MAX_CONCURRENT_STREAMS}: it is reset with {@code REFUSED_STREAM}. */
    STREAMS,
    /** More header fields than {@code SETTINGS_MAX_HEADER_LIST_SIZE}: a server answers 431, a client resets the stream. */
    HEADERS,
    /** More resets, empty frames or continuations in a row than are borne: the connection is closed. */
    FLOOD,
    /** Anything else on a stream that is against the rules: it is reset. */
    STREAM_RULES,
    /** Anything else that is against the rules: the connection is closed. */
    CONNECTION_RULES;

    /**
     * A builder of codecs that tell, and end their connection when it is closed, not after its streams unless a time is set for
     * that.
     *
     * @param server false for the end that opens streams
     * @param told hears on the event loop, before the codec does what it has to
     */
    public static Http2FrameCodecBuilder codec(boolean server, Consumer<Http2Limit> told) {
        return new Builder(server, told);
    }

    /** Null for what the other end need not have caused: a frame on a stream that has just been closed. */
    private static @Nullable Http2Limit of(Http2Exception cause) {
        if (cause instanceof Http2Exception.HeaderListSizeException) {
            return HEADERS;
        }
        Http2Error error = cause.error();
        if (Http2Exception.isStreamError(cause)) {
            return switch (error) {
                case REFUSED_STREAM -> STREAMS;
                case STREAM_CLOSED, CANCEL, NO_ERROR, INTERNAL_ERROR -> null;
                default -> STREAM_RULES;
            };
        }
        return switch (error) {
            case ENHANCE_YOUR_CALM -> FLOOD;
            case NO_ERROR, INTERNAL_ERROR -> null;
            default -> CONNECTION_RULES;
        };
    }

    private static final class Builder extends Http2FrameCodecBuilder {
        private final Consumer<Http2Limit> told;

        Builder(boolean server, Consumer<Http2Limit> told) {
            this.told = told;
            server(server);
            gracefulShutdownTimeoutMillis(0); // as forServer() and forClient() set it; of itself it is 30 s
        }

        @Override
        protected Http2FrameCodec build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initialSettings) {
            Http2FrameCodec codec =
                    new Telling(encoder, decoder, initialSettings, decoupleCloseAndGoAway(), flushPreface(), told);
            codec.gracefulShutdownTimeoutMillis(gracefulShutdownTimeoutMillis());
            return codec;
        }
    }

    private static final class Telling extends Http2FrameCodec {
        private final Consumer<Http2Limit> told;

        Telling(
                Http2ConnectionEncoder encoder,
                Http2ConnectionDecoder decoder,
                Http2Settings initialSettings,
                boolean decoupleCloseAndGoAway,
                boolean flushPreface,
                Consumer<Http2Limit> told) {
            super(encoder, decoder, initialSettings, decoupleCloseAndGoAway, flushPreface);
            this.told = told;
        }

        @Override
        public void onError(ChannelHandlerContext context, boolean outbound, Throwable cause) {
            Http2Exception refused = Http2CodecUtil.getEmbeddedHttp2Exception(cause);
            if (!outbound && refused instanceof Http2Exception.CompositeStreamException several) {
                several.forEach(this::tell); // each stream is reset, the connection stays
            } else if (!outbound && refused != null) {
                tell(refused);
            }
            super.onError(context, outbound, cause);
        }

        private void tell(Http2Exception refused) {
            Http2Limit limit = of(refused);
            if (limit != null) {
                told.accept(limit);
            }
        }
    }
}
