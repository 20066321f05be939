package org.edgeways.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The rooms and their rows: a room may use only rooms in rows above its own, and never another room of its own row. */
final class Rooms {

    /** The prefix of every package of ours. */
    static final String ROOT = "org.edgeways.";

    /** From the top row down; the packages are those below {@link #ROOT}. */
    static final List<List<String>> ROWS = List.of(
            List.of("base"),
            List.of("sip", "turn", "policy", "tokens", "net", "store"),
            List.of("siptransport", "accounts", "link", "settings", "joining"),
            List.of("accessedge", "avedge", "pool", "connector", "node", "control"),
            List.of("app"));

    /** Rooms that stand beside the rows: they are for tests. */
    static final List<String> BESIDE = List.of("testkit", "interop", "bench", "architecture");

    private Rooms() {}

    /** Every class of ours that is not a test. */
    static JavaClasses production() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("org.edgeways");
    }

    /** The room that a class lives in: the first part of its package below the root. */
    static String roomOf(JavaClass type) {
        String name = type.getPackageName() + ".";
        return name.substring(ROOT.length(), name.indexOf('.', ROOT.length()));
    }

    /** The row of each room in a row, from 0. */
    static Map<String, Integer> rows() {
        Map<String, Integer> rows = new TreeMap<>();
        for (int row = 0; row < ROWS.size(); row++) {
            for (String room : ROWS.get(row)) {
                rows.put(room, row);
            }
        }
        return rows;
    }
}
