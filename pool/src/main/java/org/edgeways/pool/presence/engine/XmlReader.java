package org.edgeways.pool.presence.engine;

import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.edgeways.base.Result;

/**
 * Reads small XML documents from strangers with the JDK's own StAX parser: UTF-8 only, no document type, no entities but
 * the five of XML, and limits on depth and on the number of elements, attributes and texts. Comments and processing
 * instructions are left out. How long a document may be is its caller's to limit.
 */
final class XmlReader {

    /** Most elements within each other. */
    static final int DEPTH = 16;

    /** Most elements, attributes and texts in all. */
    static final int PARTS = 2_000;

    private final XMLInputFactory factory = XMLInputFactory.newDefaultFactory();

    private static final class Open {
        private final String namespace;
        private final String name;
        private final Map<XmlElement.Name, String> attributes;
        private final List<XmlElement> children = new ArrayList<>();

        private Open(String namespace, String name, Map<XmlElement.Name, String> attributes) {
            this.namespace = namespace;
            this.name = name;
            this.attributes = attributes;
        }

        private XmlElement closed() {
            return new XmlElement(namespace, name, attributes, children, "");
        }
    }

    XmlReader() {
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("external entities are not read");
        });
    }

    /** The root element. */
    Result<XmlElement> read(byte[] bytes) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return bad(0, "it is not UTF-8");
        }
        if (text.startsWith("\ufeff")) {
            text = text.substring(1);
        }
        int documentType = text.indexOf("<!DOCTYPE");
        if (documentType >= 0) {
            return bad(documentType, "a document type is not allowed");
        }
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(text));
            try {
                return tree(reader);
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            int at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getCharacterOffset());
            return bad(at, "it is no well-formed XML");
        }
    }

    private static Result<XmlElement> tree(XMLStreamReader reader) throws XMLStreamException {
        Deque<Open> open = new ArrayDeque<>();
        XmlElement root = null;
        int parts = 0;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    parts += 1 + reader.getAttributeCount();
                    if (open.size() >= DEPTH) {
                        return bad(reader, "elements are nested deeper than " + DEPTH);
                    }
                    open.push(open(reader));
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    XmlElement closed = open.pop().closed();
                    Open parent = open.peek();
                    if (parent == null) {
                        root = closed;
                    } else {
                        parent.children.add(closed);
                    }
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
                    Open inside = open.peek();
                    if (inside != null && !reader.getText().isBlank()) {
                        parts++;
                        inside.children.add(XmlElement.text(reader.getText()));
                    }
                }
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE -> {
                    return bad(reader, "a document type or an entity is not allowed");
                }
                default -> {}
            }
            if (parts > PARTS) {
                return bad(reader, "it has more than " + PARTS + " parts");
            }
        }
        return root == null ? bad(0, "it is empty") : Result.ok(root);
    }

    private static Open open(XMLStreamReader reader) {
        Map<XmlElement.Name, String> attributes = new LinkedHashMap<>();
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            String namespace = reader.getAttributeNamespace(i);
            attributes.put(
                    new XmlElement.Name(namespace == null ? "" : namespace, reader.getAttributeLocalName(i)),
                    reader.getAttributeValue(i));
        }
        String namespace = reader.getNamespaceURI();
        return new Open(namespace == null ? "" : namespace, reader.getLocalName(), attributes);
    }

    private static Result<XmlElement> bad(XMLStreamReader reader, String reason) {
        return bad(Math.max(0, reader.getLocation().getCharacterOffset()), reason);
    }

    private static Result<XmlElement> bad(int offset, String reason) {
        return Result.bad(PresenceErrorCode.PUBLICATION_MALFORMED, offset, reason);
    }
}
