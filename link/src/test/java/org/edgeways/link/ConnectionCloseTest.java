package org.edgeways.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection that is closed does not wait for what runs on it. */
@ExtendWith(LeakCheck.class)
final class ConnectionCloseTest {

    /** Far less than what is waited for an end that does not come. */
    private static final Duration AT_ONCE = Duration.ofMillis(100);

    private static EmbeddedLink withADownload() {
        EmbeddedLink link = new EmbeddedLink(LinkLimits.DEFAULT);
        link.serverOf(LinkRequest.get("files", "/"), Exchange.stopped()).answersBytes(1L << 30);
        link.settle();
        assertThat(link.serving.streams()).isEqualTo(1);
        return link;
    }

    @Test
    void whoseCertificateIsRefusedGetsNothingMore() {
        try (EmbeddedLink link = withADownload()) {
            link.serving.close(LinkErrorCode.PEER_REFUSED);

            link.inside.runPendingTasks(); // no time passes
            assertThat(link.inside.isOpen()).isFalse();
            assertThat(link.insideEvents.closed).isEqualTo(LinkErrorCode.PEER_REFUSED);
            assertThat(link.servers.getFirst().channel.isOpen()).isFalse();
            link.settle();
            assertThat(link.edgeEvents.goAway).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = LinkErrorCode.class,
            names = {"DRAIN_TIMEOUT", "SHUT_DOWN"})
    void otherwiseTheOtherEndIsToldAndItEndsAtOnce(LinkErrorCode code) {
        try (EmbeddedLink link = withADownload()) {
            link.serving.close(code);

            link.advance(AT_ONCE);
            assertThat(link.inside.isOpen()).isFalse();
            assertThat(link.insideEvents.closed).isEqualTo(code);
            assertThat(link.servers.getFirst().channel.isOpen()).isFalse();
            link.settle();
            assertThat(link.edgeEvents.goAway).isTrue();
        }
    }

    @Test
    void theEdgesEndDoesNotWaitEither() {
        try (EmbeddedLink link = withADownload()) {
            link.opening.close(LinkErrorCode.SHUT_DOWN);

            link.advance(AT_ONCE);
            assertThat(link.edge.isOpen()).isFalse();
            assertThat(link.edgeEvents.closed).isEqualTo(LinkErrorCode.SHUT_DOWN);
        }
    }
}
