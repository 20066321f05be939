package org.edgeways.app.demo;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.edgeways.accounts.Accounts;
import org.edgeways.accounts.NewPerson;
import org.edgeways.accounts.PersonChange;
import org.edgeways.accounts.Secret;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.Result;
import org.edgeways.policy.PersonRights;
import org.edgeways.sip.digest.DigestAlgorithm;

/** Sees to it that the demo's people exist, have their rights, and can sign in with their passwords. */
final class DemoPeople {

    /** The label of the device password that the demo prints. */
    static final String DEVICE = "demo";

    private final Accounts accounts;

    DemoPeople(Accounts accounts) {
        this.accounts = accounts;
    }

    void ensure(Map<String, String> passwords) {
        for (DemoPerson person : DemoPerson.ALL) {
            if (accounts.find(person.uri()).isEmpty()) {
                done(accounts.add(new NewPerson(
                        person.name(),
                        DemoPerson.ORGANISATION,
                        capitalized(person.name()),
                        new PersonRights(person.remoteAccess()))));
            } else {
                done(accounts.set(person.uri(), new PersonChange(null, person.remoteAccess(), true)));
            }
            String password = passwords.get(person.name());
            if (password != null && !knows(person, password)) {
                give(person, password);
            }
        }
    }

    private boolean knows(DemoPerson person, String password) {
        String expected = DigestAlgorithm.MD5.ha1(person.name(), DemoPerson.ORGANISATION, password);
        return accounts.credentials(person.name(), DemoPerson.ORGANISATION)
                .map(credentials -> credentials.hashes().stream()
                        .anyMatch(hash -> expected.equals(hash.hash().get(DigestAlgorithm.MD5))))
                .orElse(false);
    }

    private void give(DemoPerson person, String password) {
        boolean taken = accounts.find(person.uri()).stream()
                .flatMap(found -> found.devices().stream())
                .anyMatch(device -> device.live() && device.label().equals(DEVICE));
        if (taken) {
            done(accounts.revokeDevice(person.uri(), DEVICE));
        }
        done(accounts.addDevice(person.uri(), DEVICE, new Secret(password)));
    }

    private static <T> void done(CompletableFuture<Result<T>> change) {
        if (change.join() instanceof Result.Bad<T> bad) {
            throw new AppFailure(
                    AppErrorCode.START_FAILED,
                    "the demo's people cannot be set up: " + bad.reason(),
                    "Start anew: edgeways demo --fresh");
        }
    }

    private static String capitalized(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
}
