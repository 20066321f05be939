package org.edgeways.pool.presence.document;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a person is doing (RFC 4480 section 3.2), and whether one who does it is not to be disturbed. */
public enum Activity {
    APPOINTMENT(true),
    AWAY(false),
    BREAKFAST(false),
    BUSY(true),
    DINNER(false),
    HOLIDAY(false),
    IN_TRANSIT(false),
    LOOKING_FOR_WORK(false),
    LUNCH(false),
    MEAL(false),
    MEETING(true),
    ON_THE_PHONE(true),
    OTHER(false),
    PERFORMANCE(true),
    PERMANENT_ABSENCE(false),
    PLAYING(false),
    PRESENTATION(true),
    SHOPPING(false),
    SLEEPING(false),
    SPECTATOR(false),
    STEERING(true),
    TRAVEL(false),
    TV(false),
    UNKNOWN(false),
    VACATION(false),
    WORKING(false),
    WORSHIP(true);

    private final boolean busy;
    private final String element;

    Activity(boolean busy) {
        this.busy = busy;
        // RFC 4480 writes one with capital letters
        this.element =
                name().equals("TV") ? "TV" : name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether the person is not to be disturbed: busy wins over whatever other devices say. */
    public boolean busy() {
        return busy;
    }

    /** The name of its element, such as {@code on-the-phone}. */
    public String element() {
        return element;
    }

    /**
     * The activity of that name. What clients call do not disturb, which RFC 4480 does not know, is busy.
     *
     * @return null if there is none
     */
    static @Nullable Activity of(String name) {
        String word = name.toLowerCase(Locale.ROOT);
        if (word.equals("dnd") || word.equals("do-not-disturb")) {
            return BUSY;
        }
        for (Activity activity : values()) {
            if (activity.element.equalsIgnoreCase(word)) {
                return activity;
            }
        }
        return null;
    }
}
