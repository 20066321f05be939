package org.edgeways.pool.presence.document;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Takes a multipart body apart, as a watcher does (RFC 2046 section 5.1.1). */
public final class Parts {

    /**
     * One part.
     *
     * @param headers by lower-case name
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Part(Map<String, String> headers, byte[] content) {

        /** A header's value; empty if it is not there. */
        public String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    private Parts() {}

    /** The parts of a body of that type. */
    public static List<Part> read(String contentType, byte[] body) {
        int from = contentType.indexOf("boundary=\"") + 10;
        String delimiter = "\r\n--" + contentType.substring(from, contentType.indexOf('"', from));
        String all = "\r\n" + new String(body, StandardCharsets.ISO_8859_1);
        List<Part> parts = new ArrayList<>();
        int at = all.indexOf(delimiter);
        while (at >= 0 && !all.startsWith("--", at + delimiter.length())) {
            int start = at + delimiter.length() + 2;
            int next = all.indexOf(delimiter, start);
            parts.add(part(all.substring(start, next)));
            at = next;
        }
        return parts;
    }

    private static Part part(String text) {
        int end = text.indexOf("\r\n\r\n");
        Map<String, String> headers = new TreeMap<>();
        for (String line : text.substring(0, end).split("\r\n", -1)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new Part(headers, text.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1));
    }
}
