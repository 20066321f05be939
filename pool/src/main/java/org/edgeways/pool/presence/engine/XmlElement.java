package org.edgeways.pool.presence.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An element of an XML document, or a text between two. Immutable.
 *
 * @param namespace its namespace URI; empty for none
 * @param name its local name; empty for a text
 * @param attributes values by {@link Name}, in their order
 * @param children what is in it
 * @param text of a text, else empty
 */
record XmlElement(String namespace, String name, Map<Name, String> attributes, List<XmlElement> children, String text) {

    /** An attribute's name; the namespace is nearly always empty. */
    record Name(String namespace, String local) {}

    XmlElement {
        attributes = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(attributes));
        children = List.copyOf(children);
    }

    static XmlElement of(String namespace, String name, XmlElement... children) {
        return new XmlElement(namespace, name, Map.of(), List.of(children), "");
    }

    static XmlElement text(String text) {
        return new XmlElement("", "", Map.of(), List.of(), text);
    }

    /** An element with a text in it. */
    static XmlElement of(String namespace, String name, String text) {
        return of(namespace, name, text(text));
    }

    boolean isText() {
        return name.isEmpty();
    }

    boolean is(String space, String local) {
        return name.equals(local) && namespace.equals(space);
    }

    XmlElement with(String attribute, String value) {
        Map<Name, String> more = new java.util.LinkedHashMap<>(attributes);
        more.put(new Name("", attribute), value);
        return new XmlElement(namespace, name, more, children, text);
    }

    XmlElement withChildren(List<XmlElement> other) {
        return new XmlElement(namespace, name, attributes, other, text);
    }

    @Nullable
    String attribute(String local) {
        return attributes.get(new Name("", local));
    }

    /** The first child of that name, or null. */
    @Nullable
    XmlElement child(String space, String local) {
        return children.stream().filter(c -> c.is(space, local)).findFirst().orElse(null);
    }

    /** The children that are elements. */
    List<XmlElement> elements() {
        List<XmlElement> found = new ArrayList<>();
        children.stream().filter(c -> !c.isText()).forEach(found::add);
        return found;
    }

    /** All text directly in it, without the white space around. */
    String content() {
        StringBuilder all = new StringBuilder();
        children.stream().filter(XmlElement::isText).forEach(c -> all.append(c.text));
        return all.toString().strip();
    }
}
