package org.edgeways.pool.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Commands of other parts of the inside that are answered on the pool's administration socket too. */
public interface MoreCommands {

    /** None. */
    MoreCommands NONE = new MoreCommands() {
        @Override
        public @Nullable ObjectNode carryOut(String command, JsonNode request) {
            return null;
        }

        @Override
        public String names() {
            return "";
        }
    };

    /**
     * The answer to a request, which says {@code "ok"}; null if the command is none of these. On a thread that may block.
     */
    @Nullable
    ObjectNode carryOut(String command, JsonNode request);

    /** What there is, joined by commas, for who asks for something else; empty for nothing. */
    String names();
}
