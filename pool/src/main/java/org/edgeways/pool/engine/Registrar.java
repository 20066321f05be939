package org.edgeways.pool.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.edgeways.base.Result;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Uri;
import org.jspecify.annotations.Nullable;

/**
 * Who is signed in where: the location service and its registrar (RFC 3261 section 10, RFC 3327, RFC 5626). Authentication
 * comes before it, durability after it.
 *
 * <p>Which bindings a contact of a REGISTER replaces:
 * <ul>
 *   <li>with instance and reg-id (outbound): those of the same instance and reg-id, wherever they were made, and those of
 *       the same URI that name no other instance;
 *   <li>with an instance only: those of the same instance without reg-id, and those of the same URI that name no other
 *       instance: a device that learned its public address is still one device;
 *   <li>without instance: those of the same URI that name no instance.
 * </ul>
 * A removal (expires=0) names its bindings by URI, or by instance and reg-id.
 */
final class Registrar {

    /** What came of a REGISTER that is not refused. */
    record Change(List<Binding> bindings, boolean changed, int evicted) {}

    /** Either a change, or why not. */
    sealed interface Outcome {
        record Accepted(Change change) implements Outcome {}

        record Refused(Refusal refusal) implements Outcome {}
    }

    /** How many devices that are gone keep their id for when they come back. */
    static final int OLD_IDS_REMEMBERED = 10_000;

    private RegistrarLimits limits;
    private final RandomGenerator random;
    private final Map<String, List<Binding>> people = new HashMap<>();
    private final Map<String, Binding> byId = new HashMap<>();

    /** Edge nodes through which bindings may be; null for any. */
    private @Nullable Set<String> nodes;

    private final Map<String, Set<String>> peopleOfFlow = new HashMap<>();
    private final Map<String, Set<String>> idsOfContactUser = new HashMap<>();
    private final TimerQueue<String> expiries = new TimerQueue<>();
    private final Map<String, TimerQueue.Timer<String>> expiryOfId = new HashMap<>();
    private final Map<String, String> idsOfOld = new LinkedHashMap<>();
    private final Map<String, String> peopleOfOld = new LinkedHashMap<>();
    private final Set<String> changed = new LinkedHashSet<>();

    Registrar(RegistrarLimits limits, RandomGenerator random) {
        this.limits = limits;
        this.random = random;
    }

    /** Holds to other limits from now on; bindings that are there stay as long as they were granted. */
    void use(RegistrarLimits next) {
        limits = next;
    }

    /** What it holds to. */
    RegistrarLimits limits() {
        return limits;
    }

    /**
     * Puts back what was saved before a restart: the devices behind edge nodes, whose connections live on there. Devices
     * inside have lost theirs and come back by themselves; until then only their ids are remembered.
     */
    void restore(Collection<Binding> bindings, long now) {
        Map<String, List<Binding>> saved = new LinkedHashMap<>();
        for (Binding binding : bindings) {
            if (!binding.remote()) {
                rememberId(binding);
            } else if (binding.expiresAt() > now) {
                saved.computeIfAbsent(binding.person(), p -> new ArrayList<>()).add(binding);
            }
        }
        saved.forEach(this::put);
    }

    /**
     * Decides about a REGISTER of an authenticated person and, unless it is refused, does what it says.
     *
     * @param person the address of record
     * @param device the device password that signed it
     */
    Outcome register(SipMessage request, String person, FlowName flow, String device, long now) {
        return switch (RegisterRequest.read(request, flow, limits)) {
            case RegisterRequest.Outcome.Refused refused -> new Outcome.Refused(refused.refusal());
            case RegisterRequest.Outcome.Read read -> apply(read.request(), person, flow, device, now);
        };
    }

    private Outcome apply(RegisterRequest request, String person, FlowName flow, String device, long now) {
        List<Binding> present = bindings(person, now);
        if (request.contacts().isEmpty() && !request.removeAll()) {
            return new Outcome.Accepted(new Change(present, false, 0));
        }
        List<Binding> next = new ArrayList<>(present);
        if (request.removeAll()) {
            if (present.stream().anyMatch(request::overtakenBy)) {
                return outOfOrder();
            }
            next.clear();
        }
        for (RegisterRequest.Contact contact : request.contacts()) {
            if (Gruu.is(contact.uri()) && Addresses.of(contact.uri()).equals(person)) {
                return new Outcome.Refused(
                        Refusal.of(403, PoolErrorCode.CONTACT_IS_GRUU, "RFC 5627 section 5.1: contacts are no GRUUs"));
            }
            List<Binding> replaced = next.stream().filter(contact::replaces).toList();
            if (replaced.stream().anyMatch(request::overtakenBy)) {
                return outOfOrder();
            }
            next.removeAll(replaced);
            if (contact.expirySeconds() > 0) {
                String id = replaced.isEmpty() ? "" : replaced.getLast().id();
                Binding made = request.binding(contact, id, person, flow.toString(), device, now);
                next.add(made);
            }
        }
        giveIds(next, present);
        int evicted = 0;
        while (next.size() > limits.bindingsPerPerson()) {
            next.remove(next.stream()
                    .min(Comparator.comparingLong(Binding::registeredAt))
                    .orElseThrow());
            evicted++;
        }
        put(person, next);
        return new Outcome.Accepted(new Change(List.copyOf(next), true, evicted));
    }

    /**
     * Gives the new bindings among {@code next} their ids. A device that removes its old contact and adds a new one in one
     * request is still that device, and its dialogs know it by its id.
     */
    private void giveIds(List<Binding> next, List<Binding> present) {
        List<Binding> gone = new ArrayList<>(
                present.stream().filter(b -> ofId(next, b.id()) == null).toList());
        for (int i = 0; i < next.size(); i++) {
            Binding made = next.get(i);
            if (made.id().isEmpty()) {
                Binding old = gone.stream()
                        .filter(b -> sameDevice(b, made))
                        .findFirst()
                        .orElse(null);
                gone.remove(old);
                next.set(i, made.withId(old != null ? old.id() : idFor(made)));
            }
        }
    }

    private static boolean sameDevice(Binding old, Binding made) {
        return old.instance() != null && made.instance() != null
                ? old.instance().equals(made.instance()) && old.regId() == made.regId()
                : old.device().equals(made.device());
    }

    private static Outcome outOfOrder() {
        return new Outcome.Refused(
                Refusal.of(500, PoolErrorCode.REGISTER_OUT_OF_ORDER, "RFC 3261 section 10.3 item 7: CSeq must rise"));
    }

    /** The live bindings of a person, in the order in which they were made. */
    List<Binding> bindings(String person, long now) {
        List<Binding> all = people.getOrDefault(person, List.of());
        for (Binding binding : all) {
            if (binding.expiresAt() <= now) {
                return all.stream().filter(b -> b.expiresAt() > now).toList();
            }
        }
        return all;
    }

    /**
     * Takes a change back that could not be made durable, but not what has happened to the same bindings since.
     *
     * @param before what the person had
     * @param after what the change made of it
     */
    void undo(String person, List<Binding> before, List<Binding> after, long now) {
        List<Binding> next = new ArrayList<>();
        for (Binding present : people.getOrDefault(person, List.of())) {
            Binding earlier = ofId(before, present.id());
            if (!after.contains(present) || present.equals(earlier)) {
                next.add(present);
            } else if (earlier != null && earlier.expiresAt() > now) {
                next.add(earlier);
            }
        }
        for (Binding earlier : before) {
            if (ofId(after, earlier.id()) == null && ofId(next, earlier.id()) == null && earlier.expiresAt() > now) {
                next.add(earlier);
            }
        }
        next.removeIf(binding -> nodes != null && !FlowName.leadsTo(binding.flow(), nodes));
        put(person, next);
    }

    private static @Nullable Binding ofId(List<Binding> bindings, String id) {
        return bindings.stream().filter(b -> b.id().equals(id)).findFirst().orElse(null);
    }

    /** The live binding of that id, or null. */
    @Nullable
    Binding binding(String id, long now) {
        Binding binding = byId.get(id);
        return binding == null || binding.expiresAt() <= now ? null : binding;
    }

    /** Whose binding has that id or, as far as that is remembered, has had it; or null. */
    @Nullable
    String personOf(String id, long now) {
        Binding binding = binding(id, now);
        return binding == null ? peopleOfOld.get(id) : binding.person();
    }

    /** Everybody who is signed in, with bindings that are perhaps expired. */
    Set<String> people() {
        return Set.copyOf(people.keySet());
    }

    /** Everybody who is signed in on that connection. */
    Set<String> peopleOn(FlowName flow) {
        return Set.copyOf(peopleOfFlow.getOrDefault(flow.toString(), Set.of()));
    }

    /**
     * The live binding whose contact is that URI (RFC 3261 section 19.1.4), the one that was refreshed last; null if there
     * is none, or if devices of several people say that it is theirs.
     */
    @Nullable
    Binding ofContact(SipUri uri, long now) {
        Binding found = null;
        for (String id : idsOfContactUser.getOrDefault(contactUser(uri), Set.of())) {
            Binding binding = binding(id, now);
            if (binding != null
                    && Uri.parse(binding.contact()) instanceof Result.Ok<Uri>(SipUri contact)
                    && contact.equivalent(uri)) {
                if (found != null && !found.person().equals(binding.person())) {
                    return null;
                }
                found = found == null || binding.registeredAt() >= found.registeredAt() ? binding : found;
            }
        }
        return found;
    }

    /** Equal for equal URIs, different for most others. */
    private static String contactUser(SipUri uri) {
        return uri.user() + ":" + uri.port();
    }

    private static @Nullable String contactUser(Binding binding) {
        return Uri.parse(binding.contact()) instanceof Result.Ok<Uri>(SipUri uri) ? contactUser(uri) : null;
    }

    /** The person's binding on that connection that was refreshed last, or null. */
    @Nullable
    Binding bindingOn(String person, FlowName flow, long now) {
        String name = flow.toString();
        return bindings(person, now).stream()
                .filter(b -> b.flow().equals(name))
                .max(Comparator.comparingLong(Binding::registeredAt))
                .orElse(null);
    }

    /**
     * Drops a binding whose device cannot be reached any more, unless it was refreshed on another connection since: the
     * id stays the same then.
     *
     * @param unreachable the binding as it was when its device was tried
     * @return the person whose bindings have changed, or null
     */
    @Nullable
    String remove(Binding unreachable) {
        Binding present = byId.get(unreachable.id());
        if (present == null || !present.flow().equals(unreachable.flow())) {
            return null;
        }
        remove(present.id());
        return present.person();
    }

    private void remove(String id) {
        Binding binding = byId.get(id);
        if (binding == null) {
            return;
        }
        put(
                binding.person(),
                people.getOrDefault(binding.person(), List.of()).stream()
                        .filter(b -> !b.id().equals(id))
                        .toList());
    }

    /** Drops every binding made on a connection that is gone; the people whose bindings have changed. */
    List<String> removeFlow(FlowName flow) {
        String name = flow.toString();
        List<String> changed = List.copyOf(peopleOfFlow.getOrDefault(name, Set.of()));
        for (String person : changed) {
            put(
                    person,
                    people.getOrDefault(person, List.of()).stream()
                            .filter(b -> !b.flow().equals(name))
                            .toList());
        }
        return changed;
    }

    /** Drops every binding that was made through an edge node that is none of these; the people whose bindings have changed. */
    List<String> removeBehindOthers(Set<String> nodes) {
        this.nodes = nodes;
        Set<String> found = new LinkedHashSet<>();
        peopleOfFlow.forEach((flow, behind) -> {
            if (!FlowName.leadsTo(flow, nodes)) {
                found.addAll(behind);
            }
        });
        found.forEach(person -> retain(person, binding -> FlowName.leadsTo(binding.flow(), nodes)));
        return List.copyOf(found);
    }

    /** Whether that connection is to an edge node that was put out: nobody signs in through it, whatever it still has to bring. */
    boolean isOut(FlowName flow) {
        return nodes != null && !FlowName.leadsTo(flow.toString(), nodes);
    }

    /** Keeps only those bindings of a person that {@code kept} accepts; true if any was dropped. */
    boolean retain(String person, java.util.function.Predicate<Binding> kept) {
        List<Binding> all = people.getOrDefault(person, List.of());
        List<Binding> left = all.stream().filter(kept).toList();
        if (left.size() == all.size()) {
            return false;
        }
        put(person, left);
        return true;
    }

    /** Forgets what has expired. */
    void timeout(long now) {
        for (String due = expiries.poll(now); due != null; due = expiries.poll(now)) {
            remove(due);
        }
    }

    /** When {@link #timeout} has something to do. */
    long nextDeadline() {
        return expiries.nextDeadline();
    }

    /** How many bindings have a time at which they are forgotten. */
    int deadlines() {
        return expiries.size();
    }

    /** How many bindings there are, expired ones included until they are forgotten. */
    int size() {
        return byId.size();
    }

    /** Everybody who is signed in through that node, with bindings that are perhaps expired. */
    List<String> peopleBehind(String node) {
        Set<String> found = new LinkedHashSet<>();
        String prefix = node + ";";
        for (Map.Entry<String, Set<String>> entry : peopleOfFlow.entrySet()) {
            if (entry.getKey().startsWith(prefix)) {
                found.addAll(entry.getValue());
            }
        }
        return List.copyOf(found);
    }

    /** The people whose bindings were touched in whatever way since the last call. */
    List<String> takeChanged() {
        if (changed.isEmpty()) {
            return List.of();
        }
        List<String> taken = List.copyOf(changed);
        changed.clear();
        return taken;
    }

    /** The one place where bindings change. */
    private void put(String person, List<Binding> bindings) {
        changed.add(person);
        for (Binding old : people.getOrDefault(person, List.of())) {
            byId.remove(old.id());
            String contact = contactUser(old);
            Set<String> same = contact == null ? null : idsOfContactUser.get(contact);
            if (contact != null && same != null) {
                same.remove(old.id());
                if (same.isEmpty()) {
                    idsOfContactUser.remove(contact);
                }
            }
            TimerQueue.Timer<String> expiry = expiryOfId.remove(old.id());
            if (expiry != null) {
                expiries.cancel(expiry);
            }
            rememberId(old);
            Set<String> here = peopleOfFlow.get(old.flow());
            if (here != null) {
                here.remove(person);
                if (here.isEmpty()) {
                    peopleOfFlow.remove(old.flow());
                }
            }
        }
        if (bindings.isEmpty()) {
            people.remove(person);
            return;
        }
        people.put(person, List.copyOf(bindings));
        for (Binding binding : bindings) {
            byId.put(binding.id(), binding);
            String contact = contactUser(binding);
            if (contact != null) {
                idsOfContactUser
                        .computeIfAbsent(contact, c -> new LinkedHashSet<>())
                        .add(binding.id());
            }
            peopleOfFlow
                    .computeIfAbsent(binding.flow(), f -> new LinkedHashSet<>())
                    .add(person);
            expiryOfId.put(binding.id(), expiries.schedule(binding.expiresAt(), binding.id()));
        }
    }

    /** The id that the same device had before, so that its dialogs find it again, or a new one. */
    private String idFor(Binding made) {
        String old = idsOfOld.remove(device(made));
        return old != null && !byId.containsKey(old) ? old : HexFormat.of().toHexDigits(random.nextLong());
    }

    private void rememberId(Binding gone) {
        idsOfOld.put(device(gone), gone.id());
        peopleOfOld.put(gone.id(), gone.person());
        if (peopleOfOld.size() > OLD_IDS_REMEMBERED) {
            peopleOfOld.remove(peopleOfOld.keySet().iterator().next());
        }
        if (idsOfOld.size() > OLD_IDS_REMEMBERED) {
            idsOfOld.remove(idsOfOld.keySet().iterator().next());
        }
    }

    private static String device(Binding binding) {
        String name = binding.instance() == null ? binding.contact() : binding.instance() + "#" + binding.regId();
        return binding.person() + " " + name;
    }
}
