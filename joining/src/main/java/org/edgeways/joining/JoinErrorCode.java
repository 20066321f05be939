package org.edgeways.joining;

import java.util.Optional;
import org.edgeways.base.ErrorCode;

/** Why a node does not join. */
public enum JoinErrorCode implements ErrorCode {
    BUNDLE_MALFORMED("join-bundle-malformed", "the file is no bundle, or it was changed"),
    BUNDLE_EXPIRED("join-bundle-expired", "the bundle is no longer valid"),
    BUNDLE_USED("join-bundle-used", "the bundle was used before"),
    BUNDLE_WITHDRAWN("join-bundle-withdrawn", "the bundle was withdrawn: another was made, or the node was removed"),
    BUNDLE_OTHER(
            "join-bundle-other",
            "the inside dials here for another bundle: a newer one was made, or this is another node's host"),
    MESSAGE_MALFORMED("join-message-malformed", "a message of the joining cannot be read"),
    MESSAGE_TOO_LONG("join-message-too-long", "a message of the joining is longer than the limit"),
    MESSAGE_UNEXPECTED("join-message-unexpected", "a message of the joining came out of turn"),
    TIMED_OUT("join-timed-out", "the other end did not answer in time"),
    CUT("join-cut", "the connection ended before the joining was done"),
    AUTHORITY_STRANGE("join-authority-strange", "the dialling end is not of the authority that the bundle names"),
    AUTHORITY_UNPROVEN(
            "join-authority-unproven",
            "the dialling end did not prove on this connection that it is the authority: somebody may stand between"),
    SECRET_UNPROVEN(
            "join-secret-unproven",
            "the node did not prove the bundle's secret on this connection: it has another, or somebody stands between"),
    REQUEST_REFUSED("join-request-refused", "the node's request for a certificate cannot be taken"),
    CERTIFICATE_WRONG("join-certificate-wrong", "the certificate that came is not the node's"),
    NOT_KEPT("join-not-kept", "what came could not be written to the disk"),
    NODE_NOT_THERE("join-node-not-there", "nobody waits with the bundle where the node is dialled yet"),
    INSIDE_FAILED("join-inside-failed", "the inside could not decide; it tries again"),
    REFUSED("join-refused", "the other end refused, for a reason that this version does not know");

    private final String code;
    private final String meaning;

    JoinErrorCode(String code, String meaning) {
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

    /** The one with that code. */
    public static Optional<JoinErrorCode> of(String code) {
        for (JoinErrorCode candidate : values()) {
            if (candidate.code.equals(code)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
