package org.edgeways.pool.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.edgeways.accounts.Accounts;
import org.edgeways.accounts.DevicePassword;
import org.edgeways.accounts.NewDevice;
import org.edgeways.accounts.NewPerson;
import org.edgeways.accounts.Person;
import org.edgeways.accounts.PersonChange;
import org.edgeways.accounts.Secret;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.Result;
import org.edgeways.policy.PersonRights;
import org.jspecify.annotations.Nullable;

/** Carries out administrators' requests: one JSON object in, one out. Blocks; for a thread of its own. */
final class AdminCommands {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PATIENCE_SECONDS = 10;

    private final Accounts accounts;
    private final Function<List<String>, CompletableFuture<Map<String, Integer>>> bindings;
    private final PresenceCommands presence;
    private final MoreCommands more;

    AdminCommands(
            Accounts accounts,
            Function<List<String>, CompletableFuture<Map<String, Integer>>> bindings,
            PresenceDesk presence,
            MoreCommands more) {
        this.accounts = accounts;
        this.bindings = bindings;
        this.presence = new PresenceCommands(accounts, presence);
        this.more = more;
    }

    /** The answer to one line, without its line end. */
    String answer(String line) {
        ObjectNode answer;
        try {
            JsonNode request = JSON.readTree(line);
            answer = request != null && request.isObject()
                    ? carryOut(request)
                    : refused(AdminErrorCode.REQUEST_MALFORMED, "send one JSON object per line");
        } catch (JsonProcessingException e) {
            answer = refused(AdminErrorCode.REQUEST_MALFORMED, "send one JSON object per line");
        } catch (WrongField e) {
            answer = refused(e.code, e.next);
        } catch (ExecutionException | TimeoutException e) {
            answer = refused(AdminErrorCode.FAILED, "look at the pool's log");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer = refused(AdminErrorCode.FAILED, "the pool is stopping; try again when it runs");
        }
        return answer.toString();
    }

    private ObjectNode carryOut(JsonNode request) throws ExecutionException, TimeoutException, InterruptedException {
        String command = request.path("command").asText();
        return switch (command) {
            case "user-list" -> people(accounts.people());
            case "user-add" -> add(request);
            case "user-set" ->
                one(await(accounts.set(
                        text(request, "name"),
                        new PersonChange(
                                optional(request, "displayName"),
                                flag(request, "remoteAccess"),
                                flag(request, "enabled")))));
            case "user-remove" ->
                switch (await(accounts.remove(text(request, "name")))) {
                    case Result.Ok<Person> removed -> people(List.of());
                    case Result.Bad<Person> bad -> refused(bad);
                };
            case "device-add" -> addDevice(request);
            case "device-revoke" -> one(await(accounts.revokeDevice(text(request, "name"), text(request, "device"))));
            default -> {
                ObjectNode ofPresence = presence.carryOut(command, request);
                ObjectNode answer = ofPresence == null ? more.carryOut(command, request) : ofPresence;
                yield answer != null
                        ? answer
                        : refused(
                                AdminErrorCode.COMMAND_UNKNOWN,
                                "use user-list, user-add, user-set, user-remove, device-add, device-revoke, "
                                        + (more.names().isEmpty() ? "" : more.names() + ", ")
                                        + PresenceCommands.NAMES);
            }
        };
    }

    private ObjectNode add(JsonNode request) throws ExecutionException, TimeoutException, InterruptedException {
        String displayName = optional(request, "displayName");
        return one(await(accounts.add(new NewPerson(
                text(request, "name"),
                optional(request, "domain"),
                displayName == null ? "" : displayName,
                new PersonRights(Boolean.TRUE.equals(flag(request, "remoteAccess")))))));
    }

    private ObjectNode addDevice(JsonNode request) throws ExecutionException, TimeoutException, InterruptedException {
        String password = optional(request, "password");
        Result<NewDevice> made = await(accounts.addDevice(
                text(request, "name"), text(request, "device"), password == null ? null : new Secret(password)));
        return switch (made) {
            case Result.Ok<NewDevice>(NewDevice device) -> {
                ObjectNode answer = people(List.of(device.person()));
                // one that was given is known to whoever gave it, and has no business on their screen
                yield password == null
                        ? answer.put("password", device.password().reveal())
                        : answer;
            }
            case Result.Bad<NewDevice> bad -> refused(bad);
        };
    }

    private ObjectNode one(Result<Person> result) throws ExecutionException, TimeoutException, InterruptedException {
        return switch (result) {
            case Result.Ok<Person>(Person person) -> people(List.of(person));
            case Result.Bad<Person> bad -> refused(bad);
        };
    }

    private ObjectNode people(List<Person> people) throws ExecutionException, TimeoutException, InterruptedException {
        Map<String, Integer> counts =
                await(bindings.apply(people.stream().map(Person::uri).toList()));
        ObjectNode answer = JSON.createObjectNode().put("ok", true);
        ArrayNode list = answer.putArray("people");
        for (Person person : people) {
            ObjectNode entry = list.addObject()
                    .put("name", person.name())
                    .put("uri", person.uri())
                    .put("displayName", person.displayName())
                    .put("enabled", person.enabled())
                    .put("remoteAccess", person.rights().remoteAccess());
            ArrayNode devices = entry.putArray("devices");
            person.devices().stream()
                    .filter(DevicePassword::live)
                    .forEach(device -> devices.addObject()
                            .put("name", device.label())
                            .put("created", device.created().toString()));
            entry.put("bindings", counts.getOrDefault(person.uri(), 0));
        }
        return answer;
    }

    static <T> T await(CompletableFuture<T> future) throws ExecutionException, TimeoutException, InterruptedException {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Meanings of accounts say after a semicolon what to do. */
    static ObjectNode refused(Result.Bad<?> bad) {
        String reason = bad.reason().isEmpty() ? bad.code().meaning() : bad.reason();
        int end = reason.indexOf("; ");
        return refused(
                bad.code(),
                end < 0 ? reason : reason.substring(0, end),
                end < 0 ? "edgeways user --help shows what can be done" : reason.substring(end + 2));
    }

    private static ObjectNode refused(AdminErrorCode code, String next) {
        return refused(code, code.meaning(), next);
    }

    private static ObjectNode refused(ErrorCode code, String problem, String next) {
        return JSON.createObjectNode()
                .put("ok", false)
                .put("code", code.code())
                .put("problem", problem)
                .put("next", next);
    }

    private static final class WrongField extends RuntimeException {
        private final AdminErrorCode code;
        private final String next;

        WrongField(AdminErrorCode code, String next) {
            super(next, null, false, false);
            this.code = code;
            this.next = next;
        }
    }

    static String text(JsonNode request, String name) {
        String value = optional(request, name);
        if (value == null) {
            throw new WrongField(AdminErrorCode.FIELD_MISSING, "add \"" + name + "\" to the request");
        }
        return value;
    }

    static @Nullable String optional(JsonNode request, String name) {
        JsonNode value = present(request, name);
        if (value != null && !value.isTextual()) {
            throw new WrongField(AdminErrorCode.FIELD_MALFORMED, "give \"" + name + "\" a text");
        }
        return value == null ? null : value.textValue();
    }

    private static @Nullable Boolean flag(JsonNode request, String name) {
        JsonNode value = present(request, name);
        if (value != null && !value.isBoolean()) {
            // "no" taken for nothing would leave somebody a right that the administrator took away
            throw new WrongField(AdminErrorCode.FIELD_MALFORMED, "give \"" + name + "\" true or false");
        }
        return value == null ? null : Boolean.valueOf(value.booleanValue());
    }

    private static @Nullable JsonNode present(JsonNode request, String name) {
        JsonNode value = request.get(name);
        return value == null || value.isNull() ? null : value;
    }
}
