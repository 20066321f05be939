package org.edgeways.control;

import org.edgeways.base.ErrorCode;

/** What control refuses, and how it fails. After a semicolon stands what to do. */
public enum ControlErrorCode implements ErrorCode {
    NODE_NAME_MALFORMED(
            "control-node-name-malformed",
            "a node's name has 1 to 63 letters a-z, digits, hyphens and dots, letters or digits at its ends; choose another"),
    NODE_NOT_IN_SETTINGS(
            "control-node-not-in-settings",
            "the settings have no EdgeNode of that name; write one first, edgeways check finds mistakes in it"),
    CONNECTOR_NOT_IN_SETTINGS(
            "control-connector-not-in-settings",
            "the settings have no Connector of that name; write one first, edgeways check finds mistakes in it"),
    HOST_NOT_IN_SETTINGS(
            "control-host-not-in-settings",
            "no Route of the settings has an address with that host; write one first, edgeways check finds mistakes in it"),
    HOST_RESERVED(
            "control-host-reserved",
            "a certificate for that host could be taken for another's; name the server by an address, or a name with a dot that does not end in edgeways.internal"),
    NODE_CONNECTED(
            "control-node-connected",
            "the node is connected, and nobody is dialled for a bundle of it while it is; stop it, or put it out: edgeways node remove NAME"),
    NODE_UNKNOWN("control-node-unknown", "no node of that name has joined; `edgeways status` shows who has"),
    SETTINGS_OF_LAST_TIME(
            "control-settings-of-last-time",
            "the settings cannot be used, and those that were good last are; `edgeways check` tells what is wrong"),
    SETTINGS_NOT_KEPT(
            "control-settings-not-kept", "a copy of the settings for another start cannot be written to the disk"),
    AUTHORITY_INCOMPLETE(
            "control-authority-incomplete",
            "some files of the authority are missing; bring them back from a backup, or move the rest away and start anew"),
    AUTHORITY_UNUSABLE("control-authority-unusable", "the files of the authority cannot be used"),
    RENEWAL_TOO_SOON("control-renewal-too-soon", "the node got another certificate just before"),
    MESSAGES_TOO_MANY("control-messages-too-many", "a node says more on its control stream than it may"),
    MESSAGE_UNEXPECTED("control-message-unexpected", "a node sent what only the inside sends"),
    PEER_NO_NODE("control-peer-no-node", "the other end of the Link is no node that has joined"),
    CERTIFICATE_UNKNOWN(
            "control-certificate-unknown",
            "no certificate of that serial number that could still be used was issued here; edgeways certificate list shows them"),
    CERTIFICATE_BY_FILE(
            "control-certificate-by-file",
            "its holder takes another one from a file only; edgeways connector enroll NAME or edgeways certificate issue HOST makes it"),
    CERTIFICATE_REPLACED(
            "control-certificate-replaced",
            "a newer one was issued to its holder already; edgeways certificate list shows it"),
    NODE_AWAY("control-node-away", "the node is not connected; try again when edgeways status says that it is"),
    CERTIFICATE_REFUSED(
            "control-certificate-refused", "the certificate of who asks is refused; let the node join anew"),
    PROOF_WRONG("control-proof-wrong", "who asks did not prove to hold the certificate that the request shows"),
    OWN_CERTIFICATE_KEPT(
            "control-own-certificate-kept",
            "this inside's next certificate cannot be shown to nodes; that of before stays in use"),
    OWN_CERTIFICATE_NOT_WRITTEN(
            "control-own-certificate-not-written",
            "this inside's certificate cannot be written to the disk; the next start has another one issued"),
    OWN_CERTIFICATE_NOT_READ(
            "control-own-certificate-not-read",
            "this inside's certificate of before, or its key, cannot be read; another one is issued"),
    REVOCATIONS_NOT_WRITTEN(
            "control-revocations-not-written",
            "the list of refused certificates cannot be written to the disk; servers that nodes dial do not hear of the last refusals"),
    SETTINGS_NOT_PASSED_ON(
            "control-settings-not-passed-on",
            "the settings in use could not be recorded or passed on to all nodes; it is tried again at every look"),
    SERIALS_TOO_MANY(
            "control-serials-too-many",
            "more certificates are refused than nodes or connectors can be told; those that were refused first are refused only here"),
    REVISION_TOO_HIGH(
            "control-revision-too-high",
            "a node says that it has settings of a number that nobody comes to; put it out, and let it join anew"),
    REVISION_AHEAD_AGAIN(
            "control-revision-ahead-again",
            "a node says again that it has settings of a number that it was not given; put it out, and let it join anew"),
    RECORD_OLDER(
            "control-record-older",
            "a node has settings of a number that is not on the record; if the database was put back from a copy, remove and refuse again what was since"),
    SETTINGS_ABSENT("control-settings-absent", "no usable set of settings has been read yet");

    private final String code;
    private final String meaning;

    ControlErrorCode(String code, String meaning) {
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
