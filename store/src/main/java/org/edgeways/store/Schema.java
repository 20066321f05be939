package org.edgeways.store;

import java.util.regex.Pattern;

/**
 * The tables of one room. Each room numbers its migrations for itself; which of them a database has seen is kept in a
 * history table of that room, so two rooms can never collide over a version.
 *
 * @param room the room or part of a room that owns the tables: lower-case letters, digits and underscores
 * @param location the folder on the class path with {@code V1__words.sql}, {@code V2__words.sql} and so on, such as
 *     {@code org/edgeways/accounts/schema}
 */
public record Schema(String room, String location) {

    private static final Pattern ROOM = Pattern.compile("[a-z][a-z0-9_]{0,30}");

    public Schema {
        if (!ROOM.matcher(room).matches()) {
            throw new IllegalArgumentException("not a room's name: " + room);
        }
    }

    /** The table that remembers which migrations of this room were applied. */
    public String historyTable() {
        return "schema_history_" + room;
    }
}
