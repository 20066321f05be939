package org.edgeways.app.failure;

import org.edgeways.base.ErrorCode;

/** What the program itself refuses or fails at; the rooms below have codes of their own. */
public enum AppErrorCode implements ErrorCode {
    /** A configuration file cannot be read or is wrong. */
    CONFIGURATION_INVALID("app-configuration-invalid", "The configuration is wrong."),
    /** A port that we want to listen on is in use. */
    PORT_TAKEN("app-port-taken", "A port is in use by another program."),
    /** No running pool or edge was found where one was looked for. */
    NOT_RUNNING("app-not-running", "Nothing is running there."),
    /** What was asked for belongs to another user. */
    NOT_OURS("app-not-ours", "It belongs to another user."),
    /** The data directory cannot be used. */
    DATA_UNUSABLE("app-data-unusable", "The data directory cannot be used."),
    /** Another pool or edge has the data directory. */
    DATA_IN_USE("app-data-in-use", "Another pool or edge uses the data directory."),
    /** A running pool refused an administration request. */
    ADMINISTRATION_REFUSED("app-administration-refused", "The pool refused the request."),
    /** New certificate files cannot be used. */
    CERTIFICATE_KEPT("app-certificate-kept", "New certificate files cannot be used; those in use stay in use."),
    /** A new keyring cannot be used. */
    KEYRING_KEPT("app-keyring-kept", "A new keyring cannot be used; the one in use stays in use."),
    /** The pool was started without a directory of settings. */
    SETTINGS_NEEDED("app-settings-needed", "this pool runs without settings, and so has no nodes that join"),
    /** A node could not join. */
    NOT_JOINED("app-not-joined", "The node has not joined."),
    /** The file of a socket could not be removed. */
    SOCKET_LEFT("app-socket-left", "The file of a socket could not be removed; the next start replaces it."),
    /** A certificate ends soon. */
    CERTIFICATE_ENDS("app-certificate-ends", "Two thirds of the certificate's life are over."),
    /** A connector hears nothing new of the pool. */
    WORD_OLD("app-word-old", "The pool has not said for long which certificates are refused."),
    /** A node has passed on as the pool's what the authority has not signed. */
    WORD_FORGED("app-word-forged", "Which certificates are refused was said without the authority's signature."),
    /** One of two clocks is wrong. */
    WORD_AHEAD("app-word-ahead", "The pool's word is dated in the future: its clock or that of this host is wrong."),
    /** A node has passed on a certificate that is none of ours. */
    CERTIFICATE_NOT_OURS(
            "app-certificate-not-ours", "A certificate came that was not asked for, or is not this connector's."),
    /** The settings in the directory are not in use. */
    SETTINGS_NOT_TAKEN("app-settings-not-taken", "The settings in the directory cannot be used; those in use stay."),
    /** A change is taken only at the next start. */
    RESTART_NEEDED("app-restart-needed", "The settings have changed in what is taken only at a start."),
    /** A part of the program could not start. */
    START_FAILED("app-start-failed", "A part of the program could not start.");

    private final String code;
    private final String meaning;

    AppErrorCode(String code, String meaning) {
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
