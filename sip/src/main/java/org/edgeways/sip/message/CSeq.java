package org.edgeways.sip.message;

import org.edgeways.base.Result;

/**
 * A CSeq header (RFC 3261 section 20.16).
 *
 * @param number 0 to 2^31-1
 * @param method as written; methods are compared with case
 */
public record CSeq(long number, String method) {

    private static final long MAX = Integer.MAX_VALUE;

    /** Reads a CSeq value. */
    public static Result<CSeq> parse(String text) {
        int start = Lexical.skipWhite(text, 0);
        int end = SipUri.digitsEnd(text, start);
        if (end == start || end - start > 10) {
            return Result.bad(SipErrorCode.HEADER_MALFORMED, start, "a number below 2**31 is expected");
        }
        long number = Long.parseLong(text, start, end, 10);
        if (number > MAX) {
            return Result.bad(SipErrorCode.HEADER_MALFORMED, start, "a number below 2**31 is expected");
        }
        int methodStart = Lexical.skipWhite(text, end);
        String method = Lexical.trim(text.substring(methodStart));
        if (methodStart == end || !Lexical.isToken(method)) {
            return Result.bad(SipErrorCode.HEADER_MALFORMED, methodStart, "a method is expected");
        }
        return Result.ok(new CSeq(number, method));
    }

    @Override
    public String toString() {
        return number + " " + method;
    }
}
