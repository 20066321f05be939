package org.edgeways.turn.engine;

import org.edgeways.turn.TurnErrorCode;

/** Who may ask for what. No call blocks. */
public interface Credentials {

    /**
     * Whose credentials are, as whoever checks them knows it. Kept with each allocation that was made with them, so that who is to be
     * cut off ({@link TurnEngine#endOf}) is known without another look at the user name.
     */
    @FunctionalInterface
    interface Holder {
        /** The user name. */
        String username();
    }

    /** What is known of a user name. */
    sealed interface Answer {
        /**
         * It is good, as far as {@link #find} looks.
         *
         * @param password from which the key is made
         * @param holder whose it is
         */
        record Known(String password, Holder holder) implements Answer {}

        /**
         * It is not.
         *
         * @param code {@link TurnErrorCode#USER_UNKNOWN} or {@link TurnErrorCode#CREDENTIALS_EXPIRED}
         */
        record Refused(TurnErrorCode code) implements Answer {}
    }

    /**
     * A user name that was shown.
     *
     * @param username any text
     * @param ongoing whether the request is about an allocation that this user name has: its credentials may be good for that longer
     *     than for anything new
     */
    record Shown(String username, boolean ongoing) {}

    /**
     * What is known of a user name.
     *
     * @param now nanoseconds since 1970
     */
    Answer find(Shown shown, long now);

    /**
     * Whether a user name of which {@link #find} knew the password is good after all. Asked once a request has shown that its sender
     * knows the password too: here belongs what costs more than anybody may ask for.
     *
     * @param now nanoseconds since 1970
     */
    default boolean isGenuine(Shown shown, long now) {
        return true;
    }
}
