package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.edgeways.app.role.PlayedConnector.FakeStream;
import org.edgeways.settings.control.ControlMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a connector makes of the pool's words of which certificates are refused, whatever nodes do with them and clocks show. */
final class ConnectorWordTest {

    @TempDir
    Path data;

    private PlayedConnector connector;
    private FakeStream node;

    @BeforeEach
    void start() {
        connector = new PlayedConnector(data);
        node = connector.stream("edge1");
    }

    private void hears(ControlMessage.RefusedSerials word) {
        node.says(word);
        connector.work();
    }

    private static Set<BigInteger> serials(int... all) {
        return Set.copyOf(IntStream.of(all).mapToObj(BigInteger::valueOf).toList());
    }

    @Test
    void aConnectorThatIsKilledRefusesAtItsNextStartWhatItHadHeardAndKnowsWhenThatWas() {
        hears(connector.genuine(connector.now(), "a", "b"));
        connector.pass(Duration.ofHours(3));

        connector.startAgain();
        assertThat(connector.refused).as("before anybody is dialled").containsExactly(serials(10, 11));
        assertThat(connector.age()).isEqualTo(Duration.ofHours(3).toSeconds());
        node = connector.stream("edge1");
        hears(connector.genuine(connector.now(), "a", "b", "c"));
        assertThat(connector.refuses()).isEqualTo(serials(10, 11, 12));
    }

    @Test
    void whatItHasHeardIsForItsOwnerAloneAndAFileThatCannotBeReadKeepsNobodyFromStarting() throws IOException {
        hears(connector.genuine(connector.now(), "a"));
        Path file = data.resolve(SettledConnector.REFUSED_FILE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        for (String unreadable : List.of("{\"heardMillis\":1,\"serials\":[\"none\"]}", "null", "")) {
            Files.writeString(file, unreadable);
            connector.startAgain();
            assertThat(connector.refuses()).isEmpty();
            node = connector.stream("edge1");
            hears(connector.genuine(connector.now(), "a"));
            assertThat(connector.refuses()).isEqualTo(serials(10));
        }
    }

    @Test
    void anOldWordThatANodeSaysAgainLetsNobodyBeTrusted() {
        ControlMessage.RefusedSerials old = connector.genuine(connector.now(), "a");
        connector.pass(Duration.ofHours(1));
        hears(connector.genuine(connector.now(), "a", "b"));
        hears(old);
        assertThat(connector.refuses()).isEqualTo(serials(10, 11));
        connector.startAgain();
        node = connector.stream("edge1");
        hears(old);
        assertThat(connector.refuses()).isEqualTo(serials(10, 11));
        assertThat(connector.age()).isZero();
    }

    @Test
    void aPoolWhoseClockWasAheadIsHeardThenAndWhenItIsPutRight() {
        ControlMessage.RefusedSerials ahead =
                connector.genuine(connector.now() + Duration.ofDays(1).toMillis(), "a");
        connector.pass(Duration.ofMinutes(10));
        hears(ahead);
        assertThat(connector.refuses()).isEqualTo(serials(10));
        assertThat(connector.refusedFor("app-word-ahead")).isEqualTo(1);
        assertThat(connector.age()).as("it counts as unheard").isEqualTo(600);

        hears(connector.genuine(connector.now(), "a", "b"));
        assertThat(connector.refuses()).isEqualTo(serials(10, 11));
        assertThat(connector.age()).isZero();
        connector.pass(Duration.ofHours(24));
        hears(ahead); // a node that held it back until it is due
        assertThat(connector.refuses()).isEqualTo(serials(10, 11));
        connector.startAgain();
        assertThat(connector.refuses()).isEqualTo(serials(10, 11));
    }

    @Test
    void aWordAsFarAheadAsIsAllowedCountsAndOneFurtherDoesNot() {
        hears(connector.genuine(connector.now() + RefusedCertificates.AHEAD.toMillis(), "a"));
        assertThat(connector.refusedFor("app-word-ahead")).isZero();
        hears(connector.genuine(connector.now() + RefusedCertificates.AHEAD.toMillis() + 1, "b"));
        assertThat(connector.refusedFor("app-word-ahead")).isEqualTo(1);
    }

    /** Of the pool, by less than is told of. */
    @Test
    void aClockThatIsSetBackMakesItDeafForNoTime() {
        hears(connector.genuine(connector.now() + 240_000, "a"));
        hears(connector.genuine(connector.now(), "a", "b"));
        assertThat(connector.refuses()).isEqualTo(serials(10, 11));
    }

    /** Its own clock: what counted as heard is a day ahead of it then. */
    @Test
    void aConnectorWhoseClockWasAheadKnowsAgainHowOldTheWordIs() {
        RefusedCertificates known = new RefusedCertificates(data.resolve("known"));
        Instant right = PlayedConnector.NOW.minus(Duration.ofDays(1));
        assertThat(known.take(connector.genuine(PlayedConnector.NOW.toEpochMilli(), "a"), PlayedConnector.NOW))
                .isTrue();
        assertThat(known.take(connector.genuine(right.toEpochMilli(), "a"), right))
                .isTrue();
        assertThat(known.heard()).contains(right);
    }

    @Test
    void asManyAreRememberedAsAllowedAndThoseOfLongAgoAreForgottenFirst() {
        int most = ControlMessage.RefusedSerials.MOST;
        for (int i = 0; i <= 4; i++) {
            int first = 1 + i * most;
            hears(connector.genuine(
                    connector.now() + i,
                    IntStream.range(first, first + most)
                            .mapToObj(Integer::toHexString)
                            .toArray(String[]::new)));
            connector.pass(Duration.ofHours(1));
            if (i == 3) {
                assertThat(connector.refuses()).hasSize(RefusedCertificates.MOST);
            }
        }
        assertThat(connector.refuses())
                .hasSize(RefusedCertificates.MOST)
                .doesNotContain(BigInteger.ONE)
                .contains(BigInteger.valueOf(most + 1));
    }

    @Test
    void whatAWordNamesIsNotWhatIsForgottenThoughItWasHeardOfFirst() {
        int most = ControlMessage.RefusedSerials.MOST;
        hears(connector.genuine(connector.now(), "1"));
        for (int i = 0; i < 4; i++) {
            int first = 2 + i * most;
            IntStream others = IntStream.range(first, first + most - 1);
            hears(connector.genuine(
                    connector.now() + 1 + i,
                    IntStream.concat(IntStream.of(1), others)
                            .mapToObj(Integer::toHexString)
                            .toArray(String[]::new)));
            connector.pass(Duration.ofHours(1));
        }
        hears(connector.genuine(connector.now(), "1", "ffff0", "ffff1", "ffff2", "ffff3"));
        assertThat(connector.refuses()).hasSize(RefusedCertificates.MOST).contains(BigInteger.ONE);
    }

    @Test
    void aWordThatCannotBeWrittenHoldsAndIsWrittenLater() throws IOException {
        Path file = data.resolve(SettledConnector.REFUSED_FILE);
        Files.createDirectories(file.resolve("in-its-place"));
        hears(connector.genuine(connector.now(), "a"));
        assertThat(connector.refuses()).isEqualTo(serials(10));

        Files.delete(file.resolve("in-its-place"));
        Files.delete(file);
        connector.check();
        connector.startAgain();
        assertThat(connector.refuses()).isEqualTo(serials(10));
    }
}
