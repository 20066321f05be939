package org.edgeways.pool.engine;

import java.util.ArrayList;
import java.util.List;
import org.edgeways.base.ErrorCode;
import org.edgeways.sip.message.HeaderName;

/**
 * A request is not served.
 *
 * @param status the response's status
 * @param reason the response's reason phrase, for the person
 * @param code why, for log and counters
 * @param rule the rule that decided, for the administrator
 * @param headers what the response carries besides
 */
record Refusal(int status, String reason, ErrorCode code, String rule, List<HeaderLine> headers) {

    /** One header of a response. */
    record HeaderLine(HeaderName name, String value) {}

    Refusal {
        headers = List.copyOf(headers);
    }

    static Refusal of(int status, PoolErrorCode code, String rule) {
        return new Refusal(status, code.meaning(), code, rule, List.of());
    }

    static Refusal of(int status, String reason, ErrorCode code, String rule) {
        return new Refusal(status, reason, code, rule, List.of());
    }

    Refusal with(HeaderName name, String value) {
        List<HeaderLine> more = new ArrayList<>(headers);
        more.add(new HeaderLine(name, value));
        return new Refusal(status, reason, code, rule, more);
    }
}
