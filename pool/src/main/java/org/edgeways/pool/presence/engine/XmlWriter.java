package org.edgeways.pool.presence.engine;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes XML documents. The root's namespace is the default one; all others get prefixes that are declared at the root,
 * the usual ones where there are any, because some clients look for {@code rpid:} as text.
 */
final class XmlWriter {

    static final String PIDF = "urn:ietf:params:xml:ns:pidf";
    static final String DATA_MODEL = "urn:ietf:params:xml:ns:pidf:data-model";
    static final String RPID = "urn:ietf:params:xml:ns:pidf:rpid";
    static final String RLMI = "urn:ietf:params:xml:ns:rlmi";
    static final String WATCHER_INFO = "urn:ietf:params:xml:ns:watcherinfo";
    static final String REG_INFO = "urn:ietf:params:xml:ns:reginfo";
    static final String GRUU_INFO = "urn:ietf:params:xml:ns:gruuinfo";

    private static final String XML = "http://www.w3.org/XML/1998/namespace";
    private static final Map<String, String> USUAL = Map.of(
            DATA_MODEL,
            "dm",
            RPID,
            "rpid",
            GRUU_INFO,
            "gr",
            "urn:ietf:params:xml:ns:pidf:caps",
            "caps",
            "urn:ietf:params:xml:ns:pidf:cipid",
            "ci",
            "urn:ietf:params:xml:ns:pidf:timed-status",
            "ts");

    private final StringBuilder out = new StringBuilder(512);
    private final Map<String, String> prefixes = new LinkedHashMap<>();
    private final String defaultNamespace;

    private XmlWriter(String defaultNamespace) {
        this.defaultNamespace = defaultNamespace;
    }

    /** The document with that root, in UTF-8. */
    static byte[] write(XmlElement root) {
        XmlWriter writer = new XmlWriter(root.namespace());
        writer.collect(root);
        writer.out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        writer.element(root, true);
        writer.out.append('\n');
        return writer.out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void collect(XmlElement element) {
        if (element.isText()) {
            return;
        }
        prefix(element.namespace());
        element.attributes().keySet().forEach(name -> {
            if (!name.namespace().isEmpty()) {
                prefix(name.namespace());
            }
        });
        element.children().forEach(this::collect);
    }

    private void prefix(String namespace) {
        if (!namespace.isEmpty() && !namespace.equals(defaultNamespace) && !namespace.equals(XML)) {
            prefixes.computeIfAbsent(namespace, n -> USUAL.getOrDefault(n, "n" + prefixes.size()));
        }
    }

    private void element(XmlElement element, boolean root) {
        if (element.isText()) {
            escape(element.text(), false);
            return;
        }
        String name = named(element.namespace(), element.name());
        out.append('<').append(name);
        if (root) {
            out.append(" xmlns=\"");
            escape(defaultNamespace, true);
            out.append('"');
            prefixes.forEach((namespace, prefix) -> {
                out.append(" xmlns:").append(prefix).append("=\"");
                escape(namespace, true);
                out.append('"');
            });
        } else if (element.namespace().isEmpty() && !defaultNamespace.isEmpty()) {
            out.append(" xmlns=\"\"");
        }
        element.attributes().forEach((attribute, value) -> {
            out.append(' ')
                    .append(
                            attribute.namespace().isEmpty()
                                    ? attribute.local()
                                    : attributeName(attribute.namespace(), attribute.local()))
                    .append("=\"");
            escape(value, true);
            out.append('"');
        });
        if (element.children().isEmpty()) {
            out.append("/>");
            return;
        }
        out.append('>');
        element.children().forEach(child -> element(child, false));
        out.append("</").append(name).append('>');
    }

    private String named(String namespace, String local) {
        String prefix = prefixes.get(namespace);
        return prefix == null ? local : prefix + ":" + local;
    }

    private String attributeName(String namespace, String local) {
        if (namespace.equals(XML)) {
            return "xml:" + local;
        }
        String prefix = prefixes.get(namespace);
        // an attribute is in the default namespace only by a prefix, which nobody uses
        return prefix == null ? local : prefix + ":" + local;
    }

    private void escape(String text, boolean attribute) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append(attribute ? "&quot;" : "\"");
                case '\n', '\r', '\t' -> {
                    if (attribute) {
                        out.append("&#").append((int) c).append(';');
                    } else {
                        out.append(c);
                    }
                }
                default -> {
                    if (c >= ' ') {
                        out.append(c);
                    }
                }
            }
        }
    }
}
