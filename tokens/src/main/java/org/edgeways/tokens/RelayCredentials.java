package org.edgeways.tokens;

/**
 * What a client shows to a relay (TURN): the long-term credentials of RFC 8489 section 9.2, good for a time, in the form that
 * WebRTC clients use (draft-uberti-behave-turn-rest). Made by {@link RelayKey#mint}, checked by {@link RelayVerifier}.
 *
 * @param username {@code EXPIRY:OPAQUE}: the first second since 1970 at which they are no longer good, and what only we can
 *     read; at most {@link #MAX_USERNAME_LENGTH} ASCII characters
 * @param password a keyed hash of the user name, base64url
 * @param expirySeconds the number at the start of the user name
 */
public record RelayCredentials(String username, String password, long expirySeconds) {

    /** Longest user name that is made or read; RFC 8489 section 14.3 allows 508 bytes. */
    public static final int MAX_USERNAME_LENGTH = 200;

    /** Hides the password. */
    @Override
    public String toString() {
        return "RelayCredentials[" + username + ", ***]";
    }
}
