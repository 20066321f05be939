package org.edgeways.net.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the codec tells of errors. */
class Http2LimitTest {

    @Test
    void errorsOfSeveralStreamsAreToldEachAndAreNoneOfTheConnection() {
        List<Http2Limit> told = new ArrayList<>();
        Http2FrameCodec codec = Http2Limit.codec(true, told::add).build();
        EmbeddedChannel channel = new EmbeddedChannel(codec);
        var several = new Http2Exception.CompositeStreamException(Http2Error.FLOW_CONTROL_ERROR, 3);
        for (Http2Error error : List.of(Http2Error.FLOW_CONTROL_ERROR, Http2Error.CANCEL, Http2Error.REFUSED_STREAM)) {
            several.add((Http2Exception.StreamException) Http2Exception.streamError(3, error, "one of several"));
        }

        codec.onError(channel.pipeline().firstContext(), false, several);

        assertThat(told).containsExactly(Http2Limit.STREAM_RULES, Http2Limit.STREAMS);
        assertThat(channel.isOpen()).isTrue();
        channel.finishAndReleaseAll();
    }
}
