package org.edgeways.pool;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.edgeways.accounts.Accounts;
import org.edgeways.accounts.Person;
import org.edgeways.pool.engine.People;
import org.jspecify.annotations.Nullable;

/** The engine's view of the accounts. */
final class AccountsPeople implements People {

    private final Accounts accounts;
    private volatile Set<String> domains = Set.of();

    AccountsPeople(Accounts accounts, List<String> domains) {
        this.accounts = accounts;
        use(domains);
    }

    /** These are our domains from now on. */
    final void use(List<String> ours) {
        domains = ours.stream().map(d -> d.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public boolean isDomain(String host) {
        return domains.contains(host.toLowerCase(Locale.ROOT));
    }

    @Override
    public boolean exists(String address) {
        return accounts.person(address).isPresent();
    }

    @Override
    public @Nullable Account account(String address) {
        Person person = accounts.person(address).filter(Person::enabled).orElse(null);
        if (person == null || !isDomain(person.domain())) {
            return null;
        }
        List<DevicePassword> devices = accounts.credentials(person.name(), person.domain())
                .map(credentials -> credentials.hashes().stream()
                        .map(hash -> new DevicePassword(hash.device().id(), hash.hash()))
                        .toList())
                .orElse(List.of());
        return new Account(
                person.uri(),
                person.name(),
                person.displayName(),
                person.rights().remoteAccess(),
                devices);
    }
}
