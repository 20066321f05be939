package org.edgeways.tokens;

import org.edgeways.base.ErrorCode;

/** What can be wrong with a token, a keyring or a signed snapshot. */
public enum TokensErrorCode implements ErrorCode {
    /** Not base64url, too short, too long, or of a version that we do not know. */
    TOKEN_MALFORMED("token-malformed", "The token is not one of ours: its form is wrong"),
    /** Well-formed, but sealed with a key that this keyring does not hold. */
    TOKEN_KEY_UNKNOWN("token-key-unknown", "The token was sealed with a key that is not known here"),
    /** The seal does not fit: changed, cut, made up, or sealed for another purpose. */
    TOKEN_FORGED("token-forged", "The token's seal does not fit"),
    /** The seal fits, but what it holds cannot be read: sealed by another version. */
    TOKEN_CONTENT_UNREADABLE("token-content-unreadable", "The token's content cannot be read by this version"),
    /** The keyring's text is not what the codec writes. */
    KEYRING_MALFORMED("keyring-malformed", "The file of keys is damaged"),
    /** The keyring's file can be read by others than its owner. */
    KEYRING_EXPOSED("keyring-exposed", "The file of keys may be read by others than its owner"),
    /** The keyring's file cannot be read or written. */
    KEYRING_UNREADABLE("keyring-unreadable", "The file of keys cannot be read or written"),
    /** A snapshot's bytes do not have the form of one, or end too early or too late. */
    SNAPSHOT_MALFORMED("snapshot-malformed", "The snapshot's form is wrong"),
    /** A snapshot is longer than it may be. */
    SNAPSHOT_TOO_LONG("snapshot-too-long", "The snapshot is too long"),
    /** A snapshot is signed with a key that the node was not given. */
    SNAPSHOT_KEY_UNKNOWN("snapshot-key-unknown", "The snapshot was signed with a key that is not known here"),
    /** A snapshot's signature does not fit: changed, or made up. */
    SNAPSHOT_FORGED("snapshot-forged", "The snapshot's signature does not fit"),
    /** A snapshot is for another node. */
    SNAPSHOT_OF_ANOTHER_NODE("snapshot-of-another-node", "The snapshot is for another node"),
    /** A snapshot is older than the one that the node holds. */
    SNAPSHOT_OLDER("snapshot-older", "The snapshot is older than the one that is here"),
    /** A key for snapshots cannot be read. */
    SNAPSHOT_KEY_MALFORMED("snapshot-key-malformed", "The key for snapshots cannot be read"),
    /** A relay's user name does not have the form of ours: another system's, or made up. */
    RELAY_USER_MALFORMED("relay-user-malformed", "The user name does not have the form of relay credentials"),
    /** Relay credentials of a key that this node was not told, or is told no longer. */
    RELAY_KEY_UNKNOWN("relay-key-unknown", "The relay credentials were made with a key that is not known here"),
    /** A relay's user name that the inside has not made so. */
    RELAY_USER_FORGED("relay-user-forged", "The relay credentials' user name was changed or made up"),
    /** The time of relay credentials is over. */
    RELAY_CREDENTIALS_EXPIRED("relay-credentials-expired", "The time of the relay credentials is over"),
    /** The inside has withdrawn a person's or a device's relay credentials. */
    RELAY_CREDENTIALS_WITHDRAWN("relay-credentials-withdrawn", "The relay credentials were withdrawn"),
    /** What a node is told of a key for relay credentials cannot be read. */
    RELAY_KEY_MALFORMED("relay-key-malformed", "The key for relay credentials cannot be read");

    private final String code;
    private final String meaning;

    TokensErrorCode(String code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    @Override
    public String code() {
        return code;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
