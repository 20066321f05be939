package org.edgeways.sip.message;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.edgeways.base.Result;
import org.jspecify.annotations.Nullable;

/**
 * Reads one whole message from its bytes (RFC 3261 section 7). It finds the lines, indexes the headers and checks what
 * every element relies on: From, To, Call-ID, CSeq, the first Via and Content-Length. Everything else is read when
 * somebody asks for it. Nothing that a peer sends makes it throw.
 */
public final class SipParser {

    private static final List<HeaderName> SINGLE = List.of(
            HeaderName.FROM,
            HeaderName.TO,
            HeaderName.CALL_ID,
            HeaderName.CSEQ,
            HeaderName.CONTENT_LENGTH,
            HeaderName.MAX_FORWARDS);
    private static final String VERSION = "SIP/2.0";

    /** What proxies read URIs from. */
    private static final Set<HeaderName> ADDRESSES = Set.of(
            HeaderName.FROM,
            HeaderName.TO,
            HeaderName.CONTACT,
            HeaderName.ROUTE,
            HeaderName.RECORD_ROUTE,
            HeaderName.PATH);

    private static final List<HeaderName> MANDATORY =
            List.of(HeaderName.VIA, HeaderName.FROM, HeaderName.TO, HeaderName.CALL_ID, HeaderName.CSEQ);

    /** The bits of what whoever answers a request copies into the response, which has to be within the limits too. */
    private static final long COPIED = HeaderName.VIA.bit()
            | HeaderName.RECORD_ROUTE.bit()
            | HeaderName.FROM.bit()
            | HeaderName.TO.bit()
            | HeaderName.CALL_ID.bit()
            | HeaderName.CSEQ.bit();

    private final byte[] bytes;
    private final SipLimits limits;
    private int at;
    private @Nullable SipMessage message;
    private ParseOutcome.@Nullable Refused refused;

    // the bits of the names that have come, and of those that came again
    private long named;
    private long repeated;

    private int copiedLines;
    private int copiedBytes;

    private SipParser(byte[] bytes, SipLimits limits) {
        this.bytes = bytes;
        this.limits = limits;
    }

    /**
     * Reads {@code bytes}, which hold one message from its start line to the end of its body. Bytes behind the body are
     * dropped, as RFC 3261 section 18.3 says for datagrams.
     */
    public static ParseOutcome parse(byte[] bytes, SipLimits limits) {
        return new SipParser(bytes, limits).parse();
    }

    private ParseOutcome parse() {
        SipMessage read = readStartLine();
        if (read == null) {
            return refusal();
        }
        message = read;
        readHeaders(read);
        if (refused == null) {
            checkHeaders(read);
        }
        if (refused == null) {
            checkBody(read);
        }
        return refused == null ? new ParseOutcome.Good(read) : refusal();
    }

    private ParseOutcome refusal() {
        ParseOutcome.Refused found = refused;
        if (found == null) {
            throw new IllegalStateException("a refusal without a reason");
        }
        SipMessage partial = message;
        // a Via that nobody can read goes back as it came: the connection knows the way
        boolean answerable = partial != null
                && partial.isRequest()
                && !partial.method().equals("ACK")
                && partial.has(HeaderName.VIA);
        return answerable
                ? new ParseOutcome.Refused(found.code(), found.status(), found.reason(), found.offset(), partial)
                : found;
    }

    private void refuse(SipErrorCode code, int status, String reason, int offset) {
        if (refused == null) {
            refused = new ParseOutcome.Refused(code, status, reason, offset, null);
        }
    }

    // ---- the start line

    private @Nullable SipMessage readStartLine() {
        while (at + 1 < bytes.length && bytes[at] == '\r' && bytes[at + 1] == '\n') {
            at += 2;
        }
        int start = at;
        int end = lineEnd(start);
        if (end < 0) {
            refuse(SipErrorCode.LINE_END_MALFORMED, 400, "Bad Request - Start line without CRLF", start);
            return null;
        }
        if (end - start > limits.startLineBytes()) {
            refuse(SipErrorCode.START_LINE_TOO_LONG, 414, "Request-URI Too Long", start);
        }
        at = end + 2;
        String line = new String(bytes, start, end - start, StandardCharsets.UTF_8);
        return line.regionMatches(true, 0, "SIP/", 0, 4) ? statusLine(line, start, end) : requestLine(line, start, end);
    }

    private @Nullable SipMessage statusLine(String line, int start, int end) {
        boolean shaped = line.length() >= 11 && line.charAt(7) == ' ' && SipUri.digitsEnd(line, 8) == 11;
        if (!hasVersion(line)) {
            refuse(SipErrorCode.VERSION_UNSUPPORTED, 505, "Version Not Supported", start);
            return null;
        }
        int status = shaped ? Integer.parseInt(line, 8, 11, 10) : 0;
        if (status < 100 || status > 699 || line.length() > 11 && line.charAt(11) != ' ') {
            refuse(SipErrorCode.START_LINE_MALFORMED, 400, "Bad Request - Status line", start);
            return null;
        }
        // the space before an empty reason phrase is often left out
        String reason = line.length() > 11 ? line.substring(12) : "";
        return SipMessage.received(null, "", status, reason, bytes, start, end);
    }

    private @Nullable SipMessage requestLine(String line, int start, int end) {
        int methodEnd = line.indexOf(' ');
        int versionStart = line.lastIndexOf(' ') + 1;
        String method = methodEnd < 0 ? "" : line.substring(0, methodEnd);
        if (!Lexical.isToken(method) || versionStart <= methodEnd + 1) {
            refuse(SipErrorCode.START_LINE_MALFORMED, 400, "Bad Request - Request line", start);
            return null;
        }
        String uri = line.substring(methodEnd + 1, versionStart - 1);
        String version = line.substring(versionStart);
        if (version.length() != VERSION.length() || !hasVersion(version)) {
            if (version.regionMatches(true, 0, "SIP/", 0, 4)) {
                refuse(SipErrorCode.VERSION_UNSUPPORTED, 505, "Version Not Supported", start + versionStart);
            } else {
                refuse(SipErrorCode.START_LINE_MALFORMED, 400, "Bad Request - Request line", start + versionStart);
            }
        } else if (end - start - methodEnd - version.length() - 2 > limits.uriBytes()) {
            // method and version are of one byte per character, and two blanks stand between
            refuse(SipErrorCode.URI_TOO_LONG, 414, "Request-URI Too Long", start + methodEnd + 1);
        }
        SipMessage message = SipMessage.received(method, uri, 0, "", bytes, start, end);
        switch (message.requestUri()) {
            case Result.Bad<Uri> bad ->
                refuse(
                        bad.code() instanceof SipErrorCode code ? code : SipErrorCode.URI_MALFORMED,
                        400,
                        "Bad Request - Request-URI",
                        start + methodEnd + 1 + bad.offset());
            // RFC 3261 table 1: a Request-URI has no headers
            case Result.Ok<Uri>(SipUri sip)
            when sip.headers() != null ->
                refuse(
                        SipErrorCode.URI_MALFORMED,
                        400,
                        "Bad Request - Request-URI with headers",
                        start + methodEnd + 1);
            case Result.Ok<Uri> good -> {}
        }
        return message;
    }

    /** In whatever case of ASCII: by Unicode's rules other letters would be equal to these too. */
    private static boolean hasVersion(String text) {
        if (text.length() < VERSION.length()) {
            return false;
        }
        for (int i = 0; i < VERSION.length(); i++) {
            char c = text.charAt(i);
            char expected = VERSION.charAt(i);
            boolean otherCase = expected >= 'A' && c == expected + ('a' - 'A');
            if (c != expected && !otherCase) {
                return false;
            }
        }
        return true;
    }

    // ---- the headers

    private void readHeaders(SipMessage read) {
        int lines = 0;
        while (true) {
            if (at > limits.headerSectionBytes()) {
                refuse(SipErrorCode.HEADER_SECTION_TOO_LARGE, 513, "Message Too Large", at);
                return;
            }
            int start = at;
            int end = fieldEnd(start);
            if (end < 0) {
                refuse(SipErrorCode.LINE_END_MALFORMED, 400, "Bad Request - Header line without CRLF", start);
                return;
            }
            at = end + 2;
            if (end == start) {
                if (at > limits.headerSectionBytes()) {
                    refuse(SipErrorCode.HEADER_SECTION_TOO_LARGE, 513, "Message Too Large", at);
                }
                return;
            }
            if (++lines > limits.headerLines()) {
                refuse(SipErrorCode.HEADER_TOO_MANY, 513, "Message Too Large", start);
                return;
            }
            readField(read, start, end);
        }
    }

    private void readField(SipMessage read, int start, int end) {
        int nameEnd = start;
        while (nameEnd < end && Lexical.isTokenChar(bytes[nameEnd])) {
            nameEnd++;
        }
        int colon = nameEnd;
        while (colon < end && (bytes[colon] == ' ' || bytes[colon] == '\t')) {
            colon++;
        }
        if (nameEnd == start || colon == end || bytes[colon] != ':') {
            refuse(SipErrorCode.HEADER_MALFORMED, 400, "Bad Request - Header line", start);
            return;
        }
        HeaderName name = HeaderName.of(bytes, start, nameEnd);
        HeaderField field = new HeaderField(name, bytes, start, end + 2, colon + 1, end);
        read.append(field);
        repeated |= named & name.bit();
        named |= name.bit();
        if ((COPIED & name.bit()) != 0) {
            copiedLines++;
            copiedBytes += end + 2 - start;
        }
        // a short line has no long URI
        if (end - start > limits.uriBytes() && ADDRESSES.contains(name)) {
            checkUris(field, start);
        }
    }

    private void checkUris(HeaderField field, int offset) {
        for (String element : Lexical.split(field.value())) {
            if (NameAddress.uriBytes(element) > limits.uriBytes()) {
                refuse(
                        SipErrorCode.URI_TOO_LONG,
                        400,
                        "Bad Request - " + field.name + " header with too long a URI",
                        offset);
                return;
            }
        }
    }

    /** The CRLF that ends the line at {@code from}, or -1. A lone CR or LF is no line end. */
    private int lineEnd(int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return -1;
            }
            if (bytes[i] == '\r') {
                return i + 1 < bytes.length && bytes[i + 1] == '\n' ? i : -1;
            }
        }
        return -1;
    }

    /** As {@link #lineEnd}, over the folds of a header line (RFC 3261 section 7.3.1). */
    private int fieldEnd(int from) {
        int end = lineEnd(from);
        while (end > from && end + 2 < bytes.length && (bytes[end + 2] == ' ' || bytes[end + 2] == '\t')) {
            end = lineEnd(end + 2);
        }
        return end;
    }

    // ---- what every element relies on

    private void checkHeaders(SipMessage read) {
        for (HeaderName name : SINGLE) {
            if ((repeated & name.bit()) != 0) {
                refuse(SipErrorCode.HEADER_DUPLICATE, 400, "Bad Request - Several " + name + " headers", 0);
            }
        }
        for (HeaderName name : MANDATORY) {
            if ((named & name.bit()) == 0) {
                refuse(SipErrorCode.HEADER_MISSING, 400, "Bad Request - Missing " + name + " header", 0);
            }
        }
        if (refused != null) {
            return;
        }
        List<String> vias = read.elements(HeaderName.VIA);
        // the response to a request at the limit has the entries of the hops between besides
        if (vias.size() > limits.viaEntries() * (read.isRequest() ? 1 : 2)) {
            refuse(SipErrorCode.VIA_TOO_DEEP, 483, "Too Many Hops", 0);
        }
        if (read.isRequest() && copiedLines > limits.copiedLines()) {
            refuse(SipErrorCode.HEADER_TOO_MANY, 513, "Message Too Large", 0);
        }
        if (read.isRequest() && copiedBytes > limits.copiedBytes()) {
            refuse(SipErrorCode.HEADER_SECTION_TOO_LARGE, 513, "Message Too Large", 0);
        }
        check(read, HeaderName.VIA, vias.isEmpty() ? Via.parse("") : Via.parse(vias.getFirst()));
        check(read, HeaderName.FROM, address(read, HeaderName.FROM));
        check(read, HeaderName.TO, address(read, HeaderName.TO));
        Result<CSeq> cseq = CSeq.parse(valueOf(read, HeaderName.CSEQ));
        check(read, HeaderName.CSEQ, cseq);
        if (!isCallId(valueOf(read, HeaderName.CALL_ID))) {
            refuse(SipErrorCode.HEADER_MALFORMED, 400, "Bad Request - Call-ID header", 0);
        }
        if (read.isRequest()
                && cseq instanceof Result.Ok<CSeq>(CSeq value)
                && !value.method().equals(read.method())) {
            refuse(SipErrorCode.CSEQ_MISMATCH, 400, "Bad Request - CSeq method is not the request's", 0);
        }
        if (read.isRequest()
                && read.has(HeaderName.MAX_FORWARDS)
                && read.maxForwards().isEmpty()) {
            refuse(SipErrorCode.HEADER_MALFORMED, 400, "Bad Request - Max-Forwards header", 0);
        }
    }

    private static Result<NameAddress> address(SipMessage read, HeaderName name) {
        Result<NameAddress> address = NameAddress.parse(valueOf(read, name));
        return address instanceof Result.Ok<NameAddress>(NameAddress value) && value.isStar()
                ? Result.bad(SipErrorCode.HEADER_MALFORMED, 0, "an address is expected")
                : address;
    }

    /** More than the grammar's words, but nothing that two readers could take for two values. */
    private static boolean isCallId(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c == ',' || c == 127) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static String valueOf(SipMessage read, HeaderName name) {
        String value = read.first(name);
        return value == null ? "" : value;
    }

    private void check(SipMessage read, HeaderName name, Result<?> result) {
        read.remember(name, result);
        if (result instanceof Result.Bad<?> bad) {
            refuse(SipErrorCode.HEADER_MALFORMED, 400, "Bad Request - " + name + " header", bad.offset());
        }
    }

    private void checkBody(SipMessage read) {
        int available = bytes.length - at;
        int length = available;
        String value = read.first(HeaderName.CONTENT_LENGTH);
        if (value != null) {
            long number = SipMessage.number(value, Integer.MAX_VALUE);
            if (number < 0) {
                refuse(SipErrorCode.HEADER_MALFORMED, 400, "Bad Request - Content-Length header", 0);
                return;
            }
            if (number > limits.bodyBytes()) {
                refuse(SipErrorCode.BODY_TOO_LARGE, 413, "Request Entity Too Large", at);
                return;
            }
            if (number > available) {
                refuse(SipErrorCode.BODY_TRUNCATED, 400, "Bad Request - Content-Length beyond the message", at);
                return;
            }
            length = (int) number;
        }
        if (length > limits.bodyBytes()) {
            refuse(SipErrorCode.BODY_TOO_LARGE, 413, "Request Entity Too Large", at);
            return;
        }
        read.bodySlice(bytes, at, at + length);
    }
}
