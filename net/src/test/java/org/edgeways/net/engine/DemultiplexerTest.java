package org.edgeways.net.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.engine.Demultiplexer.Choice;
import org.edgeways.net.engine.Demultiplexer.Entry;
import org.edgeways.net.engine.Demultiplexer.Verdict;
import org.junit.jupiter.api.Test;

/** Which protocol a connection is for. */
final class DemultiplexerTest {

    private static final Entry SIP = new Entry("sip", List.of("sip/2"), Set.of(Content.SIP), false);
    private static final Entry WEB = new Entry("web", List.of("h2", "http/1.1"), Set.of(Content.HTTP_1), false);
    private static final Entry LINK_SIP = new Entry("inside", List.of("sip/2"), Set.of(Content.SIP), true);
    private static final Entry LINK = new Entry("link", List.of("edgeways-link/1"), Set.of(), true);
    private static final Entry JOIN = new Entry("join", List.of("edgeways-join/1"), Set.of(), false);

    private final Demultiplexer outside = new Demultiplexer(List.of(SIP, WEB));
    private final Demultiplexer inside = new Demultiplexer(List.of(LINK_SIP, LINK, JOIN));

    private static ClientHello offering(String... names) {
        return new ClientHello("edge.acorn.example", List.of(names));
    }

    private static Verdict judge(Demultiplexer port, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return port.judge(bytes, bytes.length);
    }

    @Test
    void aNameOfOursIsAgreedOnInTheServersOrder() {
        assertThat(outside.choose(offering("http/1.1", "h2"))).isEqualTo(new Choice.Named(WEB, "h2"));
        assertThat(outside.choose(offering("http/1.1"))).isEqualTo(new Choice.Named(WEB, "http/1.1"));
        assertThat(outside.choose(offering("x", "sip/2"))).isEqualTo(new Choice.Named(SIP, "sip/2"));
        assertThat(inside.choose(offering("edgeways-link/1"))).isEqualTo(new Choice.Named(LINK, "edgeways-link/1"));
        assertThat(inside.choose(offering("edgeways-join/1"))).isEqualTo(new Choice.Named(JOIN, "edgeways-join/1"));
    }

    @Test
    void whoOffersOnlyOthersIsRefusedAndNotReadAsSomethingElse() {
        assertThat(outside.choose(offering("ftp"))).isEqualTo(new Choice.Refused(NetErrorCode.PROTOCOL_NOT_COMMON));
        assertThat(inside.choose(offering("h2"))).isEqualTo(new Choice.Refused(NetErrorCode.PROTOCOL_NOT_COMMON));
    }

    @Test
    void withoutNamesTheFirstBytesDecideWhereThereIsAChoice() {
        assertThat(outside.choose(offering())).isEqualTo(new Choice.ByFirstBytes());
        assertThat(inside.choose(offering())).isEqualTo(new Choice.Only(LINK_SIP));
        assertThat(new Demultiplexer(List.of(JOIN)).choose(offering()))
                .isEqualTo(new Choice.Refused(NetErrorCode.PROTOCOL_NOT_COMMON));
        assertThat(judge(outside, "GET ")).isEqualTo(new Verdict.Take(WEB));
        assertThat(judge(outside, "INVITE ")).isEqualTo(new Verdict.Take(SIP));
        assertThat(judge(outside, "OPTIONS ")).isEqualTo(new Verdict.More());
        assertThat(judge(outside, "no such thing")).isEqualTo(new Verdict.Refused(NetErrorCode.PROTOCOL_UNKNOWN));
        assertThat(judge(outside, "\0\1\0\0!\u0012\u00a4B"))
                .isEqualTo(new Verdict.Refused(NetErrorCode.PROTOCOL_NOT_SERVED));
    }

    @Test
    void aClientThatMayBeABrowserIsNeverAskedForACertificate() {
        for (String web : List.of("h2", "http/1.1")) {
            assertThat(inside.choose(offering(web, "edgeways-link/1")))
                    .isEqualTo(new Choice.Refused(NetErrorCode.CERTIFICATE_NOT_ASKED));
            assertThat(inside.choose(offering("edgeways-link/1", web, "edgeways-join/1")))
                    .isEqualTo(new Choice.Named(JOIN, "edgeways-join/1"));
        }
    }

    @Test
    void protocolsThatDoNotGoTogetherAreRefused() {
        Entry otherSip = new Entry("other", List.of("sip/2"), Set.of(), false);
        Entry otherBytes = new Entry("other", List.of(), Set.of(Content.SIP), false);
        assertThatIllegalArgumentException().isThrownBy(() -> new Demultiplexer(List.of(SIP, otherSip)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Demultiplexer(List.of(SIP, otherBytes)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Demultiplexer(List.of(LINK_SIP, WEB)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Demultiplexer(List.of(JOIN, JOIN)));
    }

    @Test
    void theFirstRawByteTellsTlsAndStunFromTheRest() {
        for (int b = 0; b < 256; b++) {
            RawProtocol expected = b == 0x16 ? RawProtocol.TLS : b <= 3 ? RawProtocol.STUN : RawProtocol.OTHER;
            assertThat(RawProtocol.of((byte) b)).isEqualTo(expected);
        }
    }
}
