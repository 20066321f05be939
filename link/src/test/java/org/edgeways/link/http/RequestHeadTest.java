package org.edgeways.link.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import org.edgeways.base.Result;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes to origins: every request is read strictly and written anew. */
@ExtendWith(LeakCheck.class)
final class RequestHeadTest {

    private static Http2Headers headers(String method, String path) {
        return new DefaultHttp2Headers(false)
                .method(method)
                .scheme("https")
                .authority("intranet")
                .path(path);
    }

    private static void refused(Http2Headers headers) {
        assertThat(RequestHead.of(headers))
                .isInstanceOfSatisfying(
                        Result.Bad.class, bad -> assertThat(bad.code()).isEqualTo(LinkErrorCode.REQUEST_REFUSED));
    }

    private static String written(RequestWriter writer, String key) {
        ByteBuf bytes = writer.head(UnpooledByteBufAllocator.DEFAULT, "web.inside.example", key);
        String text = bytes.toString(StandardCharsets.ISO_8859_1);
        bytes.release();
        return text;
    }

    @Test
    void requestIsWrittenAnewWithOneHostAndOneLength() {
        Http2Headers headers = headers("POST", "/a?b")
                .add("cookie", "a=1")
                .add("accept", "*/*")
                .add("cookie", "b=2")
                .add("te", "trailers")
                .add("expect", "100-continue")
                .add("trailer", "x")
                .add("content-length", "3");
        RequestHead head = RequestHead.of(headers).orThrow();

        assertThat(written(new RequestWriter(head, false), null))
                .isEqualTo("POST /a?b HTTP/1.1\r\nhost: web.inside.example\r\naccept: */*\r\ncookie: a=1; b=2\r\n"
                        + "connection: close\r\ncontent-length: 3\r\n\r\n");
    }

    @Test
    void bodyOfUnknownLengthIsChunkedAndAnAbsentOneSaysSo() {
        RequestHead post = RequestHead.of(headers("POST", "/")).orThrow();
        assertThat(written(new RequestWriter(post, false), null)).contains("transfer-encoding: chunked\r\n");
        assertThat(written(new RequestWriter(post, true), null)).contains("content-length: 0\r\n");
        RequestHead get = RequestHead.of(headers("GET", "/")).orThrow();
        assertThat(written(new RequestWriter(get, true), null)).doesNotContain("content-length", "transfer-encoding");
    }

    @Test
    void bodyKeepsToItsAnnouncedLength() {
        RequestHead head =
                RequestHead.of(headers("PUT", "/").add("content-length", "3")).orThrow();
        RequestWriter writer = new RequestWriter(head, false);
        assertThat(writer.accepts(4, false)).isFalse();
        assertThat(writer.accepts(2, true)).isFalse();
        assertThat(writer.accepts(3, true)).isTrue();
    }

    @Test
    void webSocketBecomesAnUpgradeWithAKeyOfOurs() {
        Http2Headers headers = headers("CONNECT", "/ws")
                .set(":protocol", "websocket")
                .add("sec-websocket-key", "theirs")
                .add("sec-websocket-version", "8")
                .add("sec-websocket-protocol", "echo");
        RequestHead head = RequestHead.of(headers).orThrow();

        assertThat(head.webSocket()).isTrue();
        assertThat(written(new RequestWriter(head, false), "ours"))
                .isEqualTo("GET /ws HTTP/1.1\r\nhost: web.inside.example\r\nsec-websocket-protocol: echo\r\n"
                        + "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
                        + "sec-websocket-key: ours\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "//x y",
                "/a b",
                "/a\r\nX: 1",
                "/a\tb",
                "/#a",
                "/\u00e4",
                "/\u0000",
                "http://other.example/",
                "*"
            })
    void pathThatIsNotInOriginFormIsRefused(String path) {
        refused(headers("GET", path));
    }

    @Test
    void pathIsRefusedOnePastItsLimit() {
        assertThat(RequestHead.of(headers("GET", "/" + "a".repeat(RequestHead.LONGEST_PATH - 1)))
                        .isOk())
                .isTrue();
        refused(headers("GET", "/" + "a".repeat(RequestHead.LONGEST_PATH)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "GET /x HTTP/1.1\r\nA:", "G ET", "TRACE", "CONNECT", "METHODTHATISMUCHLONGERTHANANYMETHOD"})
    void methodThatIsNoPlainTokenIsRefused(String method) {
        refused(headers(method, "/"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "connection|close",
                "keep-alive|5",
                "proxy-connection|x",
                "transfer-encoding|chunked",
                "upgrade|websocket",
                "host|other.example",
                "te|gzip",
                "expect|miracles",
                "content-length|-1",
                "content-length|3, 3",
                "content-length|''",
                "content-length|0x3",
                "X-Upper|1",
                "x y|1",
                "x:|1",
                ":other|1"
            })
    void fieldThatHasNoPlaceHereIsRefused(String name, String value) {
        refused(headers("GET", "/").add(name, value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb: c", "a\nb", "a\rb", "a\u0000b", " a", "a ", "\ta"})
    void valueThatCouldBecomeAnotherLineIsRefused(String value) {
        refused(headers("GET", "/").add("x", value));
    }

    @Test
    void repeatedLengthOrPseudoFieldIsRefused() {
        refused(headers("GET", "/").add("content-length", "3").add("content-length", "3"));
        refused(headers("GET", "/").add(":path", "/other"));
        refused(headers("GET", "/").set(":protocol", "websocket"));
        refused(headers("CONNECT", "/").set(":protocol", "connect-udp"));
        refused(headers("CONNECT", "/").set(":protocol", "websocket").add("content-length", "3"));
        Http2Headers without = headers("GET", "/");
        without.remove(":scheme");
        refused(without);
    }
}
