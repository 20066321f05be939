package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.tokens.RelayKey;
import org.edgeways.tokens.RelayUser;
import org.edgeways.tokens.RelayVerifier;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.engine.Credentials;
import org.junit.jupiter.api.Test;

class RelayAuthorityTest {

    @Test
    void credentialsAreOverByTheHostsClockAlsoIfItIsSetRightAfterTheStart() {
        SecureRandom random = new SecureRandom();
        RelayKey key = new RelayKey(RelayKey.newKeys(random));
        Instant end = Instant.parse("2026-11-26T18:00:00Z");
        String username =
                key.mint(new RelayUser(1, 2), end.getEpochSecond(), random).username();
        AtomicReference<Instant> host = new AtomicReference<>(end.minus(Duration.ofDays(400)));
        RelayAuthority authority = new RelayAuthority(
                new RelayVerifier(List.of(key.check()), Set.of()), new InMemoryCounters(), host::get);
        long timers = host.get().getEpochSecond() * 1_000_000_000L;
        Credentials.Shown anew = new Credentials.Shown(username, false);
        Credentials.Shown ongoing = new Credentials.Shown(username, true);
        assertThat(authority.find(anew, timers)).isInstanceOf(Credentials.Answer.Known.class);

        host.set(end);
        Credentials.Answer over = new Credentials.Answer.Refused(TurnErrorCode.CREDENTIALS_EXPIRED);
        assertThat(authority.find(anew, timers)).isEqualTo(over);
        assertThat(authority.isGenuine(anew, timers)).isFalse();
        assertThat(authority.find(ongoing, timers)).isInstanceOf(Credentials.Answer.Known.class);
        assertThat(authority.isGenuine(ongoing, timers)).isTrue();

        host.set(end.plus(RelayVerifier.ONGOING));
        assertThat(authority.find(ongoing, timers)).isEqualTo(over);
    }

    /** Each costs more than all the rest, and every allocation shows its user name again within minutes. */
    @Test
    void signaturesThatWereVerifiedAreNotVerifiedAgainByTheNextList() {
        SecureRandom random = new SecureRandom();
        RelayKey key = new RelayKey(RelayKey.newKeys(random));
        Instant now = Instant.parse("2026-11-26T18:00:00Z");
        RelayAuthority authority = new RelayAuthority(
                new RelayVerifier(List.of(key.check()), Set.of()), new InMemoryCounters(), () -> now);
        String username =
                key.mint(new RelayUser(1, 2), now.getEpochSecond() + 60, random).username();
        assertThat(authority.isGenuine(new Credentials.Shown(username, false), 0))
                .isTrue();
        RelayVerifier next = new RelayVerifier(List.of(key.check()), Set.of(7L));
        authority.use(next);
        assertThat(next.remembers(username)).isTrue();
    }

    @Test
    void whetherCredentialsWereTakenBackIsKnownByWhatWasFoundWhenTheyWereShown() {
        SecureRandom random = new SecureRandom();
        RelayKey key = new RelayKey(RelayKey.newKeys(random));
        RelayKey other = new RelayKey(RelayKey.newKeys(random));
        Instant now = Instant.parse("2026-11-26T18:00:00Z");
        RelayAuthority authority = new RelayAuthority(
                new RelayVerifier(List.of(key.check()), Set.of()), new InMemoryCounters(), () -> now);
        String username =
                key.mint(new RelayUser(1, 2), now.getEpochSecond() + 60, random).username();
        Credentials.Answer.Known found =
                (Credentials.Answer.Known) authority.find(new Credentials.Shown(username, false), 0);
        assertThat(found.holder().username()).isEqualTo(username);
        assertThat(authority.isRevoked(found.holder())).isFalse();
        for (long withdrawn : new long[] {1, 2}) {
            authority.use(new RelayVerifier(List.of(key.check()), Set.of(withdrawn)));
            assertThat(authority.isRevoked(found.holder())).isTrue();
        }
        authority.use(new RelayVerifier(List.of(other.check(), key.check()), Set.of(3L)));
        assertThat(authority.isRevoked(found.holder())).isFalse();
        authority.use(new RelayVerifier(List.of(other.check()), Set.of()));
        assertThat(authority.isRevoked(found.holder())).isTrue();
        assertThat(authority.isRevoked(() -> "of somebody else")).isTrue();
    }
}
