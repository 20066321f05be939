package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.pool.relay.RelayService;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More relay credentials are withdrawn than relays can be told. */
@Tag("long")
@Timeout(120)
class TooManyWithdrawnTest {

    @TempDir
    Path directory;

    /** As many as they can be told. */
    private static void withdraw(Path data) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("edgeways.db"));
                PreparedStatement insert = connection.prepareStatement(
                        "WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each"
                                + " WHERE n < ?) INSERT INTO relay_numbers (number, person, device, good_until, outside, withdrawn)"
                                + " SELECT n, 'sip:gone@acorn.example', 'device' || n, ?, 0, 1 FROM each")) {
            insert.setInt(1, EdgeSnapshot.Relay.MOST_WITHDRAWN);
            insert.setLong(2, Instant.now().plus(RelayService.LONGEST_LIFE).getEpochSecond());
            assertThat(insert.executeUpdate()).isEqualTo(EdgeSnapshot.Relay.MOST_WITHDRAWN);
        }
    }

    private static boolean isKnown(JoinedPair pair, String username) {
        try {
            pair.ask(AdminClient.request("relay-owner").put("username", username));
            return true;
        } catch (AppFailure unknown) {
            return false;
        }
    }

    @Test
    void withTheOneThatIsTooManyAllKeysAreReplacedAtOnce() throws Exception {
        try (JoinedPair pair = new JoinedPair(directory)) {
            pair.becomesRelay("");
            pair.startInside();
            pair.stopLast();
            withdraw(pair.poolData());
            pair.startInside();
            pair.ask(AdminClient.request("user-add").put("name", "alice").put("remoteAccess", true));
            pair.ask(AdminClient.request("device-add").put("name", "alice").put("device", "laptop"));
            JsonNode made = pair.ask(AdminClient.request("relay-credentials")
                    .put("name", "alice")
                    .put("device", "laptop"));
            String username = made.path("turn").path("username").asText();
            assertThat(isKnown(pair, username)).isTrue();

            pair.ask(AdminClient.request("user-set").put("name", "alice").put("enabled", false));
            Instant end = Instant.now().plus(Duration.ofSeconds(30));
            while (isKnown(pair, username)) {
                assertThat(Instant.now()).isBefore(end);
                LockSupport.parkNanos(5_000_000);
            }
        }
    }
}
