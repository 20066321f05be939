package org.edgeways.pool.presence.document;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The state of a list of people in one body (RFC 4662): what there is, in {@code application/rlmi+xml}, and the state of
 * each, together as {@code multipart/related} (RFC 2387).
 *
 * @param uri the list's address
 * @param version 0 in the first document of a subscription, one more in each following
 * @param full whether all resources are in it; else only those that have changed
 * @param resources the list's members, in their order
 */
public record ResourceList(String uri, long version, boolean full, List<Resource> resources) {

    /** The media type of the whole. */
    public static final String CONTENT_TYPE = "multipart/related";

    /** The media type of the part that says what there is. */
    public static final String LIST_TYPE = "application/rlmi+xml";

    private static final int OVERHEAD = 512;
    private static final String CRLF = "\r\n";

    /** Where the virtual subscription to a member stands. */
    public enum State {
        ACTIVE,
        PENDING,
        TERMINATED
    }

    /**
     * One member.
     *
     * @param uri who it is
     * @param name how the list's owner calls them; empty if not at all
     * @param instance what is known of them; null if nothing
     */
    public record Resource(
            String uri, String name, @Nullable Instance instance) {

        /** At least as many bytes as it takes in the whole: to split lists that are too long. */
        public int bytes() {
            int text = 2 * uri.length() + 6 * name.length();
            Body body = instance == null ? null : instance.body();
            return OVERHEAD + text + (body == null ? 0 : body.bytes().length);
        }
    }

    /**
     * The state of a member.
     *
     * @param id the name of the virtual subscription, which stays the same
     * @param state where it stands
     * @param reason why it is over, as in Subscription-State; null if it is not
     * @param body the member's state; null if it is not told
     */
    public record Instance(
            String id,
            State state,
            @Nullable String reason,
            @Nullable Body body) {}

    /** A body with its type. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Body(String contentType, byte[] bytes) {}

    /** Copies the resources. */
    public ResourceList {
        resources = List.copyOf(resources);
    }

    /**
     * The whole.
     *
     * @param boundary letters and digits that separate the parts; made longer here as long as a part has it in it
     */
    public Body write(String boundary) {
        String host = uri.substring(uri.indexOf('@') + 1).replaceAll("[^A-Za-z0-9.-].*", "");
        List<byte[]> parts = new ArrayList<>();
        List<XmlElement> elements = new ArrayList<>();
        for (Resource resource : resources) {
            String contentId = "r" + elements.size() + "@" + host;
            elements.add(element(resource, contentId));
            Body body = resource.instance() == null ? null : resource.instance().body();
            if (body != null) {
                parts.add(part(contentId, body.contentType(), body.bytes()));
            }
        }
        byte[] list = XmlWriter.write(XmlElement.of(XmlNames.RLMI, "list")
                .with("uri", uri)
                .with("version", Long.toString(version))
                .with("fullState", Boolean.toString(full))
                .withChildren(elements));
        parts.addFirst(part("list@" + host, LIST_TYPE + ";charset=\"UTF-8\"", list));
        String safe = unused(boundary, parts);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(ascii("--" + safe + CRLF));
            out.writeBytes(part);
            out.writeBytes(ascii(CRLF));
        }
        out.writeBytes(ascii("--" + safe + "--" + CRLF));
        return new Body(
                CONTENT_TYPE + ";type=\"" + LIST_TYPE + "\";start=\"<list@" + host + ">\";boundary=\"" + safe + "\"",
                out.toByteArray());
    }

    private static XmlElement element(Resource resource, String contentId) {
        List<XmlElement> children = new ArrayList<>();
        if (!resource.name().isEmpty()) {
            children.add(XmlElement.of(XmlNames.RLMI, "name", resource.name()));
        }
        Instance instance = resource.instance();
        if (instance != null) {
            XmlElement element = XmlElement.of(XmlNames.RLMI, "instance")
                    .with("id", instance.id())
                    .with("state", instance.state().name().toLowerCase(Locale.ROOT));
            if (instance.reason() != null) {
                element = element.with("reason", instance.reason());
            }
            children.add(instance.body() == null ? element : element.with("cid", contentId));
        }
        return XmlElement.of(XmlNames.RLMI, "resource")
                .with("uri", resource.uri())
                .withChildren(children);
    }

    private static byte[] part(String contentId, String contentType, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ascii("Content-Transfer-Encoding: binary" + CRLF
                + "Content-ID: <" + contentId + ">" + CRLF
                + "Content-Type: " + contentType + CRLF + CRLF));
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static String unused(String boundary, List<byte[]> parts) {
        String candidate = boundary;
        while (isIn(candidate, parts)) {
            candidate += "x";
        }
        return candidate;
    }

    private static boolean isIn(String boundary, List<byte[]> parts) {
        return parts.stream().anyMatch(part -> new String(part, StandardCharsets.ISO_8859_1).contains("--" + boundary));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
