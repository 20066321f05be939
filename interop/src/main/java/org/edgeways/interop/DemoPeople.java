package org.edgeways.interop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.edgeways.app.admin.AdminClient;

/** Whom {@code demo.json} names, and where they connect. */
record DemoPeople(JsonNode description) {
    static DemoPeople read(Path file) throws IOException {
        return new DemoPeople(JsonMapper.builder().build().readTree(file.toFile()));
    }

    /** The person's account as used outside, at the edge. */
    Account outside(String name) {
        JsonNode edge = description.path("edge");
        return account(name, edge, edge.path("webSocketUrl").asText());
    }

    /** The person's account as used inside. */
    Account inside(String name) {
        return account(name, description.path("inside"), "");
    }

    /** Adds somebody with remote access and a device; the account as used outside. */
    Account add(AdminClient administrator, String person) {
        administrator.ask(AdminClient.request("user-add").put("name", person).put("remoteAccess", true));
        return made(
                person,
                administrator.ask(
                        AdminClient.request("device-add").put("name", person).put("device", "phone")));
    }

    /**
     * Somebody to whom a device was added with credentials for the relay.
     *
     * @param said by the command, in JSON
     */
    RelayedAccount withRelay(String person, String said) {
        try {
            JsonNode made = JsonMapper.builder().build().readTree(said);
            return new RelayedAccount(made(person, made), TurnAccount.outside(RelayAccess.of(made.path("turn"))));
        } catch (JsonProcessingException e) {
            throw new AssertionError(said, e);
        }
    }

    private Account made(String person, JsonNode made) {
        Account like = outside("alice");
        return new Account(
                made.path("people").path(0).path("uri").asText(),
                person,
                made.path("password").asText(),
                like.host(),
                like.sipTlsPort(),
                like.webSocketUrl(),
                like.caFile());
    }

    /** The same account as used inside. */
    Account inside(Account outside) {
        Account like = inside("alice");
        return new Account(
                outside.uri(),
                outside.username(),
                outside.password(),
                like.host(),
                like.sipTlsPort(),
                "",
                like.caFile());
    }

    private Account account(String name, JsonNode server, String webSocketUrl) {
        for (JsonNode person : description.path("people")) {
            if (person.path("name").asText().equals(name)) {
                return new Account(
                        person.path("uri").asText(),
                        person.path("username").asText(),
                        person.path("password").asText(),
                        server.path("host").asText(),
                        server.path("sipTlsPort").asInt(),
                        webSocketUrl,
                        Path.of(description.path("caFile").asText()).toAbsolutePath());
            }
        }
        throw new IllegalArgumentException("nobody is called " + name);
    }
}
