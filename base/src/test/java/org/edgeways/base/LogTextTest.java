package org.edgeways.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** What others write cannot make a log line of its own. */
final class LogTextTest {

    @Test
    void whatEndsAValueOrALineIsTakenOut() {
        assertThat(LogText.clean("a\r\nevent=\"forged\"\u0085\u2028\u2029\u007f\tz"))
                .isEqualTo("a??event='forged'?????z");
        assertThat(LogText.clean("grüß Gott")).isEqualTo("grüß Gott");
        assertThat(LogText.clean(null)).isEqualTo("null");
    }

    @Test
    void atTheLimitItIsWholeAndOnePastItCut() {
        assertThat(LogText.clean("x".repeat(LogText.LONGEST))).hasSize(LogText.LONGEST);
        assertThat(LogText.clean("x".repeat(LogText.LONGEST) + "y"))
                .hasSize(LogText.LONGEST)
                .doesNotContain("y");
    }

    @Test
    void anAddressHasNeitherSlashNorName() {
        assertThat(LogText.address(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.4"), 5061)))
                .isEqualTo("192.0.2.4:5061");
        assertThat(LogText.address(InetSocketAddress.createUnresolved("edge.example", 5061)))
                .isEqualTo("edge.example/<unresolved>:5061");
        assertThat(LogText.address(null)).isEqualTo("null");
    }
}
