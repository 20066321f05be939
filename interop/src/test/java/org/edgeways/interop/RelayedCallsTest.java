package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Media between outside and inside through the edge's relay, everybody on a host of their own. */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RelayedCallsTest {
    private SeparateSite site;

    @BeforeAll
    void start() {
        site = SeparateSite.start("relayed", true, "alice", "bob");
        site.networks().passUnread();
    }

    @AfterAll
    void stop() {
        if (site != null) {
            site.close();
        }
    }

    @Test
    void peopleInsideAreToldOfTheRelaysInsideLegAndPeopleOutsideOfAllTransports() {
        RelayAccess access = site.relayAccess("alice");
        assertThat(access.urls())
                .containsExactly(
                        "turn:edge.acorn.example:3478?transport=udp",
                        "turn:edge.acorn.example:443?transport=tcp",
                        "turns:edge.acorn.example:443?transport=tcp");
        assertThat(access.insideUrls()).containsExactly("turn:172.16.1.10:3478?transport=udp");
    }
}
