package org.edgeways.pool.presence.document;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
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
public record XmlElement(
        String namespace, String name, Map<Name, String> attributes, List<XmlElement> children, String text) {

    /** An attribute's name; the namespace is nearly always empty. */
    public record Name(String namespace, String local) {}

    /** Copies attributes and children. */
    public XmlElement {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        children = List.copyOf(children);
    }

    /** An element without attributes. */
    public static XmlElement of(String namespace, String name, XmlElement... children) {
        return new XmlElement(namespace, name, Map.of(), List.of(children), "");
    }

    /** A text. */
    public static XmlElement text(String text) {
        return new XmlElement("", "", Map.of(), List.of(), text);
    }

    /** An element with a text in it; nothing is in it if the text is empty. */
    public static XmlElement of(String namespace, String name, String text) {
        return text.isEmpty() ? of(namespace, name) : of(namespace, name, text(text));
    }

    /** Whether it is a text. */
    public boolean isText() {
        return name.isEmpty();
    }

    /** Whether it is an element of that name. */
    public boolean is(String space, String local) {
        return name.equals(local) && namespace.equals(space);
    }

    /** This with one more attribute, in no namespace. */
    public XmlElement with(String attribute, String value) {
        return with(new Name("", attribute), value);
    }

    XmlElement with(Name attribute, String value) {
        Map<Name, String> more = new LinkedHashMap<>(attributes);
        more.put(attribute, value);
        return new XmlElement(namespace, name, more, children, text);
    }

    /** This with other children. */
    public XmlElement withChildren(List<XmlElement> other) {
        return new XmlElement(namespace, name, attributes, other, text);
    }

    /** The attribute of that name in no namespace, or null. */
    public @Nullable String attribute(String local) {
        return attributes.get(new Name("", local));
    }

    /** The first child of that name, or null. */
    public @Nullable XmlElement child(String space, String local) {
        return children.stream().filter(c -> c.is(space, local)).findFirst().orElse(null);
    }

    /** The children of that name. */
    public List<XmlElement> children(String space, String local) {
        return children.stream().filter(c -> c.is(space, local)).toList();
    }

    /** The children that are elements. */
    public List<XmlElement> elements() {
        List<XmlElement> found = new ArrayList<>();
        children.stream().filter(c -> !c.isText()).forEach(found::add);
        return found;
    }

    /** All text directly in it, without the white space around. */
    public String content() {
        StringBuilder all = new StringBuilder();
        children.stream().filter(XmlElement::isText).forEach(c -> all.append(c.text));
        return all.toString().strip();
    }
}
