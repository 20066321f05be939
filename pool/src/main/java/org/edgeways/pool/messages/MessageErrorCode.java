package org.edgeways.pool.messages;

import org.edgeways.base.ErrorCode;

/** Why a message is not kept for an absent person. */
public enum MessageErrorCode implements ErrorCode {
    RECIPIENT_MESSAGES("pool-messages-recipient-count", "as many messages wait for this person as may"),
    RECIPIENT_BYTES(
            "pool-messages-recipient-bytes", "the messages that wait for this person are as long as they may be"),
    ALL_BYTES("pool-messages-all-bytes", "the messages that wait for all people are as long as they may be");

    private final String code;
    private final String meaning;

    MessageErrorCode(String code, String meaning) {
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
