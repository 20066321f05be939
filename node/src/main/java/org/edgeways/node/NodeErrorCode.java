package org.edgeways.node;

import org.edgeways.base.ErrorCode;

/** What can be wrong with an edge node's own files, or with what the inside tells it. */
public enum NodeErrorCode implements ErrorCode {
    NOT_JOINED("node-not-joined", "this node has not joined yet; make a bundle inside: edgeways node enroll NAME"),
    MEMBERSHIP_UNUSABLE("node-membership-unusable", "the file of the node's certificate and key cannot be used"),
    SNAPSHOT_UNUSABLE("node-snapshot-unusable", "the settings that were kept last cannot be used"),
    SNAPSHOT_NOT_APPLIED("node-snapshot-not-applied", "the settings cannot be put into effect here"),
    SNAPSHOT_NOT_KEPT("node-snapshot-not-kept", "the settings cannot be written to the disk"),
    CERTIFICATE_WRONG("node-certificate-wrong", "the certificate that came is not one that this node asked for"),
    CERTIFICATE_NOT_KEPT(
            "node-certificate-not-kept", "the new certificate cannot be written to the disk; the old one goes on"),
    ROLES_NOT_STARTED("node-roles-not-started", "this host cannot run what the settings say"),
    REMOVED(
            "node-removed",
            "this node was removed inside: it serves nobody; to use this host again, make a bundle inside and join anew with an empty data directory"),
    WORD_FORGED("node-word-forged", "what came on a control stream is not signed by the authority, and has to be"),
    MESSAGE_UNEXPECTED("node-message-unexpected", "the other end of a control stream sent what is not its to send");

    private final String code;
    private final String meaning;

    NodeErrorCode(String code, String meaning) {
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
