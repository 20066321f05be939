package org.edgeways.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.edgeways.accounts.AccountLimits;
import org.edgeways.accounts.Accounts;
import org.edgeways.accounts.NewPerson;
import org.edgeways.accounts.PersonChange;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.policy.PersonRights;
import org.edgeways.store.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccountsPeopleTest {

    private static final String ZOE = "sip:zoe@oak.example";

    @TempDir
    Path directory;

    @Test
    void whoseDomainIsTakenAwayHasNoAccountUntilItIsBackButIsNotForgotten() {
        InMemoryCounters counters = new InMemoryCounters();
        List<String> both = List.of("acorn.example", "OAK.example");
        try (Store store = Store.open(directory, List.of(Accounts.SCHEMA), counters)) {
            Accounts accounts =
                    Accounts.open(store, both, AccountLimits.DEFAULT, InstantSource.system(), new Random(3), counters);
            accounts.add(new NewPerson("zoe", "oak.example", "Zoe", new PersonRights(true)))
                    .orTimeout(30, TimeUnit.SECONDS)
                    .join()
                    .orThrow();
            AccountsPeople people = new AccountsPeople(accounts, both);
            assertThat(people.account(ZOE)).isNotNull();

            people.use(List.of("acorn.example"));
            assertThat(people.account(ZOE)).isNull();
            assertThat(people.exists(ZOE)).isTrue();

            people.use(both);
            assertThat(people.account(ZOE)).isNotNull();
            accounts.set(ZOE, new PersonChange(null, null, false))
                    .orTimeout(30, TimeUnit.SECONDS)
                    .join()
                    .orThrow();
            assertThat(people.account(ZOE)).isNull();
            assertThat(people.exists(ZOE)).isTrue();
        }
    }
}
