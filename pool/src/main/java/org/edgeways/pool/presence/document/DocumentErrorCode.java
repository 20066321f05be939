package org.edgeways.pool.presence.document;

import org.edgeways.base.ErrorCode;

/** Why a document is not read. */
public enum DocumentErrorCode implements ErrorCode {
    XML_MALFORMED("pool-document-xml-malformed", "The document is no well-formed XML"),
    XML_FORBIDDEN("pool-document-xml-forbidden", "The document uses a part of XML that is not read here"),
    XML_TOO_LARGE("pool-document-xml-too-large", "The document is longer, deeper or richer than allowed"),
    PRESENCE_MALFORMED("pool-document-presence-malformed", "The document is no presence document");

    private final String code;
    private final String meaning;

    DocumentErrorCode(String code, String meaning) {
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
