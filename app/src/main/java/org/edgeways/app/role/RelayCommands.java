package org.edgeways.app.role;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.edgeways.pool.admin.AdminErrorCode;
import org.edgeways.pool.admin.MoreCommands;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out administrators' requests for relay credentials, and leaves others to others. */
final class RelayCommands implements MoreCommands {

    private static final Logger LOG = LoggerFactory.getLogger(RelayCommands.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CREDENTIALS = "relay-credentials";

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
        if (!command.equals(CREDENTIALS) || asked == null) {
            return others.carryOut(command, request);
        }
        try {
            return asked.credentials(request, JSON.createObjectNode());
        } catch (RuntimeException e) {
            LOG.error("event=relay-command-failed code={}", AdminErrorCode.FAILED.code(), e);
            return JSON.createObjectNode()
                    .put("ok", false)
                    .put("code", AdminErrorCode.FAILED.code())
                    .put("problem", AdminErrorCode.FAILED.meaning())
                    .put("next", "look at the pool's log");
        }
    }

    @Override
    public String names() {
        return others.names() + ", " + CREDENTIALS;
    }
}
