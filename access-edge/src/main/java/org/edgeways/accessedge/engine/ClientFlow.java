package org.edgeways.accessedge.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.edgeways.base.SourceNetwork;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.tokens.FlowToken;
import org.edgeways.tokens.Sealer;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection from outside and who is signed in on it. Safe for use by several threads. Its collections begin
 * small: there are tens of thousands of these, nearly all with one person who has one contact.
 */
public final class ClientFlow {

    /** One person's sign-in on one connection. */
    private static final class SignIn {
        private String device;
        private long expiresAt;
        private final Deque<String> contacts = new ArrayDeque<>(1);

        SignIn(String device, long expiresAt) {
            this.device = device;
            this.expiresAt = expiresAt;
        }
    }

    private final Flow flow;
    private final ClientTransport transport;
    private final SourceNetwork source;
    private final Supplier<EdgeLimits> limits;
    private final Map<String, SignIn> people = new LinkedHashMap<>(2);
    private final Set<String> everSignedIn = new HashSet<>(2);
    private @Nullable SealedToken sealedToken;

    /** A token with what it became, and by which key. */
    private record SealedToken(FlowToken token, int keyId, String text) {}

    private Set<String> begun = Set.of();
    private boolean failedWhileBanned;

    ClientFlow(Flow flow, ClientTransport transport, SourceNetwork source, Supplier<EdgeLimits> limits) {
        this.flow = flow;
        this.transport = transport;
        this.source = source;
        this.limits = limits;
    }

    /** The connection. */
    public Flow flow() {
        return flow;
    }

    /** How it is connected. */
    public ClientTransport transport() {
        return transport;
    }

    /** Where it comes from. */
    public SourceNetwork source() {
        return source;
    }

    /** True if anybody is signed in. */
    public synchronized boolean isSignedIn(long now) {
        for (SignIn signIn : people.values()) {
            if (now < signIn.expiresAt) {
                return true;
            }
        }
        return false;
    }

    /** True if that person is signed in. */
    public synchronized boolean isSignedInAs(String person, long now) {
        SignIn signIn = people.get(person);
        return signIn != null && now < signIn.expiresAt;
    }

    /**
     * True if a ban of its source network does not close it: somebody is signed in, and no wrong credentials came on it
     * during a ban. Else one account would be enough to guess the passwords of all others.
     */
    public synchronized boolean isSparedByBans(long now) {
        return !failedWhileBanned && isSignedIn(now);
    }

    synchronized void failedWhileBanned() {
        failedWhileBanned = true;
    }

    /** Notes that a sign-in of that person was begun without credentials; true if those of too many others were too. */
    synchronized boolean beganTooManySignIns(String person) {
        if (everSignedIn.contains(person) || begun.contains(person)) {
            return false;
        }
        if (begun.size() >= limits.get().peoplePerConnection()) {
            return true;
        }
        if (begun.isEmpty()) {
            begun = new HashSet<>(2);
        }
        begun.add(person);
        return false;
    }

    /** True if that person is signed in or was, on this very connection: may finish what was begun then. */
    public synchronized boolean wasSignedInAs(String person) {
        return everSignedIn.contains(person);
    }

    /** The people who are signed in, first come first. */
    public synchronized List<String> people(long now) {
        List<String> signedIn = new ArrayList<>();
        people.forEach((person, signIn) -> {
            if (now < signIn.expiresAt) {
                signedIn.add(person);
            }
        });
        return signedIn;
    }

    /** The device by which that person is signed in, or was last; null if never. */
    public synchronized @Nullable String deviceOf(String person) {
        SignIn signIn = people.get(person);
        return signIn == null ? null : signIn.device;
    }

    /** True if the person wrote that contact on this connection. */
    public synchronized boolean wroteContact(String person, String contact) {
        SignIn signIn = people.get(person);
        return signIn != null && signIn.contacts.contains(contact);
    }

    /** True if one more person may sign in, or that one is already. Makes room by forgetting who has expired. */
    synchronized boolean hasRoomFor(String person, long now) {
        if (people.containsKey(person) || people.size() < limits.get().peoplePerConnection()) {
            return true;
        }
        people.values().removeIf(signIn -> now >= signIn.expiresAt);
        return people.size() < limits.get().peoplePerConnection();
    }

    synchronized void signIn(String person, String device, long expiresAt, Collection<String> contacts) {
        SignIn signIn = people.computeIfAbsent(person, key -> new SignIn(device, expiresAt));
        if (begun.contains(person)) {
            begun.remove(person);
            begun = begun.isEmpty() ? Set.of() : begun;
        }
        signIn.device = device;
        signIn.expiresAt = expiresAt;
        for (String contact : contacts) {
            if (!signIn.contacts.contains(contact)) {
                signIn.contacts.addLast(contact);
                if (signIn.contacts.size() > limits.get().contactsPerPerson()) {
                    signIn.contacts.removeFirst();
                }
            }
        }
        if (everSignedIn.size() < 4 * limits.get().peoplePerConnection()) {
            everSignedIn.add(person);
        }
    }

    /** Takes that person out; the device that was signed in, or null if none was. */
    synchronized @Nullable String signOut(String person) {
        SignIn signIn = people.remove(person);
        return signIn == null ? null : signIn.device;
    }

    /** A token of this connection, sealed; the latest is kept, since one client's requests all carry the same. */
    synchronized String seal(FlowToken token, Sealer sealer) {
        SealedToken known = sealedToken;
        int keyId = sealer.keyId();
        if (known == null || known.keyId() != keyId || !known.token().equals(token)) {
            known = new SealedToken(token, keyId, token.seal(sealer));
            sealedToken = known;
        }
        return known.text();
    }

    /** All sign-ins as person and device, expired ones among them. */
    synchronized Map<String, String> devices() {
        Map<String, String> devices = new LinkedHashMap<>();
        people.forEach((person, signIn) -> devices.put(person, signIn.device));
        return devices;
    }
}
