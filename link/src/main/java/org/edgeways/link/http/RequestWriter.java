package org.edgeways.link.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes one HTTP/1.1 request (RFC 9112) to an origin, from a head that {@link RequestHead} found clean. */
public final class RequestWriter {

    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LINE_END = "\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");

    private final RequestHead head;
    private final boolean chunked;
    private final boolean empty;
    private long remaining;

    /**
     * A request.
     *
     * @param empty true if no body follows
     */
    public RequestWriter(RequestHead head, boolean empty) {
        this.head = head;
        this.empty = empty;
        this.chunked = !empty && !head.webSocket() && head.contentLength() < 0;
        this.remaining = Math.max(0, head.contentLength());
    }

    /**
     * The head.
     *
     * @param host what the Host field says
     * @param webSocketKey of the WebSocket handshake (RFC 6455 section 4.1); null if it is none
     */
    public ByteBuf head(ByteBufAllocator allocator, String host, @Nullable String webSocketKey) {
        StringBuilder text = new StringBuilder(512);
        text.append(head.webSocket() ? "GET" : head.method())
                .append(' ')
                .append(head.path())
                .append(" HTTP/1.1\r\n");
        field(text, "host", host);
        for (HeaderField field : head.fields()) {
            boolean ours = head.webSocket()
                    && (field.name().equals("sec-websocket-key")
                            || field.name().equals("sec-websocket-version")
                            || field.name().equals("sec-websocket-accept"));
            if (!ours) {
                field(text, field.name(), field.value());
            }
        }
        if (webSocketKey != null) {
            field(text, "connection", "Upgrade");
            field(text, "upgrade", "websocket");
            field(text, "sec-websocket-version", "13");
            field(text, "sec-websocket-key", webSocketKey);
        } else {
            field(text, "connection", "close");
            if (chunked) {
                field(text, "transfer-encoding", "chunked");
            } else if (head.contentLength() >= 0 || empty && WITH_BODY.contains(head.method())) {
                field(text, "content-length", Long.toString(Math.max(0, head.contentLength())));
            }
        }
        text.append("\r\n");
        ByteBuf out = allocator.buffer(text.length());
        out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
        return out;
    }

    private static void field(StringBuilder text, String name, String value) {
        text.append(name).append(": ").append(value).append("\r\n");
    }

    /** Whether a body that has come this far, and ends here if {@code last}, keeps to its announced length. */
    public boolean accepts(int bytes, boolean last) {
        if (chunked || head.webSocket()) {
            return true;
        }
        return last ? bytes == remaining : bytes <= remaining;
    }

    /**
     * Frames a part of the body, which {@link #accepts} took. Takes over {@code data}.
     *
     * @param last true for the last one
     */
    public ByteBuf body(ByteBufAllocator allocator, ByteBuf data, boolean last) {
        remaining -= data.readableBytes();
        if (!chunked) {
            return data;
        }
        int size = data.readableBytes();
        ByteBuf before = allocator.buffer(16);
        ByteBuf after = allocator.buffer(8);
        if (size > 0) {
            before.writeCharSequence(Integer.toHexString(size), StandardCharsets.US_ASCII);
            before.writeBytes(LINE_END);
            after.writeBytes(LINE_END);
        }
        if (last) {
            after.writeBytes(LAST_CHUNK);
        }
        return Unpooled.wrappedBuffer(before, data, after);
    }
}
