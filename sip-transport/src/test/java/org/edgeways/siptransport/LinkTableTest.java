package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.edgeways.net.PeerIdentity;
import org.junit.jupiter.api.Test;

/** By which names the other end of a link is found, and which of its links a message takes. */
final class LinkTableTest {

    private static final PeerIdentity NODE = new PeerIdentity("pool", null, List.of("pool.inside.acorn.example"), null);
    private static final PeerIdentity HOST = new PeerIdentity(null, null, List.of("sip.inside.acorn.example"), null);

    @Test
    void nodeThatIsCalledLikeTheServiceDoesNotStandForItAtTheEdge() {
        assertThat(LinkTable.namesOf(NODE, true)).isEmpty();
        assertThat(LinkTable.namesOf(PoolLink.POOL, true))
                .containsExactlyInAnyOrder("pool", "pool.inside.acorn.example");
    }

    @Test
    void serviceThatIsCalledLikeANodeDoesNotStandForItAtTheInside() {
        assertThat(LinkTable.namesOf(PoolLink.POOL, false)).isEmpty();
        assertThat(LinkTable.namesOf(NODE, false)).containsExactlyInAnyOrder("pool", "pool.inside.acorn.example");
    }

    @Test
    void peerThatIsNeitherIsFoundByItsHost() {
        assertThat(LinkTable.namesOf(HOST, true)).containsExactly("sip.inside.acorn.example");
        assertThat(LinkTable.namesOf(HOST, false)).containsExactly("sip.inside.acorn.example");
        assertThat(LinkTable.namesOf(null, true)).isEmpty();
    }

    private final FlowNumbers flows = new FlowNumbers();
    private final LinkTable table = new LinkTable();

    private PoolLink link(int loop, boolean open, boolean congested) {
        PoolLink link = new PoolLink(flows.next(loop), open, congested);
        table.add(link, true);
        return link;
    }

    private Set<SipConnection> picked(int loop) {
        return IntStream.range(0, 100)
                .mapToObj(i -> table.pick("pool", "call-" + i, loop))
                .collect(Collectors.toSet());
    }

    @Test
    void linksOfTheSendersOwnLoopAreTakenAllOfThemAndForOneCallIdTheSame() {
        PoolLink first = link(0, true, false);
        PoolLink second = link(1, true, false);
        PoolLink third = link(0, true, false);
        assertThat(picked(0)).containsExactlyInAnyOrder(first, third);
        assertThat(picked(1)).containsExactly(second);
        assertThat(table.pick("pool", "call-7", 0)).isSameAs(table.pick("pool", "call-7", 0));
    }

    @Test
    void whereTheLoopHasNoneOfItsOwnAllAreTaken() {
        PoolLink first = link(0, true, false);
        PoolLink second = link(1, true, false);
        assertThat(picked(2)).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void aLinkOnWhichNothingComesAnyMoreIsPassedOverWhileAnotherIsNot() {
        PoolLink dead = new PoolLink(flows.next(0), true, false, true);
        table.add(dead, true);
        assertThat(picked(0)).containsExactly(dead);
        PoolLink free = link(1, true, false);
        assertThat(picked(0)).containsExactly(free);
    }

    @Test
    void aCongestedOrClosedLinkIsPassedOverWhileAnotherIsNot() {
        PoolLink congested = link(0, true, true);
        PoolLink closed = link(0, false, false);
        PoolLink free = link(1, true, false);
        assertThat(picked(0)).containsExactly(free);
        table.remove(free, true);
        assertThat(picked(0)).isSubsetOf(congested, closed);
        assertThat(table.pick("nobody", "call", 0)).isNull();
    }

    private static boolean isAsked(PoolLink link) {
        return link.asked().getAndSet(0) > 0;
    }

    @Test
    void whereOneComesOrGoesTheOthersOfThatPartyAreAskedWhetherTheyLive() {
        PoolLink first = link(0, true, false);
        assertThat(isAsked(first)).isFalse();
        PoolLink second = link(1, true, false);
        assertThat(isAsked(first)).isTrue();
        assertThat(isAsked(second)).isFalse();
        table.remove(first, true);
        assertThat(isAsked(second)).isTrue();
        assertThat(isAsked(first)).isFalse();
    }
}
