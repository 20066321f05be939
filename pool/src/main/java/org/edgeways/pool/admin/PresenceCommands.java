package org.edgeways.pool.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.edgeways.accounts.AccountErrorCode;
import org.edgeways.accounts.Accounts;
import org.edgeways.accounts.Person;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.Result;
import org.edgeways.pool.presence.engine.ChangeListener;
import org.edgeways.pool.presence.engine.Contact;
import org.edgeways.pool.presence.engine.Decision;
import org.edgeways.pool.presence.engine.KnownWatcher;
import org.edgeways.pool.presence.engine.PresenceEngine;
import org.edgeways.pool.presence.engine.PresenceErrorCode;
import org.jspecify.annotations.Nullable;

/** Carries out administrators' requests about contact lists and watchers. Blocks. */
final class PresenceCommands {

    /** What there is, for who asks for something else. */
    static final String NAMES = "contact-list, contact-add, contact-remove, watcher-list, watcher-allow,"
            + " watcher-polite-block, watcher-block or watcher-forget";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** A change of a person's contacts or decisions. */
    private interface Change {
        void make(PresenceEngine presence, ChangeListener then, long now);
    }

    private final Accounts accounts;
    private final PresenceDesk desk;

    PresenceCommands(Accounts accounts, PresenceDesk desk) {
        this.accounts = accounts;
        this.desk = desk;
    }

    /** The answer to a request; null if the command is none of these. */
    @Nullable
    ObjectNode carryOut(String command, JsonNode request)
            throws ExecutionException, TimeoutException, InterruptedException {
        return switch (command) {
            case "contact-list" -> ofContacts(request, null);
            case "contact-add" -> addContact(request);
            case "contact-remove" -> {
                String address = address(AdminCommands.text(request, "address"));
                yield ofContacts(
                        request, person -> (presence, then, now) -> presence.removeContact(person, address, then));
            }
            case "watcher-list" -> ofWatchers(request, null);
            case "watcher-allow" -> decide(request, Decision.ALLOW);
            case "watcher-polite-block" -> decide(request, Decision.POLITE_BLOCK);
            case "watcher-block" -> decide(request, Decision.BLOCK);
            case "watcher-forget" -> {
                String watcher = address(AdminCommands.text(request, "watcher"));
                yield ofWatchers(
                        request, person -> (presence, then, now) -> presence.forgetDecision(person, watcher, then));
            }
            default -> null;
        };
    }

    private ObjectNode addContact(JsonNode request) throws ExecutionException, TimeoutException, InterruptedException {
        Optional<Person> contact = accounts.find(AdminCommands.text(request, "address"));
        PresenceErrorCode refusal = refusal(contact);
        if (refusal != null) {
            return refused(refusal);
        }
        String address = contact.get().uri();
        String given = AdminCommands.optional(request, "displayName");
        String name = given == null ? contact.get().displayName() : given;
        return ofContacts(
                request,
                person -> (presence, then, now) -> presence.addContact(new Contact(person, address, name), then));
    }

    private ObjectNode decide(JsonNode request, Decision decision)
            throws ExecutionException, TimeoutException, InterruptedException {
        Optional<Person> watcher = accounts.find(AdminCommands.text(request, "watcher"));
        PresenceErrorCode refusal = refusal(watcher);
        if (refusal != null) {
            return refused(refusal);
        }
        String address = watcher.get().uri();
        return ofWatchers(
                request, person -> (presence, then, now) -> presence.decide(person, address, decision, then, now));
    }

    /** Why somebody cannot become a contact or be decided about; null if they can. */
    private static @Nullable PresenceErrorCode refusal(Optional<Person> somebody) {
        if (somebody.isEmpty()) {
            return PresenceErrorCode.CONTACT_FOREIGN;
        }
        return somebody.get().enabled() ? null : PresenceErrorCode.CONTACT_DISABLED;
    }

    /** The change of a person, whose address is only known later. */
    private interface ChangeOf {
        Change of(String person);
    }

    private ObjectNode ofContacts(JsonNode request, @Nullable ChangeOf change)
            throws ExecutionException, TimeoutException, InterruptedException {
        Result<String> person = changed(request, change);
        if (!(person instanceof Result.Ok<String>(String address))) {
            return AdminCommands.refused((Result.Bad<String>) person);
        }
        List<Contact> contacts =
                AdminCommands.await(desk.ask((presence, answer, now) -> answer.accept(presence.contacts(address))));
        ObjectNode answer = JSON.createObjectNode().put("ok", true).put("person", address);
        ArrayNode list = answer.putArray("contacts");
        contacts.forEach(
                contact -> list.addObject().put("address", contact.address()).put("displayName", contact.name()));
        return answer;
    }

    private ObjectNode ofWatchers(JsonNode request, @Nullable ChangeOf change)
            throws ExecutionException, TimeoutException, InterruptedException {
        Result<String> person = changed(request, change);
        if (!(person instanceof Result.Ok<String>(String address))) {
            return AdminCommands.refused((Result.Bad<String>) person);
        }
        List<KnownWatcher> watchers =
                AdminCommands.await(desk.ask((presence, answer, now) -> answer.accept(presence.watchers(address))));
        ObjectNode answer = JSON.createObjectNode().put("ok", true).put("person", address);
        ArrayNode list = answer.putArray("watchers");
        watchers.forEach(watcher -> list.addObject()
                .put("address", watcher.address())
                .put(
                        "decision",
                        watcher.decision() == null ? null : watcher.decision().word())
                .put("state", watcher.state().word())
                .put("subscriptions", watcher.subscriptions()));
        return answer;
    }

    /** Makes the change, if there is any, and gives the address of the person whom the request names. */
    private Result<String> changed(JsonNode request, @Nullable ChangeOf change)
            throws ExecutionException, TimeoutException, InterruptedException {
        Optional<Person> found = accounts.find(AdminCommands.text(request, "name"));
        if (found.isEmpty()) {
            return bad(AccountErrorCode.PERSON_UNKNOWN);
        }
        String person = found.get().uri();
        if (change == null) {
            return Result.ok(person);
        }
        Optional<PresenceErrorCode> refusal = AdminCommands.await(desk.ask((presence, answer, now) ->
                change.of(person).make(presence, code -> answer.accept(Optional.ofNullable(code)), now)));
        return refusal.isPresent() ? bad(refusal.get()) : Result.ok(person);
    }

    private static ObjectNode refused(ErrorCode code) {
        return AdminCommands.refused(new Result.Bad<>(code, 0, code.meaning()));
    }

    private static Result<String> bad(ErrorCode code) {
        return Result.bad(code, 0, code.meaning());
    }

    /** Of somebody who is perhaps no more. */
    private String address(String nameOrUri) {
        return accounts.find(nameOrUri)
                .map(Person::uri)
                .orElseGet(
                        () -> (nameOrUri.startsWith("sip:") ? nameOrUri : "sip:" + nameOrUri).toLowerCase(Locale.ROOT));
    }
}
