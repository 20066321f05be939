package org.edgeways.sip.message;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.edgeways.base.Result;
import org.jspecify.annotations.Nullable;

/**
 * One SIP request or response. Headers that nobody touches stay slices of the bytes that were received, and go out byte
 * for byte as they came; an edit replaces, adds or drops single lines. Copies are cheap and share the slices. Not safe
 * for use by several threads at once.
 *
 * <p>A message from {@link SipParser} has valid From, To, Call-ID, CSeq and first Via; one built here has them once they
 * were set. Longer than other files because it is the one place that knows the slices.
 */
public final class SipMessage {

    private static final byte[] NO_BYTES = new byte[0];

    /** What was packed was a message before, with limits of its own. */
    private static final SipLimits PACKED = new SipLimits(1 << 24, 1 << 24, 1 << 24, 0, 1 << 24, 1 << 24);

    // request line or status line, without CRLF; null after an edit
    private byte @Nullable [] startLine;
    private int startLineStart;
    private int startLineEnd;

    private final @Nullable String method;
    private String requestUri;
    private @Nullable Result<Uri> parsedUri;
    private final int status;
    private String reason;

    private HeaderField[] fields;
    private int fieldCount;

    /** The bits of the names that may be among the fields; of one that is not in it, there is none. */
    private long named;

    private byte[] body;
    private int bodyStart;
    private int bodyEnd;

    private SipMessage(@Nullable String method, String requestUri, int status, String reason) {
        this.method = method;
        this.requestUri = requestUri;
        this.status = status;
        this.reason = reason;
        this.fields = new HeaderField[16];
        this.body = NO_BYTES;
    }

    private SipMessage(SipMessage other) {
        this(other.method, other.requestUri, other.status, other.reason);
        parsedUri = other.parsedUri;
        startLine = other.startLine;
        startLineStart = other.startLineStart;
        startLineEnd = other.startLineEnd;
        fields = other.fields.clone();
        fieldCount = other.fieldCount;
        named = other.named;
        body = other.body;
        bodyStart = other.bodyStart;
        bodyEnd = other.bodyEnd;
    }

    /** A request without headers. */
    public static SipMessage request(String method, String requestUri) {
        if (!Lexical.isToken(method)) {
            throw new IllegalArgumentException("not a method: " + method);
        }
        return new SipMessage(method, requestUri, 0, "");
    }

    /**
     * A response without headers.
     *
     * @param status 100 to 699
     * @param reason the phrase, without line ends
     */
    public static SipMessage response(int status, String reason) {
        if (status < 100 || status > 699) {
            throw new IllegalArgumentException("not a status: " + status);
        }
        return new SipMessage(null, "", status, reason);
    }

    /** A response with the request's Via entries, From, To, Call-ID and CSeq (RFC 3261 section 8.2.6.2), no body. */
    public static SipMessage responseTo(SipMessage request, int status, String reason) {
        return responseTo(request, status, reason, null);
    }

    /** As {@link #responseTo(SipMessage, int, String)}, with {@code toTag} put on To if it has no tag. */
    public static SipMessage responseTo(SipMessage request, int status, String reason, @Nullable String toTag) {
        SipMessage response = response(status, reason);
        for (int i = 0; i < request.fieldCount; i++) {
            HeaderField field = request.fields[i];
            if (field.name.equals(HeaderName.TO) && toTag != null) {
                response.append(withTag(field, toTag));
            } else if (goesIntoResponses(field)) {
                response.append(field);
            }
        }
        response.setBody(null, NO_BYTES);
        return response;
    }

    private static HeaderField withTag(HeaderField to, String tag) {
        return switch (NameAddress.parse(to.value())) {
            case Result.Ok<NameAddress>(NameAddress address)
            when address.tag() == null && !address.isStar() -> to.withAppended(";tag=" + tag);
            case Result.Ok<NameAddress> tagged -> to;
            case Result.Bad<NameAddress> malformed -> to;
        };
    }

    // ---- for the parser

    static SipMessage received(
            @Nullable String method, String requestUri, int status, String reason, byte[] bytes, int start, int end) {
        SipMessage message = new SipMessage(method, requestUri, status, reason);
        message.startLine = bytes;
        message.startLineStart = start;
        message.startLineEnd = end;
        return message;
    }

    void append(HeaderField field) {
        if (fieldCount == fields.length) {
            fields = Arrays.copyOf(fields, fieldCount * 2);
        }
        fields[fieldCount++] = field;
        named |= field.name.bit();
    }

    private boolean hasNone(HeaderName name) {
        return (named & name.bit()) == 0;
    }

    /** Keeps what was read from the first line of that name, so that it is not read again. */
    void remember(HeaderName name, Result<?> read) {
        if (read instanceof Result.Ok<?>(Object value)) {
            mandatory(name).remember(value);
        }
    }

    void bodySlice(byte[] bytes, int start, int end) {
        body = bytes;
        bodyStart = start;
        bodyEnd = end;
    }

    // ---- the start line

    /** A copy that can be edited without touching this one. */
    public SipMessage copy() {
        return new SipMessage(this);
    }

    /**
     * Of a request, what responses to it are made from (RFC 3261 section 8.2.6): its request line, Via, From, To, Call-ID and
     * CSeq, as one small piece of memory; {@link #unpacked} reads it again.
     */
    public byte[] packed() {
        byte[] line = (method + " " + requestUri + " SIP/2.0\r\n").getBytes(StandardCharsets.UTF_8);
        int length = line.length + 2;
        for (int i = 0; i < fieldCount; i++) {
            length += goesIntoResponses(fields[i]) ? fields[i].end - fields[i].start : 0;
        }
        byte[] bytes = Arrays.copyOf(line, length);
        int at = line.length;
        for (int i = 0; i < fieldCount; i++) {
            HeaderField field = fields[i];
            if (goesIntoResponses(field)) {
                System.arraycopy(field.bytes, field.start, bytes, at, field.end - field.start);
                at += field.end - field.start;
            }
        }
        bytes[at] = '\r';
        bytes[at + 1] = '\n';
        return bytes;
    }

    /**
     * The request that {@link #packed} made so small.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static SipMessage unpacked(byte[] packed) {
        if (SipParser.parse(packed, PACKED) instanceof ParseOutcome.Good(SipMessage request)) {
            return request;
        }
        throw new IllegalArgumentException("not a packed request");
    }

    private static boolean goesIntoResponses(HeaderField field) {
        HeaderName name = field.name;
        return name.equals(HeaderName.VIA)
                || name.equals(HeaderName.FROM)
                || name.equals(HeaderName.TO)
                || name.equals(HeaderName.CALL_ID)
                || name.equals(HeaderName.CSEQ);
    }

    /** True for a request. */
    public boolean isRequest() {
        return method != null;
    }

    /** The request's method; for a response the method in CSeq. */
    public String method() {
        return method != null ? method : cseq().method();
    }

    /** The Request-URI as written; empty for a response. */
    public String requestUriText() {
        return requestUri;
    }

    /** The Request-URI. */
    public Result<Uri> requestUri() {
        Result<Uri> known = parsedUri;
        if (known == null) {
            known = Uri.parse(requestUri);
            parsedUri = known;
        }
        return known;
    }

    /** Replaces the Request-URI. */
    public void setRequestUri(String uri) {
        if (method == null) {
            throw new IllegalStateException("a response has no Request-URI");
        }
        requestUri = uri;
        parsedUri = null;
        startLine = null;
    }

    /** The status code; 0 for a request. */
    public int status() {
        return status;
    }

    /** The reason phrase; empty for a request. */
    public String reason() {
        return reason;
    }

    /** Replaces the reason phrase of a response. */
    public void setReason(String phrase) {
        if (method != null) {
            throw new IllegalStateException("a request has no reason phrase");
        }
        reason = phrase;
        startLine = null;
    }

    // ---- headers in general

    /** True if at least one line of that name is there. */
    public boolean has(HeaderName name) {
        return indexOf(name) >= 0;
    }

    /** How many lines of that name there are. */
    public int count(HeaderName name) {
        int count = 0;
        for (int i = hasNone(name) ? fieldCount : 0; i < fieldCount; i++) {
            if (fields[i].name.equals(name)) {
                count++;
            }
        }
        return count;
    }

    /** The value of the first line of that name, unfolded and trimmed; null if there is none. */
    public @Nullable String first(HeaderName name) {
        int index = indexOf(name);
        return index < 0 ? null : fields[index].value();
    }

    /** The values of all lines of that name, in order. */
    public List<String> values(HeaderName name) {
        if (hasNone(name)) {
            return new ArrayList<>(0);
        }
        List<String> values = new ArrayList<>(2);
        for (int i = 0; i < fieldCount; i++) {
            if (fields[i].name.equals(name)) {
                values.add(fields[i].value());
            }
        }
        return values;
    }

    /** The comma-separated elements of all lines of that name, in order, trimmed; empty elements left out. */
    public List<String> elements(HeaderName name) {
        if (hasNone(name)) {
            return new ArrayList<>(0);
        }
        List<String> elements = new ArrayList<>(4);
        for (int i = 0; i < fieldCount; i++) {
            if (fields[i].name.equals(name)) {
                elements.addAll(Lexical.split(fields[i].value()));
            }
        }
        return elements;
    }

    /** The names that occur, each once, in order. */
    public List<HeaderName> names() {
        List<HeaderName> names = new ArrayList<>(fieldCount);
        Set<HeaderName> others = Set.of();
        long seen = 0;
        for (int i = 0; i < fieldCount; i++) {
            HeaderName name = fields[i].name;
            boolean fresh;
            if (name.hasOwnBit()) {
                fresh = (seen & name.bit()) == 0;
                seen |= name.bit();
            } else {
                others = others.isEmpty() ? new HashSet<>() : others;
                fresh = others.add(name);
            }
            if (fresh) {
                names.add(name);
            }
        }
        return names;
    }

    /** Puts one line in the place of the first of that name and drops the others; at the end if there was none. */
    public void set(HeaderName name, String value) {
        setAll(name, List.of(value));
    }

    /** Puts these lines in the place of the first of that name and drops the others; at the end if there was none. */
    public void setAll(HeaderName name, List<String> values) {
        int at = indexOf(name);
        remove(name);
        int place = at < 0 ? fieldCount : at;
        for (int i = 0; i < values.size(); i++) {
            insert(place + i, HeaderField.of(name, values.get(i)));
        }
    }

    /** As {@link #setAll}, with comma-separated elements on one line, so that there are no more lines than before. */
    public void setElements(HeaderName name, List<String> elements) {
        setAll(name, elements.isEmpty() ? List.of() : List.of(String.join(", ", elements)));
    }

    /** Adds a line behind the last of that name, or at the end. */
    public void add(HeaderName name, String value) {
        int at = fieldCount;
        for (int i = 0; i < fieldCount; i++) {
            if (fields[i].name.equals(name)) {
                at = i + 1;
            }
        }
        insert(at, HeaderField.of(name, value));
    }

    /** Adds a line above the first of that name, or on top of all headers. */
    public void addFirst(HeaderName name, String value) {
        insert(Math.max(indexOf(name), 0), HeaderField.of(name, value));
    }

    /** Drops every line of that name, in whatever spelling. */
    public void remove(HeaderName name) {
        if (hasNone(name)) {
            return;
        }
        int kept = 0;
        for (int i = 0; i < fieldCount; i++) {
            if (!fields[i].name.equals(name)) {
                fields[kept++] = fields[i];
            }
        }
        fieldCount = kept;
        if (name.hasOwnBit()) {
            named &= ~name.bit();
        }
    }

    /** Drops the first comma-separated element of that name, with empty ones before it, and lines that become empty. */
    public void removeFirstElement(HeaderName name) {
        removeFirstElements(name, 1);
    }

    /** {@link #removeFirstElement} {@code count} times, in one pass: a header section can hold thousands of elements. */
    public void removeFirstElements(HeaderName name, int count) {
        int left = count;
        for (int index = indexOf(name); left > 0 && index >= 0; index = indexOf(name)) {
            String value = fields[index].value();
            int at = elementStart(value, 0);
            while (left > 0 && at < value.length()) {
                at = elementStart(value, Lexical.elementEnd(value, at));
                left--;
            }
            if (at < value.length()) {
                fields[index] = HeaderField.of(name, value.substring(at));
            } else {
                dropField(index);
            }
        }
    }

    /** Puts {@code element} in the place of the first comma-separated element of that name; on top if there is none. */
    public void replaceFirstElement(HeaderName name, String element) {
        int index = toFirstElement(name);
        if (index < 0) {
            insert(0, HeaderField.of(name, element));
            return;
        }
        String value = fields[index].value();
        int comma = Lexical.elementEnd(value, elementStart(value));
        fields[index] = HeaderField.of(name, comma < value.length() ? element + value.substring(comma) : element);
    }

    /** The first comma-separated element of that name, trimmed; null if there is none. */
    public @Nullable String firstElement(HeaderName name) {
        for (int i = Math.max(0, indexOf(name)); i < fieldCount; i++) {
            if (fields[i].name.equals(name)) {
                String value = fields[i].value();
                int from = elementStart(value);
                if (from < value.length()) {
                    return Lexical.trim(value.substring(from, Lexical.elementEnd(value, from)));
                }
            }
        }
        return null;
    }

    /** The line with the first element of that name; lines without any before it are dropped. */
    private int toFirstElement(HeaderName name) {
        int index = indexOf(name);
        while (index >= 0) {
            String value = fields[index].value();
            if (elementStart(value) < value.length()) {
                return index;
            }
            dropField(index);
            index = indexOf(name);
        }
        return -1;
    }

    private static int elementStart(String value) {
        return elementStart(value, 0);
    }

    private static int elementStart(String value, int from) {
        int i = from;
        while (i < value.length() && (value.charAt(i) == ',' || Lexical.isWhite(value.charAt(i)))) {
            i++;
        }
        return i;
    }

    private void dropField(int index) {
        System.arraycopy(fields, index + 1, fields, index, fieldCount - index - 1);
        fieldCount--;
    }

    private int indexOf(HeaderName name) {
        if (hasNone(name)) {
            return -1;
        }
        for (int i = 0; i < fieldCount; i++) {
            if (fields[i].name.equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private void insert(int at, HeaderField field) {
        if (fieldCount == fields.length) {
            fields = Arrays.copyOf(fields, fieldCount * 2);
        }
        System.arraycopy(fields, at, fields, at + 1, fieldCount - at);
        fields[at] = field;
        fieldCount++;
        named |= field.name.bit();
    }

    // ---- the mandatory headers

    /** The topmost Via. */
    public Via topVia() {
        HeaderField field = mandatory(HeaderName.VIA);
        Via known = field.parsed(Via.class);
        if (known == null) {
            String element = firstElement(HeaderName.VIA);
            known = Via.parse(element == null ? "" : element).orThrow();
            field.remember(known);
        }
        return known;
    }

    /** True if there is a Via and the topmost can be read, as in every message that the parser did not refuse. */
    public boolean hasReadableVia() {
        int index = indexOf(HeaderName.VIA);
        if (index >= 0 && fields[index].parsed(Via.class) != null) {
            return true;
        }
        String element = firstElement(HeaderName.VIA);
        return element != null && Via.parse(element).isOk();
    }

    /** Replaces the topmost Via. */
    public void setTopVia(Via via) {
        replaceFirstElement(HeaderName.VIA, via.toString());
        mandatory(HeaderName.VIA).remember(via);
    }

    /** All Via entries; the lower ones are of other elements and may be malformed. */
    public Result<List<Via>> vias() {
        List<Via> vias = new ArrayList<>(4);
        for (String element : elements(HeaderName.VIA)) {
            switch (Via.parse(element)) {
                case Result.Ok<Via> ok -> vias.add(ok.value());
                case Result.Bad<Via> bad -> {
                    return bad.as();
                }
            }
        }
        return Result.ok(vias);
    }

    /** The From address. */
    public NameAddress from() {
        return address(HeaderName.FROM);
    }

    /** The To address. */
    public NameAddress to() {
        return address(HeaderName.TO);
    }

    /** The tag of From, or null (RFC 2543). */
    public @Nullable String fromTag() {
        return from().tag();
    }

    /** The tag of To, or null. */
    public @Nullable String toTag() {
        return to().tag();
    }

    /** The Call-ID. */
    public String callId() {
        return mandatory(HeaderName.CALL_ID).value();
    }

    /** The CSeq. */
    public CSeq cseq() {
        HeaderField field = mandatory(HeaderName.CSEQ);
        CSeq known = field.parsed(CSeq.class);
        if (known == null) {
            known = CSeq.parse(field.value()).orThrow();
            field.remember(known);
        }
        return known;
    }

    private NameAddress address(HeaderName name) {
        HeaderField field = mandatory(name);
        NameAddress known = field.parsed(NameAddress.class);
        if (known == null) {
            known = NameAddress.parse(field.value()).orThrow();
            field.remember(known);
        }
        return known;
    }

    private HeaderField mandatory(HeaderName name) {
        int index = indexOf(name);
        if (index < 0) {
            throw new IllegalStateException("no " + name + " in " + this);
        }
        return fields[index];
    }

    // ---- headers that are checked when they are used

    /** The addresses of Contact, Route, Record-Route, Path, P-Asserted-Identity and their kind, in order. */
    public Result<List<NameAddress>> addresses(HeaderName name) {
        List<NameAddress> addresses = new ArrayList<>(4);
        for (String element : elements(name)) {
            switch (NameAddress.parse(element)) {
                case Result.Ok<NameAddress> ok -> addresses.add(ok.value());
                case Result.Bad<NameAddress> bad -> {
                    return Result.bad(bad.code(), bad.offset(), name + ": " + bad.reason());
                }
            }
        }
        return Result.ok(addresses);
    }

    /** The Expires header in seconds, 0 to 2^32-1; empty if it is absent or malformed. */
    public OptionalLong expires() {
        String value = first(HeaderName.EXPIRES);
        long number = value == null ? -1 : number(value, 0xffff_ffffL);
        return number < 0 ? OptionalLong.empty() : OptionalLong.of(number);
    }

    /** Max-Forwards, 0 to 255; empty if it is absent or malformed. */
    public OptionalInt maxForwards() {
        String value = first(HeaderName.MAX_FORWARDS);
        long number = value == null ? -1 : number(value, 255);
        return number < 0 ? OptionalInt.empty() : OptionalInt.of((int) number);
    }

    /** A decimal number from 0 to {@code max}, or -1. */
    static long number(String text, long max) {
        if (text.isEmpty() || text.length() > 18 || SipUri.digitsEnd(text, 0) != text.length()) {
            return -1;
        }
        long number = Long.parseLong(text);
        return number <= max ? number : -1;
    }

    /** True if a comma-separated header such as Supported or Require names {@code token}, in whatever case. */
    public boolean lists(HeaderName name, String token) {
        for (String element : elements(name)) {
            if (element.equalsIgnoreCase(token)) {
                return true;
            }
        }
        return false;
    }

    // ---- body and bytes

    /** A copy of the body; empty if there is none. */
    public byte[] body() {
        return Arrays.copyOfRange(body, bodyStart, bodyEnd);
    }

    /** The length of the body in bytes. */
    public int bodyLength() {
        return bodyEnd - bodyStart;
    }

    /** Replaces the body, with its Content-Type (dropped if null) and Content-Length. */
    public void setBody(@Nullable String contentType, byte[] changed) {
        body = changed.clone();
        bodyStart = 0;
        bodyEnd = changed.length;
        if (contentType == null) {
            remove(HeaderName.CONTENT_TYPE);
        } else {
            set(HeaderName.CONTENT_TYPE, contentType);
        }
        set(HeaderName.CONTENT_LENGTH, Integer.toString(changed.length));
    }

    /** Adds Content-Length if it is missing, as stream transports need it. */
    public void ensureContentLength() {
        if (!has(HeaderName.CONTENT_LENGTH)) {
            add(HeaderName.CONTENT_LENGTH, Integer.toString(bodyLength()));
        }
    }

    /** The message as bytes. */
    public byte[] encode() {
        byte[] first = startLine;
        int from = startLineStart;
        int to = startLineEnd;
        if (first == null) {
            first = startLineText().getBytes(StandardCharsets.UTF_8);
            from = 0;
            to = first.length;
        }
        int length = to - from + 4 + bodyLength();
        for (int i = 0; i < fieldCount; i++) {
            length += fields[i].end - fields[i].start;
        }
        byte[] out = new byte[length];
        System.arraycopy(first, from, out, 0, to - from);
        int at = crlf(out, to - from);
        for (int i = 0; i < fieldCount; i++) {
            HeaderField run = fields[i];
            int end = run.end;
            while (i + 1 < fieldCount && fields[i].isFollowedBy(fields[i + 1])) {
                i++;
                end = fields[i].end;
            }
            System.arraycopy(run.bytes, run.start, out, at, end - run.start);
            at += end - run.start;
        }
        at = crlf(out, at);
        System.arraycopy(body, bodyStart, out, at, bodyLength());
        return out;
    }

    private static int crlf(byte[] out, int at) {
        out[at] = '\r';
        out[at + 1] = '\n';
        return at + 2;
    }

    private String startLineText() {
        return method != null ? method + " " + requestUri + " SIP/2.0" : "SIP/2.0 " + status + " " + reason;
    }

    /** The start line only: bodies and credentials do not belong into logs. */
    @Override
    public String toString() {
        return startLineText();
    }
}
