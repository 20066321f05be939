package org.edgeways.pool.presence.document;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes XML documents: indented, always the same bytes for the same tree. The root's namespace is the default one; all
 * others get prefixes that are declared at the root, the usual ones where there are any. Characters that XML 1.0 does not
 * know are left out.
 */
public final class XmlWriter {

    private static final String INDENT = "  ";

    private final StringBuilder out = new StringBuilder(512);
    private final Map<String, String> prefixes = new LinkedHashMap<>();
    private final String defaultNamespace;

    private XmlWriter(String defaultNamespace) {
        this.defaultNamespace = defaultNamespace;
    }

    /** The document with that root, in UTF-8. */
    public static byte[] write(XmlElement root) {
        XmlWriter writer = new XmlWriter(root.namespace());
        writer.collect(root);
        writer.out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        writer.element(root, 0, root.namespace());
        writer.out.append('\n');
        return writer.out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void collect(XmlElement element) {
        if (element.isText()) {
            return;
        }
        prefix(element.namespace(), defaultNamespace);
        // an attribute is in a namespace only by a prefix, also if it is the default one
        element.attributes().keySet().forEach(name -> prefix(name.namespace(), ""));
        element.children().forEach(this::collect);
    }

    private void prefix(String namespace, String bare) {
        if (!namespace.isEmpty() && !namespace.equals(bare) && !namespace.equals(XmlNames.XML)) {
            prefixes.computeIfAbsent(
                    namespace, n -> XmlNames.USUAL_PREFIXES.getOrDefault(n, "n" + (prefixes.size() + 1)));
        }
    }

    /** @param unprefixed the namespace of names without prefix around it */
    private void element(XmlElement element, int depth, String unprefixed) {
        String name = named(element.namespace(), element.name());
        out.append('<').append(name);
        String inside = unprefixed;
        if (depth == 0) {
            declarations();
        } else if (!name.contains(":") && !element.namespace().equals(unprefixed)) {
            declaration("xmlns", element.namespace());
            inside = element.namespace();
        }
        element.attributes().forEach((attribute, value) -> {
            out.append(' ')
                    .append(prefixed(attribute.namespace(), attribute.local()))
                    .append("=\"");
            escape(value, true);
            out.append('"');
        });
        if (element.children().isEmpty()) {
            out.append("/>");
            return;
        }
        out.append('>');
        boolean mixed = element.children().stream().anyMatch(XmlElement::isText);
        for (XmlElement child : element.children()) {
            if (!mixed) {
                newLine(depth + 1);
            }
            if (child.isText()) {
                escape(child.text(), false);
            } else {
                element(child, depth + 1, inside);
            }
        }
        if (!mixed) {
            newLine(depth);
        }
        out.append("</").append(name).append('>');
    }

    private void declarations() {
        if (!defaultNamespace.isEmpty()) {
            declaration("xmlns", defaultNamespace);
        }
        prefixes.forEach((namespace, prefix) -> declaration("xmlns:" + prefix, namespace));
    }

    private void declaration(String name, String namespace) {
        out.append(' ').append(name).append("=\"");
        escape(namespace, true);
        out.append('"');
    }

    private void newLine(int depth) {
        out.append('\n').repeat(INDENT, depth);
    }

    private String named(String namespace, String local) {
        return namespace.equals(defaultNamespace) ? local : prefixed(namespace, local);
    }

    private String prefixed(String namespace, String local) {
        String prefix = namespace.equals(XmlNames.XML) ? "xml" : prefixes.get(namespace);
        return prefix == null ? local : prefix + ":" + local;
    }

    private void escape(String text, boolean attribute) {
        text.codePoints().filter(XmlWriter::allowed).forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append(attribute ? "&quot;" : "\"");
                case '\r' -> out.append("&#13;");
                case '\n', '\t' -> {
                    if (attribute) {
                        out.append("&#").append(c).append(';');
                    } else {
                        out.append((char) c);
                    }
                }
                default -> out.appendCodePoint(c);
            }
        });
    }

    /** XML 1.0 section 2.2: Char. */
    private static boolean allowed(int c) {
        return c >= 0x20 && c <= 0xd7ff
                || c == '\t'
                || c == '\n'
                || c == '\r'
                || c >= 0xe000 && c <= 0xfffd
                || c >= 0x10000;
    }
}
