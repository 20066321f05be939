package org.edgeways.pool.presence.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.edgeways.pool.presence.document.PresenceDocument;
import org.junit.jupiter.api.Test;

/** What is kept of publications, and until when. */
class PublicationsTest {

    private static final long MINUTE = 60_000_000_000L;
    private static final PresenceDocument DOCUMENT = new PresenceDocument("", List.of(), List.of(), List.of());

    private final Publications publications =
            new Publications(PresenceLimits.DEFAULT, new Writes((ticket, write) -> {}, null), (person, now) -> {});

    private static Publications.Published published(String id, int tag) {
        return new Publications.Published(
                new Publication(
                        id,
                        "tag" + tag,
                        "sip:bob@acorn.example",
                        null,
                        "-",
                        "phone",
                        new byte[0],
                        0,
                        tag,
                        60 * MINUTE + tag),
                DOCUMENT);
    }

    @Test
    void aPublicationThatIsRefreshedOverAndOverHasOneDeadline() {
        for (int tag = 0; tag < 1_000; tag++) {
            publications.put(published("one", tag), tag);
        }
        assertThat(publications.size()).isEqualTo(1);
        assertThat(publications.deadlines()).isEqualTo(1);
        publications.timeout(61 * MINUTE);
        assertThat(publications.size()).isZero();
    }

    @Test
    void whatMadeRoomOrWasTakenBackHasNone() {
        for (int i = 0; i < 1_000; i++) {
            publications.put(published("id" + i, i), i);
        }
        assertThat(publications.deadlines()).isEqualTo(PresenceLimits.DEFAULT.publicationsPerPerson());
        publications.removeAll("sip:bob@acorn.example", MINUTE);
        assertThat(publications.deadlines()).isZero();
    }

    @Test
    void aPublicationThatMovesToAnotherDeviceIsAChange() {
        List<String> changed = new ArrayList<>();
        Publications heard = new Publications(
                PresenceLimits.DEFAULT, new Writes((ticket, write) -> {}, null), (person, now) -> changed.add(person));
        Publication before = published("one", 1).publication();
        heard.put(published("one", 1), 1);
        heard.put(published("one", 2), 2);
        assertThat(changed).hasSize(1);
        Publication moved = new Publication(
                before.id(), "tag3", before.person(), "phone", "-", null, before.body(), 0, 3, before.expiresAt());
        heard.put(new Publications.Published(moved, DOCUMENT), 3);
        assertThat(changed).hasSize(2);
    }
}
