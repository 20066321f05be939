package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.edgeways.net.PeerIdentity;
import org.junit.jupiter.api.Test;

/** By which names the other end of a link is found. */
final class LinkTableTest {

    private static final PeerIdentity NODE = new PeerIdentity("pool", null, List.of("pool.inside.acorn.example"), null);
    private static final PeerIdentity SERVICE =
            new PeerIdentity(null, "pool", List.of("pool.inside.acorn.example"), null);
    private static final PeerIdentity HOST = new PeerIdentity(null, null, List.of("sip.inside.acorn.example"), null);

    @Test
    void nodeThatIsCalledLikeTheServiceDoesNotStandForItAtTheEdge() {
        assertThat(LinkTable.namesOf(NODE, true)).isEmpty();
        assertThat(LinkTable.namesOf(SERVICE, true)).containsExactlyInAnyOrder("pool", "pool.inside.acorn.example");
    }

    @Test
    void serviceThatIsCalledLikeANodeDoesNotStandForItAtTheInside() {
        assertThat(LinkTable.namesOf(SERVICE, false)).isEmpty();
        assertThat(LinkTable.namesOf(NODE, false)).containsExactlyInAnyOrder("pool", "pool.inside.acorn.example");
    }

    @Test
    void peerThatIsNeitherIsFoundByItsHost() {
        assertThat(LinkTable.namesOf(HOST, true)).containsExactly("sip.inside.acorn.example");
        assertThat(LinkTable.namesOf(HOST, false)).containsExactly("sip.inside.acorn.example");
        assertThat(LinkTable.namesOf(null, true)).isEmpty();
    }
}
