package org.edgeways.settings.text;

import org.edgeways.base.ErrorCode;

/** What can be wrong with settings, with a snapshot's content, or with a message of the control stream. */
public enum SettingsErrorCode implements ErrorCode {
    /** A file or directory cannot be read. */
    UNREADABLE("settings-unreadable", "A file of the settings cannot be read."),
    /** A file, a directory or a text is larger than its limit, or too deep. */
    TOO_LARGE("settings-too-large", "The settings are larger than they may be."),
    /** A text is no YAML, no JSON, or no text. */
    MALFORMED("settings-malformed", "The text is not well-formed."),
    /** A document says a kind that there is not. */
    KIND_UNKNOWN("settings-kind-unknown", "There is no such kind of settings."),
    /** A key that there is not. */
    KEY_UNKNOWN("settings-key-unknown", "There is no such setting."),
    /** A key that there was once. */
    KEY_RETIRED("settings-key-retired", "The setting is said in another way now."),
    /** A key that must be there is not. */
    KEY_MISSING("settings-key-missing", "A setting is missing."),
    /** A value of the wrong type, form or range. */
    VALUE_WRONG("settings-value-wrong", "A setting has a value that it cannot have."),
    /** Values that are good alone do not fit together. */
    VALUES_DISAGREE("settings-values-disagree", "Settings do not fit together."),
    /** A document names another one that there is not. */
    REFERENCE_DANGLING("settings-reference-dangling", "Settings name something that there is not."),
    /** Two documents of one kind have one name. */
    NAME_TWICE("settings-name-twice", "Two settings have the same name."),
    /** Two documents want the same domain, host or port for themselves. */
    CLAIMED_TWICE("settings-claimed-twice", "Two settings claim the same thing."),
    /** A document that every set has is not there. */
    DOCUMENT_MISSING("settings-document-missing", "The settings are not complete."),
    /** A snapshot's content is not what this version writes. */
    SNAPSHOT_UNREADABLE("settings-snapshot-unreadable", "The snapshot's content cannot be read by this version."),
    /** A snapshot's content names another node or revision than its envelope. */
    SNAPSHOT_INCONSISTENT("settings-snapshot-inconsistent", "The snapshot's content does not belong to its envelope."),
    /** A message of the control stream is not what this version writes. */
    MESSAGE_MALFORMED("settings-message-malformed", "A message between inside and node cannot be read."),
    /** A message of the control stream is longer than it may be. */
    MESSAGE_TOO_LONG("settings-message-too-long", "A message between inside and node is too long.");

    private final String code;
    private final String meaning;

    SettingsErrorCode(String code, String meaning) {
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
