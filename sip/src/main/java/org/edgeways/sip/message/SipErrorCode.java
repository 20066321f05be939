package org.edgeways.sip.message;

import org.edgeways.base.ErrorCode;

/** What can be wrong with a SIP message, and with how it is asked to travel. */
public enum SipErrorCode implements ErrorCode {
    START_LINE_MALFORMED("sip-start-line-malformed", "The first line is neither a request line nor a status line"),
    VERSION_UNSUPPORTED("sip-version-unsupported", "The SIP version is not 2.0"),
    HEADER_MALFORMED("sip-header-malformed", "A header does not follow its grammar"),
    HEADER_MISSING("sip-header-missing", "A mandatory header is missing"),
    HEADER_DUPLICATE("sip-header-duplicate", "A header that may stand once stands several times"),
    CSEQ_MISMATCH("sip-cseq-mismatch", "The method in CSeq is not the method of the request"),
    URI_MALFORMED("sip-uri-malformed", "A URI does not follow its grammar"),
    URI_SCHEME_UNSUPPORTED("sip-uri-scheme-unsupported", "The scheme of the Request-URI is not supported"),
    BODY_TRUNCATED("sip-body-truncated", "The body is shorter than its Content-Length"),
    LINE_END_MALFORMED("sip-line-end-malformed", "A line does not end with CRLF"),
    START_LINE_TOO_LONG("sip-start-line-too-long", "The first line is longer than the limit"),
    HEADER_TOO_MANY("sip-header-too-many", "There are more header lines than the limit"),
    HEADER_SECTION_TOO_LARGE("sip-header-section-too-large", "The header section is larger than the limit"),
    BODY_TOO_LARGE("sip-body-too-large", "The body is larger than the limit"),
    URI_TOO_LONG("sip-uri-too-long", "A URI is longer than the limit"),
    VIA_TOO_DEEP("sip-via-too-deep", "There are more Via entries than the limit"),
    CREDENTIALS_MALFORMED("sip-credentials-malformed", "Credentials or a challenge do not follow their grammar"),
    TRANSACTIONS_TOO_MANY("sip-transactions-too-many", "There are more transactions than the limit"),
    PARTY_TRANSACTIONS_TOO_MANY(
            "sip-party-transactions-too-many", "One node or service has more transactions than its half of the limit"),
    FLOW_TRANSACTIONS_TOO_MANY("sip-flow-transactions-too-many", "One connection has more transactions than the limit"),
    CLIENT_TRANSACTIONS_TOO_MANY("sip-client-transactions-too-many", "More requests are under way than the limit"),
    BRANCHES_TOO_MANY("sip-branches-too-many", "A request has more targets than the limit"),
    LOOP_DETECTED("sip-loop-detected", "A request came back unchanged"),
    HOPS_EXHAUSTED("sip-hops-exhausted", "A request has passed too many hops"),
    BREADTH_EXHAUSTED("sip-breadth-exhausted", "A request has been forked too often"),
    EXTENSION_REQUIRED("sip-extension-required", "A request requires an extension that proxies here do not have"),
    FLOW_GONE("sip-flow-gone", "The connection that a request had to go on is gone"),
    DESTINATION_UNREACHABLE("sip-destination-unreachable", "A request could not be sent on"),
    DESTINATION_CONGESTED("sip-destination-congested", "A receiver takes its messages too slowly");

    private final String code;
    private final String meaning;

    SipErrorCode(String code, String meaning) {
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
