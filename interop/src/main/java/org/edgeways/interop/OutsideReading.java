package org.edgeways.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Everything that the edge has sent outside, cut into messages by a reader that shares no code with the product. Nothing is
 * left out: what cannot be cut is read as a whole. But for what {@link #CLIENT_WRITTEN clients write} and Call-ID, and for what
 * clients send each other through the relay: see {@link RelayReading} and {@link DatagramReading}.
 */
public final class OutsideReading {

    /**
     * Bodies that clients write and that are opaque to the edge. All others are read, those of our own making above all:
     * presence, resource lists, watcher information, registrations ({@code application/reginfo+xml}).
     */
    private static final Set<String> CLIENT_WRITTEN = Set.of(
            "application/sdp", "text/plain", "message/cpim", "message/imdn+xml", "application/im-iscomposing+xml");

    /** What no client outside may learn: addresses of the inside and of the perimeter's inside leg, and their names. */
    private static final List<String> INSIDE =
            List.of("10.10.", "172.16.", "inside.acorn.example", "perimeter", "pool.", "edge1", "edgeways.internal");

    private static final String HEADER_END = "\r\n\r\n";
    private static final int EXTENDED_16 = 126;
    private static final int EXTENDED_64 = 127;

    /**
     * One message: SIP, an HTTP answer, a frame of a WebSocket without SIP in it, a message of the relay, or a certificate that
     * was shown ({@link ShownCertificates}).
     *
     * @param connection the recording that it is in, or from where to where the datagram went
     * @param startLine its first line; of what is no text, what it is
     * @param headers the lines after it, folded ones as they came; of a message of the relay its attributes
     * @param body what follows the empty line, or the whole if there is none
     * @param overWebSocket it came over a WebSocket, or opened one
     */
    public record Sent(String connection, String startLine, List<String> headers, String body, boolean overWebSocket) {
        /** The values of a header, by its long name or its compact form. */
        public List<String> values(String longName, String compact) {
            return headers.stream()
                    .filter(line -> named(line, longName) || named(line, compact))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .toList();
        }

        private static boolean named(String line, String name) {
            int colon = line.indexOf(':');
            return colon > 0 && line.substring(0, colon).strip().equalsIgnoreCase(name);
        }

        /** Of how many signed-in devices it tells, being a NOTIFY of {@code reg} (RFC 3680); 0 for all else. */
        public int registrations() {
            boolean told = startLine.startsWith("NOTIFY ")
                    && values("Event", "o").contains("reg")
                    && values("Content-Type", "c").contains("application/reginfo+xml");
            return told ? body.split("<contact ", -1).length - 1 : 0;
        }

        /** It tells of somebody's presence, with a document (RFC 3856): a single one, or those of a list. */
        public boolean tellsPresence() {
            return startLine.startsWith("NOTIFY ")
                    && values("Event", "o").contains("presence")
                    && values("Content-Type", "c").stream()
                            .anyMatch(type ->
                                    type.startsWith("application/pidf+xml") || type.startsWith("multipart/related"))
                    && body.contains("<presence");
        }

        /** It answers a request of that method with 200. */
        public boolean accepts(String method) {
            return startLine.startsWith("SIP/2.0 200")
                    && values("CSeq", "CSeq").stream().anyMatch(value -> value.endsWith(" " + method));
        }

        /** It is a message of the relay (RFC 8656) with that attribute. */
        public boolean relays(String attribute) {
            return startLine.startsWith("STUN ")
                    && !values(attribute, attribute).isEmpty();
        }

        /** All of it that clients have not written: the start line, the headers but Call-ID, the body unless excepted. */
        private List<String> read() {
            List<String> read = new ArrayList<>(List.of(startLine));
            headers.stream()
                    .filter(line -> !named(line, "Call-ID") && !named(line, "i"))
                    .forEach(read::add);
            String type = values("Content-Type", "c").stream()
                    .map(value -> value.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
                    .findFirst()
                    .orElse("");
            if (!CLIENT_WRITTEN.contains(type)) {
                read.add(body);
            }
            return read;
        }
    }

    private final List<Sent> sent;

    private OutsideReading(List<Sent> sent) {
        this.sent = List.copyOf(sent);
    }

    /**
     * Reads the recordings of a {@link RecordingRelay}.
     *
     * @param datagrams what was read of the datagrams
     */
    static OutsideReading of(Path recordings, List<Sent> datagrams) {
        List<Sent> sent = new ArrayList<>(datagrams);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(recordings, "*.from-edge")) {
            for (Path file : files) {
                sent.addAll(messages(file.getFileName().toString(), Files.readAllBytes(file)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new OutsideReading(sent);
    }

    /** Cuts what came over one connection. */
    static List<Sent> messages(String connection, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        List<Sent> sent = new ArrayList<>();
        int headerEnd = text.indexOf(HEADER_END);
        if (RelayReading.isStream(bytes)) {
            return RelayReading.stream(connection, bytes);
        }
        if (text.startsWith("HTTP/1.1 101 ") && headerEnd >= 0) {
            sent.add(message(connection, text.substring(0, headerEnd + HEADER_END.length()), true));
            frames(connection, bytes, headerEnd + HEADER_END.length(), sent);
        } else {
            stream(connection, text, sent);
        }
        return sent;
    }

    /** RFC 3261 section 18.3, with the keep-alives of RFC 5626 between messages; answers of HTTP with a length are the same. */
    private static void stream(String connection, String text, List<Sent> sent) {
        int at = 0;
        while (at < text.length()) {
            if (text.startsWith("\r\n", at)) {
                at += 2;
                continue;
            }
            int headerEnd = text.indexOf(HEADER_END, at);
            int bodyStart = headerEnd < 0 ? text.length() : headerEnd + HEADER_END.length();
            Sent head = message(connection, text.substring(at, bodyStart), false);
            int length = head.values("Content-Length", "l").stream()
                    .mapToInt(Integer::parseInt)
                    .findFirst()
                    .orElse(0);
            int end = Math.min(text.length(), bodyStart + length);
            sent.add(message(connection, text.substring(at, end), false));
            at = end;
        }
    }

    /** RFC 6455 section 5.2; a server does not mask. */
    private static void frames(String connection, byte[] bytes, int start, List<Sent> sent) {
        int at = start;
        while (at + 2 <= bytes.length) {
            if ((bytes[at] & 0x70) != 0 || (bytes[at + 1] & 0x80) != 0) {
                throw new AssertionError(connection + ": an extended or masked frame cannot be read");
            }
            int length = bytes[at + 1] & 0x7f;
            int more = length == EXTENDED_16 ? 2 : length == EXTENDED_64 ? 8 : 0;
            at += 2;
            if (more > 0) {
                length = 0;
                for (int i = 0; i < more && at + i < bytes.length; i++) {
                    length = length << 8 | bytes[at + i] & 0xff;
                }
                at += more;
            }
            int end = Math.min(bytes.length, at + length);
            if (at < end) {
                sent.add(message(connection, new String(bytes, at, end - at, StandardCharsets.ISO_8859_1), true));
            }
            at = end;
        }
    }

    private static Sent message(String connection, String text, boolean overWebSocket) {
        int headerEnd = text.indexOf(HEADER_END);
        if (headerEnd < 0) {
            return new Sent(connection, "", List.of(), text, overWebSocket);
        }
        List<String> lines = Arrays.asList(text.substring(0, headerEnd).split("\r\n", -1));
        return new Sent(
                connection,
                lines.getFirst(),
                List.copyOf(lines.subList(1, lines.size())),
                text.substring(headerEnd + HEADER_END.length()),
                overWebSocket);
    }

    /** All messages, each connection's in their order. */
    public List<Sent> sent() {
        return sent;
    }

    /** Every line or body in which something of the inside stands, each different one once. */
    public Set<String> insideSeenOutside() {
        Set<String> seen = new TreeSet<>();
        for (Sent message : sent) {
            for (String part : message.read()) {
                String lower = part.toLowerCase(Locale.ROOT);
                INSIDE.stream()
                        .filter(lower::contains)
                        .forEach(inside -> seen.add(inside + " in: " + part + "   [" + message.startLine() + "]"));
            }
        }
        return seen;
    }
}
