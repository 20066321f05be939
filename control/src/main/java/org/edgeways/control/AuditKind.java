package org.edgeways.control;

/** What an audit event is about. The word is what is stored and logged; it never changes. */
public enum AuditKind {
    AUTHORITY_MADE("authority-made"),
    BUNDLE_MADE("bundle-made"),
    BUNDLE_WITHDRAWN("bundle-withdrawn"),
    BUNDLE_EXPIRED("bundle-expired"),
    JOIN_REFUSED("join-refused"),
    NODE_JOINED("node-joined"),
    NODE_REMOVED("node-removed"),
    NODE_DRAINED("node-drained"),
    NODE_RESUMED("node-resumed"),
    CERTIFICATE_ISSUED("certificate-issued"),
    CERTIFICATE_RENEWED("certificate-renewed"),
    CERTIFICATE_REFUSED("certificate-refused"),
    RENEWAL_REFUSED("renewal-refused"),
    SETTINGS_TAKEN("settings-taken"),
    SETTINGS_REFUSED("settings-refused"),
    SNAPSHOT_MADE("snapshot-made"),
    SNAPSHOT_REFUSED("snapshot-refused"),
    RECORD_OLDER("record-older");

    private final String word;

    AuditKind(String word) {
        this.word = word;
    }

    /** The word. */
    public String word() {
        return word;
    }
}
