package org.edgeways.link.http;

/**
 * One header field of a request or response (RFC 9110 section 5).
 *
 * @param name lower case
 * @param value without white space around it; each character is one byte
 */
public record HeaderField(String name, String value) {

    public HeaderField {
        if (!FieldRules.isName(name) || !FieldRules.isValue(value)) {
            throw new IllegalArgumentException("not a header field: " + name);
        }
    }
}
