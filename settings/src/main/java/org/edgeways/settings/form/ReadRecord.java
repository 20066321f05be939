package org.edgeways.settings.form;

import java.util.List;
import java.util.Map;
import org.edgeways.settings.text.Place;

/**
 * A record as it was read. Where something was wrong, stand-ins are in it.
 *
 * @param value the record
 * @param places where each key stands, by its name with those around it, such as {@code spec.access.host}
 * @param references which names of other documents it says
 */
public record ReadRecord(Record value, Map<String, Place> places, List<Reference> references) {

    /**
     * The name of another document.
     *
     * @param kind of that document
     * @param name of that document
     * @param place where it is said
     * @param key where it is said
     */
    public record Reference(String kind, String name, Place place, String key) {}

    public ReadRecord {
        places = Map.copyOf(places);
        references = List.copyOf(references);
    }

    /** Whether the text says the key, be it the usual value. */
    public boolean says(String key) {
        return places.containsKey(key);
    }

    /** Where the key stands, or the nearest group around it that is there. */
    public Place place(String key) {
        String at = key;
        while (true) {
            Place place = places.get(at);
            if (place != null) {
                return place;
            }
            int dot = at.lastIndexOf('.');
            if (dot < 0) {
                return places.getOrDefault("", new Place("", 0));
            }
            at = at.substring(0, dot);
        }
    }
}
