package org.edgeways.control;

import java.time.Instant;

/**
 * Something that happened and may be asked about later.
 *
 * @param number counts up
 * @param event a word of {@link AuditKind}, also of a version that had others
 * @param name of the node, service or file that it is about
 * @param detail for a person; holds no secret
 */
public record AuditEvent(long number, Instant at, String event, String name, String detail) {}
