package org.edgeways.pool.presence.document;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.edgeways.base.Result;
import org.jspecify.annotations.Nullable;

/**
 * Reads small XML documents from strangers with the JDK's own StAX parser: version 1.0, UTF-8 only, no document type, no entities but
 * the five of XML, and limits on bytes, depth and number of parts. Comments, processing instructions and white space
 * between elements are left out. Offsets in failures are characters from the start.
 */
public final class XmlReader {

    /** Longest document, in bytes, whatever its caller allows. */
    public static final int BYTES = 256 * 1024;

    /** Most elements within each other. */
    public static final int DEPTH = 16;

    /** Most elements, attributes and texts in all. */
    public static final int PARTS = 2_000;

    private static final Pattern DECLARATION = Pattern.compile("<\\?xml\\s");

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

    /** A reader; it keeps nothing from one document to the next. */
    public XmlReader() {
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("external entities are not read");
        });
    }

    /** The root element. */
    public Result<XmlElement> read(byte[] bytes) {
        if (bytes.length > BYTES) {
            return Result.bad(DocumentErrorCode.XML_TOO_LARGE, BYTES, "it is longer than " + BYTES + " bytes");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return Result.bad(DocumentErrorCode.XML_MALFORMED, 0, "it is not UTF-8");
        }
        int start = text.startsWith("\ufeff") ? 1 : 0;
        int documentType = text.indexOf("<!DOCTYPE");
        if (documentType >= 0) {
            return Result.bad(DocumentErrorCode.XML_FORBIDDEN, documentType, "a document type is not allowed");
        }
        // the JDK's parser takes a second one, and then reads by the version of the first and reports that of the
        // second
        Matcher declaration = DECLARATION.matcher(text);
        if (declaration.find(Math.min(start + 1, text.length()))) {
            return Result.bad(
                    DocumentErrorCode.XML_FORBIDDEN,
                    declaration.start(),
                    "an XML declaration is allowed at the start only");
        }
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(text.substring(start)));
            try {
                // the JDK's parser of XML 1.1 takes namespace declarations for attributes
                return reader.getVersion() == null || reader.getVersion().equals("1.0")
                        ? tree(reader, text.length())
                        : Result.bad(DocumentErrorCode.XML_FORBIDDEN, 0, "only XML 1.0 is read");
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            int at = e.getLocation() == null ? 0 : e.getLocation().getCharacterOffset();
            return Result.bad(DocumentErrorCode.XML_MALFORMED, within(at, text.length()), "it is no well-formed XML");
        }
    }

    private static Result<XmlElement> tree(XMLStreamReader reader, int length) throws XMLStreamException {
        Deque<Open> open = new ArrayDeque<>();
        XmlElement root = null;
        int parts = 0;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    parts += 1 + reader.getAttributeCount();
                    if (open.size() >= DEPTH) {
                        return tooLarge(reader, length, "elements are nested deeper than " + DEPTH);
                    }
                    if (XmlNames.XML.equals(reader.getNamespaceURI())) {
                        return Result.bad(
                                DocumentErrorCode.XML_FORBIDDEN,
                                at(reader, length),
                                "an element of the namespace of XML itself is not allowed");
                    }
                    if (isMisnamed(reader)) {
                        return Result.bad(
                                DocumentErrorCode.XML_MALFORMED,
                                at(reader, length),
                                "a name begins with a colon or has two");
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
                    return Result.bad(
                            DocumentErrorCode.XML_FORBIDDEN,
                            at(reader, length),
                            "a document type or an entity is not allowed");
                }
                // comments, processing instructions, the end
                default -> {}
            }
            if (parts > PARTS) {
                return tooLarge(reader, length, "it has more than " + PARTS + " parts");
            }
        }
        return root == null ? Result.bad(DocumentErrorCode.XML_MALFORMED, 0, "it is empty") : Result.ok(root);
    }

    /** The JDK's parser takes {@code <:b/>}, which Namespaces in XML 1.0 section 4 does not. */
    private static boolean isMisnamed(XMLStreamReader reader) {
        boolean misnamed = reader.getLocalName().contains(":");
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            misnamed |= reader.getAttributeLocalName(i).contains(":");
        }
        return misnamed;
    }

    private static Open open(XMLStreamReader reader) {
        Map<XmlElement.Name, String> attributes = new LinkedHashMap<>();
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            attributes.put(
                    new XmlElement.Name(orNone(reader.getAttributeNamespace(i)), reader.getAttributeLocalName(i)),
                    reader.getAttributeValue(i));
        }
        return new Open(orNone(reader.getNamespaceURI()), reader.getLocalName(), attributes);
    }

    private static String orNone(@Nullable String namespace) {
        return namespace == null ? "" : namespace;
    }

    private static Result<XmlElement> tooLarge(XMLStreamReader reader, int length, String reason) {
        return Result.bad(DocumentErrorCode.XML_TOO_LARGE, at(reader, length), reason);
    }

    private static int at(XMLStreamReader reader, int length) {
        return within(reader.getLocation().getCharacterOffset(), length);
    }

    private static int within(int offset, int length) {
        return Math.clamp(offset, 0, length);
    }
}
