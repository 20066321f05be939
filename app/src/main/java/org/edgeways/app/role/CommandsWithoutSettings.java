package org.edgeways.app.role;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.pool.admin.MoreCommands;
import org.jspecify.annotations.Nullable;

/** What a pool that was started with one JSON file says to the commands that need settings. */
final class CommandsWithoutSettings implements MoreCommands {

    private static final Set<String> NEED_SETTINGS = Set.of(ControlCommands.NAMES.split(", "));

    @Override
    public @Nullable ObjectNode carryOut(String command, JsonNode request) {
        return NEED_SETTINGS.contains(command)
                ? JsonNodeFactory.instance
                        .objectNode()
                        .put("ok", false)
                        .put("code", AppErrorCode.SETTINGS_NEEDED.code())
                        .put("problem", AppErrorCode.SETTINGS_NEEDED.meaning())
                        .put(
                                "next",
                                "Start one with edgeways pool --settings DIR --data DIR, and name its data: --data DIR")
                : null;
    }

    @Override
    public String names() {
        return "";
    }
}
