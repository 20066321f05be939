package org.edgeways.app.role;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.edgeways.pool.admin.AdminErrorCode;
import org.edgeways.pool.admin.MoreCommands;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out administrators' requests about relay credentials, says whose numbers are, and leaves others to others. */
final class RelayCommands implements MoreCommands {

    private static final Logger LOG = LoggerFactory.getLogger(RelayCommands.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CREDENTIALS = "relay-credentials";
    private static final String OWNER = "relay-owner";
    private static final String STATUS = "status";

    private final MoreCommands others;
    private volatile @Nullable RelayPart part;

    RelayCommands(MoreCommands others) {
        this.others = others;
    }

    /** From now on there is a service: it starts after the pool, on whose socket these commands come. */
    void begin(RelayPart started) {
        part = started;
    }

    @Override
    public @Nullable ObjectNode carryOut(String command, JsonNode request) {
        RelayPart asked = part;
        if (asked == null) {
            return others.carryOut(command, request);
        }
        try {
            return switch (command) {
                case CREDENTIALS -> asked.credentials(request, JSON.createObjectNode());
                case OWNER -> asked.owner(request.path("username").asText(), JSON.createObjectNode());
                case STATUS -> named(others.carryOut(command, request), asked);
                default -> others.carryOut(command, request);
            };
        } catch (RuntimeException e) {
            LOG.error("event=relay-command-failed code={}", AdminErrorCode.FAILED.code(), e);
            return JSON.createObjectNode()
                    .put("ok", false)
                    .put("code", AdminErrorCode.FAILED.code())
                    .put("problem", AdminErrorCode.FAILED.meaning())
                    .put("next", "look at the pool's log");
        }
    }

    /** Nodes tell only numbers of people: here they get their names, where they are known. */
    private static @Nullable ObjectNode named(@Nullable ObjectNode status, RelayPart asked) {
        if (status != null) {
            for (JsonNode node : status.path("nodes")) {
                for (JsonNode busy : node.path("report").path("relaying").path("busiest")) {
                    asked.personOf(busy.path("person").asText())
                            .ifPresent(person -> ((ObjectNode) busy).put("person", person));
                }
            }
        }
        return status;
    }

    @Override
    public String names() {
        return others.names() + ", " + CREDENTIALS + ", " + OWNER;
    }
}
